#include "services/logs/insights/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace orrery::logs::insights {
namespace {

int sign_of(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }
int sign_of(int compared) { return compared < 0 ? -1 : compared > 0 ? 1 : 0; }

// Takes a run of digits, or of anything else, off the front.
std::string_view take_run(std::string_view& rest) {
  std::size_t length = 1;
  while (length < rest.size() && is_digit(rest[length]) == is_digit(rest[0])) ++length;
  const std::string_view run = rest.substr(0, length);
  rest.remove_prefix(length);
  return run;
}

// Runs of digits compare by their length and then their value, others by their characters.
int natural_order(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view left = take_run(a);
    const std::string_view right = take_run(b);
    const bool digits = is_digit(left[0]) && is_digit(right[0]);
    if (digits && left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    if (const int order = sign_of(left.compare(right)); order != 0) return order;
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

}  // namespace

bool truthy(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (is_null(value) || text_in(value) == "") return false;
  const auto number = number_in(value);
  return !number || *number != 0;
}

std::optional<std::string_view> text_in(const Value& value) {
  if (const auto* view = std::get_if<std::string_view>(&value)) return *view;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  if (text.empty() || (!is_digit(text[0]) && text[0] != '-' && text[0] != '.')) return std::nullopt;
  double number = 0;
  const char* last = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), last, number);
  if (failed != std::errc() || stop != last || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<double> number_in(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* time = std::get_if<Instant>(&value)) return static_cast<double>(epoch_ms(*time));
  if (const auto text = text_in(value)) return parse_number(*text);
  return std::nullopt;
}

std::string shown_number(double number) {
  if (number == std::floor(number) && std::fabs(number) < 1e15) return fmt::format("{:.0f}", number == 0 ? 0 : number);
  if (std::fabs(number) >= 1e15 || std::fabs(number) < 0.001) return fmt::format("{:.6g}", number);
  std::string text = fmt::format("{:.4f}", number);
  text.resize(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string shown_time(Instant time) {
  std::string text = iso8601_millis(time);
  text[10] = ' ';
  text.pop_back();
  return text;
}

std::string shown(const Value& value) {
  if (const auto text = text_in(value)) return std::string(*text);
  if (const auto* time = std::get_if<Instant>(&value)) return shown_time(*time);
  if (const auto* document = std::get_if<JsonPtr>(&value)) return to_text(**document);
  const auto number = number_in(value);
  return number ? shown_number(*number) : std::string();
}

Value owned(Value value) {
  if (const auto* view = std::get_if<std::string_view>(&value)) return std::string(*view);
  return value;
}

Value from_json(const json::value& member, const JsonPtr& document) {
  switch (member.kind()) {
    case json::kind::null:
      return {};
    case json::kind::bool_:
      return member.get_bool();
    case json::kind::int64: {
      const auto number = static_cast<double>(member.get_int64());
      // Larger ones are ids: they are shown as they stand, and still compare as numbers.
      if (std::fabs(number) >= 9e15) return to_text(member);
      return number;
    }
    case json::kind::uint64:
      return to_text(member);
    case json::kind::double_:
      return member.get_double();
    case json::kind::string:
      return std::string_view(member.get_string());
    default:
      return JsonPtr(document, &member);
  }
}

const json::value* member_at(const json::value& document, std::string_view path) {
  if (path.empty()) return nullptr;
  if (document.is_array()) {
    const std::string_view head = path.substr(0, path.find('.'));
    std::size_t index = 0;
    const auto [stop, failed] = std::from_chars(head.data(), head.data() + head.size(), index);
    const json::array& elements = document.get_array();
    if (failed != std::errc() || stop != head.data() + head.size() || index >= elements.size()) return nullptr;
    if (head.size() == path.size()) return &elements[index];
    return member_at(elements[index], path.substr(head.size() + 1));
  }
  if (const json::value* member = find(document, path)) return member;
  if (!document.is_object()) return nullptr;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const json::value* outer = find(document, path.substr(0, dot));
    if (outer == nullptr) continue;
    if (const json::value* inner = member_at(*outer, path.substr(dot + 1))) return inner;
  }
  return nullptr;
}

std::optional<int> compare(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return std::nullopt;
  const auto left = number_in(a);
  const auto right = number_in(b);
  if (left && right) return sign_of(*left, *right);
  const auto text = text_in(a);
  const auto other = text_in(b);
  if (text && other) return sign_of(text->compare(*other));
  return std::nullopt;
}

bool equal(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return false;
  const auto text = text_in(a);
  const auto other = text_in(b);
  if (text && other) return *text == *other;
  const auto left = number_in(a);
  const auto right = number_in(b);
  if (left && right) return *left == *right;
  return shown(a) == shown(b);
}

int sort_order(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return static_cast<int>(is_null(b)) - static_cast<int>(is_null(a));
  const auto left = number_in(a);
  const auto right = number_in(b);
  if (left && right) return sign_of(*left, *right);
  if (left || right) return left ? 1 : -1;
  return natural_order(text_in(a) ? *text_in(a) : shown(a), text_in(b) ? *text_in(b) : shown(b));
}

std::size_t memory_of(const Value& value) {
  const auto text = text_in(value);
  if (const auto* document = std::get_if<JsonPtr>(&value)) return sizeof(Value) + 4 * to_text(**document).size();
  return sizeof(Value) + (text ? text->size() : 0);
}

}  // namespace orrery::logs::insights
