// [ip, user, ..., status_code = 4* || status_code = 5*, bytes > 1000]: columns of a message that white space separates.
#pragma once

#include "services/logs/patterns/condition.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs::filter {

struct ColumnTest {
  Test test = Test::Equal;
  Operand operand;
};

struct Column {
  std::string name;               // empty: none is given
  NodePtr<ColumnTest> condition;  // nullptr: anything
};

struct SpacePattern {
  std::vector<Column> columns;
  std::optional<std::size_t> ellipsis;  // before which column any number of others may stand
  int regexes = 0;

  // What stands between the brackets.
  static Result<SpacePattern> parse(std::string_view text);

  // The message's fields: words, and what stands in brackets or quotation marks as one, without those.
  static std::vector<std::string_view> fields(std::string_view message);
  // An empty pattern matches any message; otherwise there are as many fields as columns, or more with an ellipsis.
  bool holds(const std::vector<std::string_view>& fields) const;
  // {"$name", value}, and {"$3", value} for what has no name; of fields that match.
  std::map<std::string, std::string> values(const std::vector<std::string_view>& fields) const;

 private:
  std::size_t column_of(std::size_t field, std::size_t fields) const;  // columns.size(): of the ellipsis
};

}  // namespace orrery::logs::filter
