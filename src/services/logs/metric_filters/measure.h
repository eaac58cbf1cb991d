// A metric transformation, ready to be applied to messages. Pure.
#pragma once

#include "base/result.h"
#include "services/logs/patterns/filter_pattern.h"
#include "shapes/logs.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::logs {

struct Measured {
  double value = 0;
  std::vector<std::pair<std::string, std::string>> dimensions;
};

class Measure {
 public:
  // Error: InvalidParameterException, for patterns and transformations that cannot be.
  static Result<Measure> parse(const std::string& pattern, const MetricTransformation& transformation);

  // nullopt: the message does not match, or what stands in the place of the value is no number. A dimension that the
  // message does not have is left out.
  std::optional<Measured> of(std::string_view message) const;
  bool matches(std::string_view message) const { return pattern_.matches(message); }
  int regexes() const { return pattern_.regexes(); }

 private:
  // "$.a.b" of a message of JSON, "$name" of a column.
  struct Field {
    std::string name;
    std::optional<FilterPattern> finder;  // of a selector that the pattern does not name
    std::optional<std::string> in(std::string_view message, const std::map<std::string, std::string>& found) const;
  };
  static Result<Field> field_of(const std::string& text);

  FilterPattern pattern_;
  std::optional<double> constant_;
  Field value_;
  std::vector<std::pair<std::string, Field>> dimensions_;
};

}  // namespace orrery::logs
