#include "item/json_text.h"

#include <algorithm>

namespace orrery::item::internal {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 8259 section 7: \uXXXX.
bool four_hex(const char* p, const char* end, std::uint32_t& out) {
  if (end - p < 4) return false;
  out = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'f';
    if (!is_digit(c) && !letter) return false;
    out = out << 4 | static_cast<std::uint32_t>(letter ? lower - 'a' + 10 : c - '0');
  }
  return true;
}

void put_utf8(Sink& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { out.put(static_cast<char>(0x80 | (code >> shift & 0x3f))); };
  if (code < 0x80) {
    out.put(static_cast<char>(code));
  } else if (code < 0x800) {
    out.put(static_cast<char>(0xc0 | code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out.put(static_cast<char>(0xe0 | code >> 12));
    tail(6);
    tail(0);
  } else {
    out.put(static_cast<char>(0xf0 | code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// What \c stands for; '\0' when nothing.
char simple_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

// `p` stands behind "\u". A surrogate without its other half is no character (RFC 3629 section 3).
bool JsonText::unicode(const char*& p) {
  std::uint32_t code = 0;
  if (!four_hex(p, end_, code)) return false;
  p += 4;
  if (code >= 0xdc00 && code <= 0xdfff) return false;
  if (code >= 0xd800 && code <= 0xdbff) {
    std::uint32_t low = 0;
    if (end_ - p < 6 || p[0] != '\\' || p[1] != 'u' || !four_hex(p + 2, end_, low)) return false;
    if (low < 0xdc00 || low > 0xdfff) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    p += 6;
  }
  put_utf8(unescaped_, code);
  return true;
}

bool JsonText::escaped(const char* start, const char* first, std::string_view& out) {
  unescaped_.clear();
  unescaped_.put(std::string_view(start, static_cast<std::size_t>(first - start)));
  for (const char* p = first; p < end_;) {
    const char c = *p++;
    if (c == '"') {
      at_ = p;
      unescaped_.room(16);
      out = unescaped_.since(0);
      return true;
    }
    if (c != '\\') {
      unescaped_.put(c);
      continue;
    }
    if (p == end_) return false;
    const char kind = *p++;
    if (kind == 'u') {
      if (!unicode(p)) return false;
      continue;
    }
    const char plain = simple_escape(kind);
    if (plain == '\0') return false;
    unescaped_.put(plain);
  }
  return false;
}

bool JsonText::literal(std::string_view word) {
  peek();
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::string_view(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

std::string_view JsonText::token() {
  peek();
  const char* p = at_;
  while (p != end_ && std::string_view(" \n\r\t,:]}").find(*p) == std::string_view::npos) ++p;
  return {at_, static_cast<std::size_t>(p - at_)};
}

// RFC 8259 section 6: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool JsonText::skip_number() {
  const std::string_view text = token();
  std::size_t i = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - from;
  };
  const bool zero = i < text.size() && text[i] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  if (i != text.size()) return false;
  at_ += text.size();
  return true;
}

bool JsonText::skip(int depth) {
  std::string_view ignored;
  const char first = peek();
  if (first == '"') return string(ignored);
  if (first == 't') return literal("true");
  if (first == 'f') return literal("false");
  if (first == 'n') return literal("null");
  if (first != '{' && first != '[') return skip_number();
  if (depth == 0) return false;
  const char last = first == '{' ? '}' : ']';
  take(first);
  if (take(last)) return true;
  do {
    if (first == '{' && (!string(ignored) || !take(':'))) return false;
    if (!skip(depth - 1)) return false;
  } while (take(','));
  return take(last);
}

}  // namespace orrery::item::internal
