#include "services/logs/patterns/filter_pattern.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr int kMostRegexes = 2;  // "There is a limit of 2 regex for each filter pattern" of JSON and columns

// Terms with other characters have to be quoted.
bool is_term_character(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || std::string_view("_-./*@#=+").find(c) != std::string_view::npos;
}

Result<std::string> take_bare(std::string_view& rest) {
  const std::string term(rest.substr(0, rest.find_first_of(" \t\r\n")));
  rest.remove_prefix(term.size());
  if (term.empty() || !std::ranges::all_of(term, is_term_character)) {
    return invalid_pattern("Invalid character(s) in term '" + term + "'");
  }
  return term;
}

}  // namespace

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  std::string_view rest = trimmed(text);
  if (rest.starts_with('{') || rest.starts_with('[')) {
    const bool json = rest[0] == '{';
    if (!rest.ends_with(json ? '}' : ']')) {
      return invalid_pattern(json ? "a brace is not closed." : "a bracket is not closed.");
    }
    const std::string_view inside = rest.substr(1, rest.size() - 2);
    if (json) {
      pattern.json_ = TRY(filter::JsonPattern::parse(inside));
    } else {
      pattern.columns_ = TRY(filter::SpacePattern::parse(inside));
    }
    if (pattern.regexes() > kMostRegexes) return invalid_pattern("at most two regular expressions are supported.");
    return pattern;
  }
  if (rest.starts_with('%')) {
    pattern.regex_ = TRY(take_regex(rest));
    if (!trimmed(rest).empty()) return invalid_pattern("a regular expression stands alone.");
    return pattern;
  }
  for (; !rest.empty(); rest = trimmed(rest)) {
    const char sign = rest[0];
    if (sign == '-' || sign == '?') rest.remove_prefix(1);
    std::string term = TRY(rest.starts_with('"') ? take_quoted(rest) : take_bare(rest));
    (sign == '-' ? pattern.none_ : sign == '?' ? pattern.any_ : pattern.all_).push_back(std::move(term));
  }
  return pattern;
}

bool FilterPattern::matches(std::string_view message) const {
  if (json_) {
    const auto document = filter::JsonPattern::document(message);
    return document && json_->holds(*document);
  }
  if (columns_) return columns_->columns.empty() || columns_->holds(filter::SpacePattern::fields(message));
  if (regex_) return regex_->found_in(message);
  const auto in_message = [&](const std::string& term) { return message.find(term) != std::string_view::npos; };
  if (!std::ranges::all_of(all_, in_message) || std::ranges::any_of(none_, in_message)) return false;
  // "If you combine '?' with other filter patterns, the question mark is ignored": those terms then decide nothing.
  return any_.empty() || !all_.empty() || !none_.empty() || std::ranges::any_of(any_, in_message);
}

std::optional<std::map<std::string, std::string>> FilterPattern::extract(std::string_view message) const {
  if (json_) {
    const auto document = filter::JsonPattern::document(message);
    if (!document || !json_->holds(*document)) return std::nullopt;
    return json_->values(*document);
  }
  if (columns_) {
    const auto fields = filter::SpacePattern::fields(message);
    if (!columns_->holds(fields)) return std::nullopt;
    return columns_->values(fields);
  }
  if (!matches(message)) return std::nullopt;
  return std::map<std::string, std::string>();
}

NeededText FilterPattern::needed() const {
  if (json_) return json_->needed();
  NeededText needed;
  if (regex_) {
    if (auto text = regex_->literal()) needed.clauses.push_back({*std::move(text)});
    return needed;
  }
  for (const std::string& term : all_) needed.clauses.push_back({term});
  if (all_.empty() && none_.empty() && !any_.empty()) needed.clauses.push_back(any_);
  return needed;
}

int FilterPattern::regexes() const {
  return (json_ ? json_->regexes : 0) + (columns_ ? columns_->regexes : 0) + (regex_ ? 1 : 0);
}

}  // namespace orrery::logs
