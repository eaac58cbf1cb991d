#include "services/logs/patterns/text.h"

#include "shapes/logs.h"

#include <charconv>
#include <cmath>

namespace orrery::logs {

Failure invalid_pattern(const std::string& message) {
  return fail(errors::InvalidParameterException("Invalid filter pattern: " + message));
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

Result<std::string> take_quoted(std::string_view& rest) {
  std::string phrase;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return phrase;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    phrase += rest[i];
  }
  return invalid_pattern("a quotation mark is not closed.");
}

// Linear in time but for the last star's run.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0;
  std::size_t star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<double> as_number(std::string_view text) {
  double number = 0;
  const char* last = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), last, number);
  if (text.empty() || failed != std::errc() || stop != last || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace orrery::logs
