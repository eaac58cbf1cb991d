// Filter patterns (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html): terms, "phrases",
// -exclusions, ?alternatives; a %regular expression%; selectors over JSON messages, { $.status >= 500 && $.path =
// "/api/*" }; columns of space-delimited messages, [ip, ..., status = 4*, bytes]. Pure functions.
#pragma once

#include "services/logs/chunks/grams.h"
#include "services/logs/patterns/json_pattern.h"
#include "services/logs/patterns/regex.h"
#include "services/logs/patterns/space_pattern.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

class FilterPattern {
 public:
  // Error: InvalidParameterException.
  static Result<FilterPattern> parse(std::string_view text);

  bool matches(std::string_view message) const;
  // The values that the pattern names in the message; nullopt: it does not match.
  std::optional<std::map<std::string, std::string>> extract(std::string_view message) const;
  // Whether it names parts of a message: selectors of JSON, columns.
  bool has_fields() const { return json_.has_value() || columns_.has_value(); }
  // What every message that matches has in it.
  NeededText needed() const;
  // What matches() of a message costs, in bytes that could be searched meanwhile; of terms, next to nothing.
  std::uint64_t effort() const { return has_fields() ? 2048 : regex_ ? 512 : 0; }
  // How many regular expressions it has: the service limits those of a log group's filters.
  int regexes() const;

 private:
  std::vector<std::string> all_, none_, any_;  // terms: without an `all_` and `none_`, one of `any_` is enough
  std::optional<PatternRegex> regex_;
  std::optional<filter::JsonPattern> json_;
  std::optional<filter::SpacePattern> columns_;
};

}  // namespace orrery::logs
