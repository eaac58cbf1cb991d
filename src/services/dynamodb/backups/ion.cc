#include "services/dynamodb/backups/ion.h"

#include "base/encode.h"

#include <algorithm>

#include <fmt/format.h>

namespace orrery::dynamodb {
namespace {

using item::Type;

// Names that mean something else without quotes.
constexpr std::string_view kReserved[] = {"null", "true", "false", "nan"};

// An Ion string or, between single quotes, a symbol. Control characters are escaped; UTF-8 stays.
void append_quoted(std::string_view text, char quote, std::string& out) {
  out += quote;
  for (const char c : text) {
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += quote;
}

bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  // "$10" would be a symbol by its number.
  const bool numbered = name.size() > 1 && name[0] == '$' && is_digit(name[1]);
  return !name.empty() && !is_digit(name[0]) && !numbered &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c); }) &&
         std::ranges::count(kReserved, name) == 0;
}

void append_number(std::string_view text, std::string& out) {
  out += text;
  if (text.find('.') == std::string_view::npos) out += '.';  // a decimal, not an integer
}

void append_blob(std::string_view bytes, std::string& out) { out.append("{{").append(base64(bytes)).append("}}"); }

template <class List, class AppendOne>
void append_list(const List& list, const AppendOne& append_one, std::string& out) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    append_one(element);
  }
  out += ']';
}

}  // namespace

void append_ion(item::ValueView value, std::string& out) {
  switch (value.type()) {
    case Type::S:
      return append_quoted(value.string(), '"', out);
    case Type::N:
      return append_number(value.number_text(), out);
    case Type::B:
      return append_blob(value.binary(), out);
    case Type::BOOL:
      out += value.boolean() ? "true" : "false";
      return;
    case Type::NULL_:
      out += "null";
      return;
    case Type::M:
      return append_ion(value.map(), out);
    case Type::L:
      return append_list(
          value.list(), [&](item::ValueView element) { append_ion(element, out); }, out);
    case Type::SS:
      out += "$dynamodb_SS::";
      return append_list(
          value.set(), [&](std::string_view element) { append_quoted(element, '"', out); }, out);
    case Type::NS:
      out += "$dynamodb_NS::";
      return append_list(
          value.set(), [&](std::string_view element) { append_number(element, out); }, out);
    case Type::BS:
      out += "$dynamodb_BS::";
      return append_list(
          value.set(), [&](std::string_view element) { append_blob(element, out); }, out);
  }
}

void append_ion(item::MapView item, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [name, value] : item) {
    if (!first) out += ',';
    first = false;
    if (is_identifier(name)) {
      out += name;
    } else {
      append_quoted(name, '\'', out);
    }
    out += ':';
    append_ion(value, out);
  }
  out += '}';
}

}  // namespace orrery::dynamodb
