#include "item/view.h"

#include "item/encoding.h"

#include <algorithm>
#include <array>

namespace orrery::item {
namespace internal {

std::size_t take_long_varint(std::string_view& rest) {
  std::size_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    CHECK(!rest.empty());
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  crash("a varint of an item that does not end", __FILE__, __LINE__);
}

std::string_view take_run(std::string_view& rest) {
  CHECK(rest.size() >= 4);
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  rest.remove_prefix(4);
  CHECK(length <= rest.size());
  const std::string_view body(rest.data(), length);
  rest.remove_prefix(length);
  return body;
}

}  // namespace internal

using internal::Tag;

namespace {

constexpr char kNullEncoding[] = {static_cast<char>(Tag::Null)};

// Documented: one byte for two significant digits, and one more; a sign takes another.
std::size_t number_size(std::string_view text) {
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  std::size_t digits = 0;
  std::size_t zeros = 0;  // pending: trailing ones do not count
  for (const char c : text) {
    if (c < '0' || c > '9') continue;
    if (c == '0') {
      zeros += digits > 0 ? 1 : 0;
    } else {
      digits += zeros + 1;
      zeros = 0;
    }
  }
  return 1 + (digits + 1) / 2 + sign;
}

std::size_t value_size(std::string_view& rest);

// Of the entries of an item or a map.
std::size_t entries_size(std::string_view rest, std::size_t overhead) {
  std::size_t size = 0;
  while (!rest.empty()) {
    size += internal::take_bytes(rest).size() + overhead;
    size += value_size(rest);
  }
  return size;
}

// Takes the value off the front of `rest`.
std::size_t value_size(std::string_view& rest) {
  constexpr std::size_t kCollection = 3;  // of a list or map, empty or not; and one for each element
  const Tag tag = internal::take_tag(rest);
  std::string_view body = internal::take_body(tag, rest);
  switch (tag) {
    case Tag::S:
    case Tag::B:
      return body.size();
    case Tag::N:
      return number_size(body);
    case Tag::Null:
    case Tag::True:
    case Tag::False:
      return 1;
    case Tag::M:
      return kCollection + entries_size(body, 1);
    case Tag::L: {
      std::size_t size = kCollection;
      while (!body.empty()) size += 1 + value_size(body);
      return size;
    }
    case Tag::SS:
    case Tag::NS:
    case Tag::BS: {
      std::size_t size = 0;
      while (!body.empty()) {
        const std::string_view element = internal::take_bytes(body);
        size += tag == Tag::NS ? number_size(element) : element.size();
      }
      return size;
    }
  }
  crash("a value's tag that is not known", __FILE__, __LINE__);
}

template <class View>
std::size_t count(const View& view) {
  std::size_t total = 0;
  for (auto it = view.begin(); it != view.end(); ++it) ++total;
  return total;
}

}  // namespace

std::string_view name_of(Type type) {
  constexpr std::array<std::string_view, 10> kNames = {"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"};
  return kNames[static_cast<std::size_t>(type)];
}

ValueView::ValueView() : bytes_(kNullEncoding, 1) {}

Type ValueView::type() const {
  switch (static_cast<Tag>(bytes_.front())) {
    case Tag::S:
      return Type::S;
    case Tag::N:
      return Type::N;
    case Tag::B:
      return Type::B;
    case Tag::Null:
      return Type::NULL_;
    case Tag::True:
    case Tag::False:
      return Type::BOOL;
    case Tag::M:
      return Type::M;
    case Tag::L:
      return Type::L;
    case Tag::SS:
      return Type::SS;
    case Tag::NS:
      return Type::NS;
    case Tag::BS:
      return Type::BS;
  }
  crash("a value's tag that is not known", __FILE__, __LINE__);
}

std::string_view ValueView::body_of(Type wanted) const {
  CHECK(type() == wanted);
  std::string_view rest = bytes_;
  return internal::take_body(internal::take_tag(rest), rest);
}

std::string_view ValueView::string() const { return body_of(Type::S); }
std::string_view ValueView::binary() const { return body_of(Type::B); }
std::string_view ValueView::number_text() const { return body_of(Type::N); }

Decimal ValueView::number() const {
  const Result<Decimal> number = Decimal::parse(number_text());
  CHECK(number.ok());
  return *number;
}

bool ValueView::boolean() const {
  CHECK(type() == Type::BOOL);
  return static_cast<Tag>(bytes_.front()) == Tag::True;
}

ListView ValueView::list() const { return ListView(body_of(Type::L)); }
MapView ValueView::map() const { return MapView(body_of(Type::M)); }

SetView ValueView::set() const {
  CHECK(type() == Type::SS || type() == Type::NS || type() == Type::BS);
  return SetView(body_of(type()));
}

std::size_t ValueView::size_bytes() const {
  std::string_view rest = bytes_;
  return value_size(rest);
}

std::size_t ListView::size() const { return count(*this); }

std::optional<ValueView> ListView::at(std::size_t index) const {
  for (const ValueView element : *this) {
    if (index-- == 0) return element;
  }
  return std::nullopt;
}

std::size_t SetView::size() const { return count(*this); }

bool SetView::contains(std::string_view element) const {
  for (const std::string_view candidate : *this) {
    if (candidate == element) return true;
  }
  return false;
}

std::size_t MapView::size() const { return count(*this); }

std::optional<ValueView> MapView::find(std::string_view name) const {
  std::string_view rest = body_;
  while (!rest.empty()) {
    const std::string_view candidate = internal::take_bytes(rest);
    const std::string_view value = internal::take_value(rest);
    if (candidate.size() == name.size() && candidate == name) return ValueView(value);
  }
  return std::nullopt;
}

std::size_t ItemView::size_bytes() const { return entries_size(body_, 0); }

}  // namespace orrery::item
