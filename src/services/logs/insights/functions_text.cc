#include "services/logs/insights/functions.h"

#include <algorithm>

namespace orrery::logs::insights {
namespace {

using Arguments = std::span<const Value>;

constexpr std::string_view kSpace = " \t\r\n\f\v";

std::optional<std::string> text_of(const Value& value) {
  if (is_null(value)) return std::nullopt;
  return shown(value);
}

// isempty, isblank: what is not there is empty, too.
Value is_empty(Arguments arguments, const Context& /*context*/) { return text_of(arguments[0]).value_or("").empty(); }
Value is_blank(Arguments arguments, const Context& /*context*/) {
  return text_of(arguments[0]).value_or("").find_first_not_of(kSpace) == std::string::npos;
}

Value concat(Arguments arguments, const Context& /*context*/) {
  std::string joined;
  for (const Value& argument : arguments) joined += text_of(argument).value_or("");
  return joined;
}

template <bool Left, bool Right>
Value trim(Arguments arguments, const Context& /*context*/) {
  auto text = text_of(arguments[0]);
  if (!text) return {};
  const std::string set = arguments.size() > 1 ? text_of(arguments[1]).value_or("") : std::string(kSpace);
  if (Left) text->erase(0, std::min(text->find_first_not_of(set), text->size()));
  if (Right) text->erase(text->find_last_not_of(set) + 1);
  return *std::move(text);
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Characters, not bytes.
Value length(Arguments arguments, const Context& /*context*/) {
  const auto text = text_of(arguments[0]);
  if (!text) return {};
  return static_cast<double>(std::ranges::count_if(*text, [](char c) { return !continues_character(c); }));
}

// Where the character of that number begins; the text's size beyond its end.
std::size_t offset_of(std::string_view text, double character) {
  std::size_t at = 0;
  for (double passed = 0; at < text.size(); ++at) {
    if (continues_character(text[at])) continue;
    if (passed >= character) return at;
    ++passed;
  }
  return at;
}

// Counted from 0; without a length, up to the end.
Value substring(Arguments arguments, const Context& /*context*/) {
  auto text = text_of(arguments[0]);
  const auto start = number_in(arguments[1]);
  if (!text || !start || *start < 0) return {};
  text->erase(0, offset_of(*text, *start));
  if (arguments.size() > 2) {
    const auto characters = number_in(arguments[2]);
    if (!characters || *characters < 0) return {};
    text->resize(offset_of(*text, *characters));
  }
  return *std::move(text);
}

template <char From, char To, int Shift>
Value shifted(Arguments arguments, const Context& /*context*/) {
  auto text = text_of(arguments[0]);
  if (!text) return {};
  for (char& c : *text) {
    if (c >= From && c <= To) c = static_cast<char>(c + Shift);
  }
  return *std::move(text);
}

Value replace(Arguments arguments, const Context& /*context*/) {
  constexpr std::size_t kMostBytes = std::size_t{4} << 20;
  const auto text = text_of(arguments[0]);
  const auto sought = text_of(arguments[1]);
  const auto by = text_of(arguments[2]);
  if (!text || !sought || !by) return {};
  if (sought->empty()) return *text;
  std::string out;
  std::size_t at = 0;
  for (auto found = text->find(*sought); found != std::string::npos; found = text->find(*sought, at)) {
    out.append(*text, at, found - at).append(*by);
    at = found + sought->size();
    if (out.size() > kMostBytes) return {};
  }
  return out.append(*text, at);
}

// 1 and 0 rather than true and false.
Value contains(Arguments arguments, const Context& /*context*/) {
  const auto text = text_of(arguments[0]);
  const auto sought = text_of(arguments[1]);
  if (!text || !sought) return {};
  return text->find(*sought) == std::string::npos ? 0.0 : 1.0;
}

constexpr Function kTexts[] = {
    {"isempty", 1, 1, is_empty},
    {"isblank", 1, 1, is_blank},
    {"concat", 1, kAny, concat},
    {"ltrim", 1, 2, trim<true, false>},
    {"rtrim", 1, 2, trim<false, true>},
    {"trim", 1, 2, trim<true, true>},
    {"strlen", 1, 1, length},
    {"toupper", 1, 1, shifted<'a', 'z', 'A' - 'a'>},
    {"tolower", 1, 1, shifted<'A', 'Z', 'a' - 'A'>},
    {"substr", 2, 3, substring},
    {"replace", 3, 3, replace},
    {"strcontains", 2, 2, contains},
};

}  // namespace

std::span<const Function> text_functions() { return kTexts; }

}  // namespace orrery::logs::insights
