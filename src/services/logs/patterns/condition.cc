#include "services/logs/patterns/condition.h"

#include <algorithm>
#include <utility>

namespace orrery::logs::filter {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool Operand::equals(std::string_view value) const {
  if (regex) return regex->found_in(value);
  if (like(value, text)) return true;
  if (!number) return false;
  const auto other = as_number(value);
  return other && *other == *number;
}

bool ordered(Test test, double value, double operand) {
  switch (test) {
    case Test::Less:
      return value < operand;
    case Test::LessEqual:
      return value <= operand;
    case Test::Greater:
      return value > operand;
    default:
      return value >= operand;
  }
}

void Scanner::skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

bool Scanner::at_end() {
  skip_space();
  return rest_.empty();
}

bool Scanner::peek(std::string_view token) {
  skip_space();
  return rest_.starts_with(token);
}

bool Scanner::take(std::string_view token) {
  if (!peek(token)) return false;
  rest_.remove_prefix(token.size());
  return true;
}

bool Scanner::take_word(std::string_view word) {
  if (!peek(word)) return false;
  if (rest_.size() > word.size() && is_word_character(rest_[word.size()])) return false;
  rest_.remove_prefix(word.size());
  return true;
}

std::string Scanner::take_name() {
  const auto end = std::ranges::find_if_not(rest_, is_word_character);
  std::string name(rest_.begin(), end);
  rest_.remove_prefix(name.size());
  return name;
}

Result<std::optional<Test>> Scanner::take_comparison(std::string_view stops, Operand& operand) {
  static constexpr std::pair<std::string_view, Test> kOperators[] = {
      {"!=", Test::NotEqual}, {"<=", Test::LessEqual}, {">=", Test::GreaterEqual},
      {"=", Test::Equal},     {"<", Test::Less},       {">", Test::Greater}};
  for (const auto& [sign, test] : kOperators) {
    if (!take(sign)) continue;
    TRY(take_operand(stops, operand));
    if (test != Test::Equal && test != Test::NotEqual && !operand.number) {
      return invalid_pattern("'" + operand.text + "' is not a number.");
    }
    return std::optional(test);
  }
  return std::optional<Test>();
}

Result<> Scanner::take_operand(std::string_view stops, Operand& operand) {
  skip_space();
  if (rest_.starts_with('%')) {
    operand.regex = TRY(take_regex(rest_));
    ++regexes_;
    return {};
  }
  if (rest_.starts_with('"')) {
    operand.text = TRY(take_quoted(rest_));
    return {};
  }
  const auto ends = [&](char c) { return kSpace.find(c) != kSpace.npos || stops.find(c) != stops.npos; };
  const auto end = std::ranges::find_if(rest_, ends);
  operand.text.assign(rest_.begin(), end);
  rest_.remove_prefix(operand.text.size());
  if (operand.text.empty()) return invalid_pattern("a value is missing after the comparison.");
  operand.number = as_number(operand.text);
  return {};
}

}  // namespace orrery::logs::filter
