#include "base/plain_json.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace orrery {
namespace {

void write(double number, std::string& out) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out.append(text);
  if (text.find_first_of(".e") == std::string_view::npos) out.append(".0");  // who reads it sees what it was
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the document, which the parser limits
void write(const json::value& value, std::string& out) {
  bool first = true;
  if (value.is_object()) {
    for (const auto& [name, member] : value.get_object()) {
      out.append(std::exchange(first, false) ? "{" : ",").append(json::serialize(json::string(name))).append(":");
      write(member, out);
    }
    out.append(first ? "{}" : "}");
  } else if (value.is_array()) {
    for (const json::value& element : value.get_array()) {
      out.append(std::exchange(first, false) ? "[" : ",");
      write(element, out);
    }
    out.append(first ? "[]" : "]");
  } else if (value.is_double() && std::isfinite(value.get_double())) {
    write(value.get_double(), out);
  } else {
    out.append(json::serialize(value));
  }
}

}  // namespace

std::string plain_json(const json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

}  // namespace orrery
