// The regular expressions between percent signs: %4[0-9]{2}%. A subset of what RE2 takes, in linear time.
#pragma once

#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace orrery::logs {

class PatternRegex {
 public:
  // What stands between the percent signs. Error: InvalidParameterException, for characters that the service does not
  // take either (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html): parentheses, white space,
  // other symbols, anything beyond ASCII.
  static Result<PatternRegex> compile(std::string_view text);

  // Somewhere in the text.
  bool found_in(std::string_view text) const;
  // When it is a plain text: that text.
  std::optional<std::string> literal() const;

 private:
  std::shared_ptr<const re2::RE2> expression_;
};

// The expression at the front of `rest`, which starts with a percent sign; takes it off, with its closing sign.
Result<PatternRegex> take_regex(std::string_view& rest);

}  // namespace orrery::logs
