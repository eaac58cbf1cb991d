// Filter patterns (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html): terms, "phrases",
// -exclusions, ?alternatives; and selectors over JSON messages, { $.status >= 500 && $.path = "/api/*" }. Pure
// functions.
#pragma once

#include "base/json.h"
#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

namespace filter {
struct Node;  // of a JSON pattern
// The tree of what stands between the braces.
Result<std::shared_ptr<const Node>> parse_json_pattern(std::string_view text);
bool holds(const Node& node, const json::value& message);
}  // namespace filter

class FilterPattern {
 public:
  // Error: InvalidParameterException, for what is malformed, and for what is not supported: space-delimited patterns in
  // brackets and regular expressions.
  static Result<FilterPattern> parse(std::string_view text);

  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_, none_, any_;  // terms: without an `all_` and `none_`, one of `any_` is enough
  std::shared_ptr<const filter::Node> json_;
};

}  // namespace orrery::logs
