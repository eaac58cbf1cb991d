#include "services/logs/filter_pattern.h"

#include "shapes/logs.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

Failure invalid(std::string message) {
  return fail(errors::InvalidParameterException("Invalid filter pattern: " + std::move(message)));
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// The phrase at the front of `rest`, which starts with a quote; takes it off.
Result<std::string> quoted(std::string_view& rest) {
  std::string phrase;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return phrase;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    phrase += rest[i];
  }
  return invalid("a quotation mark is not closed.");
}

// Terms with other characters have to be quoted.
bool is_term_character(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || std::string_view("_-./*@#=+").find(c) != std::string_view::npos;
}

Result<std::string> bare(std::string_view& rest) {
  const std::string term(rest.substr(0, rest.find_first_of(kSpace)));
  rest.remove_prefix(term.size());
  if (term.empty() || !std::ranges::all_of(term, is_term_character)) {
    return invalid("Invalid character(s) in term '" + term + "'");
  }
  return term;
}

}  // namespace

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  std::string_view rest = trimmed(text);
  if (rest.starts_with('{')) {
    if (!rest.ends_with('}')) return invalid("a brace is not closed.");
    pattern.json_ = TRY(filter::parse_json_pattern(rest.substr(1, rest.size() - 2)));
    return pattern;
  }
  if (rest.starts_with('[')) {
    return invalid("space-delimited patterns in brackets are not supported by Orrery.");
  }
  for (; !rest.empty(); rest = trimmed(rest)) {
    const char sign = rest[0];
    if (sign == '-' || sign == '?') rest.remove_prefix(1);
    if (rest.starts_with('%')) return invalid("regular expressions are not supported by Orrery.");
    std::string term = TRY(rest.starts_with('"') ? quoted(rest) : bare(rest));
    (sign == '-' ? pattern.none_ : sign == '?' ? pattern.any_ : pattern.all_).push_back(std::move(term));
  }
  return pattern;
}

bool FilterPattern::matches(std::string_view message) const {
  if (json_ != nullptr) {
    const std::string_view text = trimmed(message);
    if (!text.starts_with('{')) return false;
    const auto document = parse_json(text);
    return document && filter::holds(*json_, *document);
  }
  const auto in_message = [&](const std::string& term) { return message.find(term) != std::string_view::npos; };
  if (!std::ranges::all_of(all_, in_message) || std::ranges::any_of(none_, in_message)) return false;
  // "If you combine '?' with other filter patterns, the question mark is ignored": those terms then decide nothing.
  return any_.empty() || !all_.empty() || !none_.empty() || std::ranges::any_of(any_, in_message);
}

}  // namespace orrery::logs
