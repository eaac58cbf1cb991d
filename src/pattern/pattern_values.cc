// The entries of a field's array: compiling one, and trying it on a value.
#include "pattern/pattern_node.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace orrery::pattern {
namespace {

using Kind = Test::Kind;

constexpr double kNumericLimit = 5.0e9;  // documented: "between -5.0e9 and +5.0e9 inclusive"

std::optional<double> number(const json::value& value) {
  json::error_code failed;
  const auto out = value.to_number<double>(failed);
  return failed ? std::nullopt : std::optional(out);
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : to_text(value);
}

Test text_test(Kind kind, std::string_view text, Fold fold) {
  Test out;
  out.kind = kind;
  out.fold = fold;
  out.text = fold == Fold::IgnoreCase ? lower(text) : std::string(text);
  return out;
}

Test literal(const json::value& value) {
  Test out;
  out.literal = value;
  return out;
}

// "Simple*Service": \* is a star, \\ a backslash. Positions count the opening quotation mark.
Result<Test> wildcard(std::string_view text) {
  Test out;
  out.kind = Kind::Wildcard;
  out.pieces.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*') {
      if (i + 1 < text.size() && text[i + 1] == '*') {
        return invalid("Consecutive wildcard characters at pos " + std::to_string(i + 1));
      }
      out.pieces.emplace_back();
    } else if (text[i] == '\\') {
      if (i + 1 == text.size() || (text[i + 1] != '*' && text[i + 1] != '\\')) {
        return invalid("Invalid escape character at pos " + std::to_string(i + 1));
      }
      out.pieces.back() += text[++i];
    } else {
      out.pieces.back() += text[i];
    }
  }
  return out;
}

// "prefix": "a" or {"equals-ignore-case": "a"}.
Result<Test> affix(Kind kind, const std::string& name, const json::value& value) {
  if (value.is_string()) return text_test(kind, value.get_string(), Fold::Exact);
  if (value.is_object() && value.get_object().size() == 1) {
    if (const auto folded = find_string(value, "equals-ignore-case")) return text_test(kind, *folded, Fold::IgnoreCase);
  }
  return invalid(name + " match pattern must be a string");
}

Result<double> bound(const std::string& name, const json::value& value) {
  const auto out = number(value);
  if (!out) return invalid("Value of " + name + " must be numeric");
  if (*out < -kNumericLimit || *out > kNumericLimit) {
    return invalid("Value must be between -5.0E9 and 5.0E9, inclusive");
  }
  return *out;
}

Result<> upper_bound(const json::array& terms, Test& out) {
  if (!terms[2].is_string()) return invalid("Bad value in numeric range: " + text_of(terms[2]));
  const std::string name = text_of(terms[2]);
  if (name != "<" && name != "<=") return invalid("Bad numeric range operator: " + name);
  if (terms.size() < 4) return invalid("Value of " + name + " must be numeric");
  out.high = TRY(bound(name, terms[3]));
  out.open_high = name == "<";
  if (terms.size() > 4) return invalid("Too many terms in numeric range expression");
  if (out.low >= out.high) return invalid("Bottom must be less than top");
  return {};
}

// [">", 0, "<=", 5]
Result<Test> numeric(const json::value& value) {
  if (!value.is_array()) return invalid("Value of numeric must be an array.");
  const json::array& terms = value.get_array();
  if (terms.empty() || !terms[0].is_string()) {
    return invalid("Invalid member in numeric match: " + (terms.empty() ? "]" : text_of(terms[0])));
  }
  const std::string name = text_of(terms[0]);
  if (name != "=" && name != "<" && name != "<=" && name != ">" && name != ">=") {
    return invalid("Unrecognized numeric range operator: " + name);
  }
  const std::string shown = name == "=" ? "equals" : name;
  if (terms.size() < 2) return invalid("Value of " + shown + " must be numeric");
  const double limit = TRY(bound(shown, terms[1]));
  Test out;
  out.kind = Kind::Numeric;
  const bool below = name == "<" || name == "<=";
  out.low = below ? -std::numeric_limits<double>::infinity() : limit;
  out.high = below || name == "=" ? limit : std::numeric_limits<double>::infinity();
  out.open_low = name == ">";
  out.open_high = name == "<";
  if (terms.size() == 2) return out;
  if (name != ">" && name != ">=") return invalid("Too many elements in numeric expression");
  TRY(upper_bound(terms, out));
  return out;
}

// One alternative of anything-but's prefix, suffix, wildcard or equals-ignore-case.
Result<Test> but_one(const std::string& name, const json::value& value) {
  if (name == "equals-ignore-case") {
    if (value.is_string()) return text_test(Kind::Text, value.get_string(), Fold::IgnoreCase);
    return invalid("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.");
  }
  if (name == "wildcard") {
    if (value.is_string()) return wildcard(value.get_string());
    return invalid("wildcard match pattern must be a string");
  }
  if (!value.is_string()) return invalid("prefix/suffix match pattern must be a string");
  if (value.get_string().empty()) return invalid("Null prefix/suffix not allowed");
  return text_test(name == "prefix" ? Kind::Prefix : Kind::Suffix, value.get_string(), Fold::Exact);
}

