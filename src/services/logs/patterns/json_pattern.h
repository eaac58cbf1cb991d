// { $.a = "x" && ($.n > 1 || $.b[*] IS NULL) }.
#pragma once

#include "base/json.h"
#include "services/logs/chunks/grams.h"
#include "services/logs/patterns/condition.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::logs::filter {

struct AnyElement {};  // [*]

struct Selection {
  std::string source;  // "$.a[0]", as written
  std::vector<std::variant<std::string, std::size_t, AnyElement>> path;
  Test test = Test::Equal;
  Operand operand;
};

struct JsonPattern {
  NodePtr<Selection> root;
  int regexes = 0;

  // What stands between the braces.
  static Result<JsonPattern> parse(std::string_view text);

  // What every message that fulfils it has in it.
  NeededText needed() const;

  // The message as JSON; nullopt: it is no object.
  static std::optional<json::value> document(std::string_view message);
  bool holds(const json::value& document) const;
  // What the pattern's selectors find, the first of several: {"$.a", "x"}.
  std::map<std::string, std::string> values(const json::value& document) const;
};

}  // namespace orrery::logs::filter
