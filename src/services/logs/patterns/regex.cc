#include "services/logs/patterns/regex.h"

#include "services/logs/patterns/text.h"

#include <algorithm>

#include <re2/re2.h>

namespace orrery::logs {
namespace {

constexpr std::int64_t kMostMemory = std::int64_t{1} << 20;  // bytes, of one compiled expression

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(":_#=@/;,-^$?[]{}|\\*+.").find(c) != std::string_view::npos;
}

}  // namespace

Result<PatternRegex> PatternRegex::compile(std::string_view text) {
  if (text.empty()) return invalid_pattern("a regular expression is empty.");
  const auto bad = std::ranges::find_if_not(text, is_allowed);
  if (bad != text.end()) {
    return invalid_pattern("the character '" + std::string(1, *bad) + "' is not supported in a regular expression.");
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // messages may be any bytes
  options.set_never_capture(true);
  options.set_max_mem(kMostMemory);
  auto expression = std::make_shared<const re2::RE2>(text, options);
  if (!expression->ok()) {
    return invalid_pattern("the regular expression '" + std::string(text) + "': " + expression->error() + ".");
  }
  PatternRegex regex;
  regex.expression_ = std::move(expression);
  return regex;
}

bool PatternRegex::found_in(std::string_view text) const { return re2::RE2::PartialMatch(text, *expression_); }

std::optional<std::string> PatternRegex::literal() const {
  if (expression_->pattern().find_first_of("^$?[]{}|\\*+.") != std::string::npos) return std::nullopt;
  return expression_->pattern();
}

Result<PatternRegex> take_regex(std::string_view& rest) {
  const auto end = rest.find('%', 1);
  if (end == std::string_view::npos) return invalid_pattern("a regular expression is not closed by '%'.");
  const std::string_view inside = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return PatternRegex::compile(inside);
}

}  // namespace orrery::logs