Result<Test> but_operator(const json::object& source) {
  if (source.empty()) return invalid("Anything-But expression name not found");
  const std::string name(source.begin()->key());
  const json::value& value = source.begin()->value();
  if (name != "prefix" && name != "suffix" && name != "wildcard" && name != "equals-ignore-case") {
    return invalid("Unsupported anything-but pattern: " + name);
  }
  if (value.is_object()) {
    return invalid("Value of anything-but must be an array or single string/number value.");
  }
  Test out;
  out.kind = Kind::AnythingBut;
  if (!value.is_array()) {
    out.others.push_back(TRY(but_one(name, value)));
  } else {
    for (const json::value& one : value.get_array()) out.others.push_back(TRY(but_one(name, one)));
    if (out.others.empty()) return invalid("Empty arrays are not allowed");
  }
  if (source.size() > 1) return invalid("Only one key allowed in match expression");
  return out;
}

Result<Test> anything_but(const json::value& value) {
  if (value.is_object()) return but_operator(value.get_object());
  if (!value.is_array() && !value.is_string() && !value.is_number()) {
    return invalid("Value of anything-but must be an array or single string/number value.");
  }
  Test out;
  out.kind = Kind::AnythingBut;
  if (!value.is_array()) {
    out.others.push_back(literal(value));
    return out;
  }
  bool strings = false;
  bool numbers = false;
  for (const json::value& one : value.get_array()) {
    if (!one.is_string() && !one.is_number()) {
      return invalid("Inside anything but list, start|null|boolean is not supported.");
    }
    (one.is_string() ? strings : numbers) = true;
    out.others.push_back(literal(one));
  }
  if (strings == numbers) {
    return invalid("Inside anything but list, either all values are number or string, mixed type is not supported");
  }
  return out;
}

Result<Test> cidr(const json::value& value) {
  if (!value.is_string()) return invalid("prefix match pattern must be a string");
  const std::string text = text_of(value);
  const auto slash = text.find('/');
  if (slash == std::string::npos || text.find('/', slash + 1) != std::string::npos) {
    return invalid("Malformed CIDR, one '/' required");
  }
  if (!IpAddress::parse(text.substr(0, slash))) return invalid("Nonstandard IP address: " + text.substr(0, slash));
  const auto block = orrery::Cidr::parse(text);
  if (!block) return invalid("Malformed CIDR, mask bits must be an integer");
  Test out;
  out.kind = Kind::Cidr;
  out.block = *block;
  return out;
}

Result<Test> exists(const json::value& value) {
  if (!value.is_bool()) return invalid("exists match pattern must be either true or false.");
  Test out;
  out.kind = value.get_bool() ? Kind::Exists : Kind::Absent;
  return out;
}

Result<Test> compile_operator(const std::string& name, const json::value& value) {
  const auto needs_string = [&] { return invalid(name + " match pattern must be a string"); };
  if (name == "prefix") return affix(Kind::Prefix, name, value);
  if (name == "suffix") return affix(Kind::Suffix, name, value);
  if (name == "numeric") return numeric(value);
  if (name == "anything-but") return anything_but(value);
  if (name == "exists") return exists(value);
  if (name == "cidr") return cidr(value);
  if (name == "equals-ignore-case") {
    if (!value.is_string()) return needs_string();
    return text_test(Kind::Text, value.get_string(), Fold::IgnoreCase);
  }
  if (name == "wildcard") {
    if (!value.is_string()) return needs_string();
    return wildcard(value.get_string());
  }
  return invalid("Unrecognized match type " + name);
}

bool same_literal(const json::value& wanted, const json::value& value) {
  if (wanted.is_number() && value.is_number()) {
    if (wanted.is_int64() && value.is_int64()) return wanted.get_int64() == value.get_int64();
    return number(wanted) == number(value);
  }
  return wanted == value;
}

bool wildcard_matches(const std::vector<std::string>& pieces, std::string_view text) {
  if (pieces.size() == 1) return text == pieces[0];
  if (!text.starts_with(pieces.front())) return false;
  text.remove_prefix(pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const auto at = text.find(pieces[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + pieces[i].size());
  }
  return text.ends_with(pieces.back());
}

bool text_passes(const Test& test, std::string_view text) {
  std::string folded;
  if (test.fold == Fold::IgnoreCase) {
    folded = lower(text);
    text = folded;
  }
  switch (test.kind) {
    case Kind::Text:
      return text == test.text;
    case Kind::Prefix:
      return text.starts_with(test.text);
    case Kind::Suffix:
      return text.ends_with(test.text);
    case Kind::Wildcard:
      return wildcard_matches(test.pieces, text);
    case Kind::Cidr: {
      const auto address = IpAddress::parse(text);
      return address && test.block.contains(*address);
    }
    default:
      return false;
  }
}

bool in_range(const Test& test, double value) {
  return (test.open_low ? value > test.low : value >= test.low) &&
         (test.open_high ? value < test.high : value <= test.high);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

Result<Test> compile_test(const json::value& entry) {
  if (entry.is_array()) return invalid("Match value must be String, number, true, false, or null");
  if (!entry.is_object()) return literal(entry);
  const json::object& source = entry.get_object();
  if (source.empty()) return invalid("Match expression name not found");
  Test out = TRY(compile_operator(std::string(source.begin()->key()), source.begin()->value()));
  if (source.size() > 1) return invalid("Only one key allowed in match expression");
  return out;
}

bool passes(const Test& test, const json::value& value) {
  switch (test.kind) {
    case Kind::Equals:
      return same_literal(test.literal, value);
    case Kind::Numeric: {
      if (!value.is_number()) return false;
      const auto at = number(value);
      return at && in_range(test, *at);
    }
    case Kind::Exists:
      return true;
    case Kind::Absent:
      return false;  // decided by the event as a whole
    case Kind::AnythingBut:
      return std::none_of(test.others.begin(), test.others.end(),
                          [&](const Test& other) { return passes(other, value); });
    default:
      return value.is_string() && text_passes(test, value.get_string());
  }
}

}  // namespace orrery::pattern
