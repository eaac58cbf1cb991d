// check_item and check_value: reads without trusting a byte.
#include "item/encoding.h"
#include "item/value.h"

#include <simdjson.h>

namespace orrery::item {
namespace {

using internal::Tag;

class Checker {
 public:
  // Each reads from the front of `rest`; false after a reason has been noted.
  bool value(std::string_view& rest, int depth);
  bool entries(std::string_view body, int depth);

  bool wrong(std::string_view reason) {
    if (reason_.empty()) reason_ = reason;
    return false;
  }
  Result<> result(bool good) const {
    if (good) return {};
    return fail(internal_error("an encoded item with " + std::string(reason_)));
  }

 private:
  bool bytes(std::string_view& rest, std::string_view& out);
  bool body(std::string_view& rest, std::string_view& out);
  bool text(std::string_view bytes) {
    return simdjson::validate_utf8(bytes.data(), bytes.size()) || wrong("text that is not UTF-8");
  }
  bool number(std::string_view text, Decimal& out);
  bool set(Tag tag, std::string_view body);

  std::string_view reason_;
};

bool Checker::bytes(std::string_view& rest, std::string_view& out) {
  std::size_t length = 0;
  std::size_t used = 0;
  unsigned char byte = 0x80;
  for (; byte >= 0x80; ++used) {
    if (used == rest.size() || used == 5) return wrong("a length that does not end");
    byte = static_cast<unsigned char>(rest[used]);
    length |= static_cast<std::size_t>(byte & 0x7f) << (7 * used);
  }
  if (used > 1 && byte == 0) return wrong("a length with a superfluous byte");
  rest.remove_prefix(used);
  if (length > rest.size()) return wrong("a length beyond its end");
  out = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

bool Checker::body(std::string_view& rest, std::string_view& out) {
  if (rest.size() < 4) return wrong("a length that does not end");
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  rest.remove_prefix(4);
  if (length > rest.size()) return wrong("a length beyond its end");
  out = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

bool Checker::number(std::string_view text, Decimal& out) {
  const Result<Decimal> parsed = Decimal::parse(text);
  if (!parsed || parsed->text() != text) return wrong("a number that is not in canonical form");
  out = *parsed;
  return true;
}

bool Checker::set(Tag tag, std::string_view rest) {
  if (rest.empty()) return wrong("an empty set");
  std::string_view previous;
  Decimal previous_number;
  for (bool first = true; !rest.empty(); first = false) {
    std::string_view element;
    if (!bytes(rest, element)) return false;
    bool ascending = previous < element;
    if (tag == Tag::SS && !text(element)) return false;
    if (tag == Tag::NS) {
      Decimal parsed;
      if (!number(element, parsed)) return false;
      ascending = previous_number < parsed;
      previous_number = parsed;
    }
    if (!first && !ascending) return wrong("a set that is not ascending");
    previous = element;
  }
  return true;
}

bool Checker::value(std::string_view& rest, int depth) {
  if (depth > kMaxDepth) return wrong("too many levels");
  if (rest.empty()) return wrong("a value missing");
  const Tag tag = static_cast<Tag>(rest.front());
  rest.remove_prefix(1);
  std::string_view inner;
  Decimal ignored;
  switch (tag) {
    case Tag::S:
      return bytes(rest, inner) && text(inner);
    case Tag::N:
      return bytes(rest, inner) && number(inner, ignored);
    case Tag::B:
      return bytes(rest, inner);
    case Tag::Null:
    case Tag::True:
    case Tag::False:
      return true;
    case Tag::M:
      return body(rest, inner) && entries(inner, depth + 1);
    case Tag::L:
      if (!body(rest, inner)) return false;
      while (!inner.empty()) {
        if (!value(inner, depth + 1)) return false;
      }
      return true;
    case Tag::SS:
    case Tag::NS:
    case Tag::BS:
      return body(rest, inner) && set(tag, inner);
  }
  return wrong("a tag that is not known");
}

bool Checker::entries(std::string_view rest, int depth) {
  std::string_view previous;
  while (!rest.empty()) {
    std::string_view name;
    if (!bytes(rest, name) || !text(name)) return false;
    if (name <= previous) return wrong("names that are not ascending");
    previous = name;
    if (!value(rest, depth)) return false;
  }
  return true;
}

}  // namespace

Result<> check_item(std::string_view bytes) {
  Checker checker;
  const bool good = !bytes.empty() && bytes.front() == ItemView::kVersion ? checker.entries(bytes.substr(1), 1)
                                                                          : checker.wrong("a version not known");
  return checker.result(good);
}

Result<> check_value(std::string_view bytes) {
  Checker checker;
  bool good = checker.value(bytes, 1);
  if (good && !bytes.empty()) good = checker.wrong("bytes after its end");
  return checker.result(good);
}

}  // namespace orrery::item
