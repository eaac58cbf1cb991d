#include "item/view.h"

#include "item/encoding.h"

#include <algorithm>
#include <array>

namespace orrery::item {
namespace internal {
namespace {

std::size_t take_varint(std::string_view& rest) {
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

std::size_t take_u32(std::string_view& rest) {
  CHECK(rest.size() >= 4);
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::size_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  rest.remove_prefix(4);
  return value;
}

}  // namespace

std::string_view take_bytes(std::string_view& rest) {
  const std::size_t length = take_varint(rest);
  CHECK(length <= rest.size());
  const std::string_view bytes(rest.data(), length);
  rest.remove_prefix(length);
  return bytes;
}

// The body of the value at the front of `rest`, which is moved past it.
static std::string_view take_body(std::string_view& rest) {
  CHECK(!rest.empty());
  const Tag tag = static_cast<Tag>(rest.front());
  rest.remove_prefix(1);
  switch (tag) {
    case Tag::S:
    case Tag::N:
    case Tag::B:
      return take_bytes(rest);
    case Tag::Null:
    case Tag::True:
    case Tag::False:
      return {};
    case Tag::M:
    case Tag::L:
    case Tag::SS:
    case Tag::NS:
    case Tag::BS: {
      const std::size_t length = take_u32(rest);
      CHECK(length <= rest.size());
      const std::string_view body = rest.substr(0, length);
      rest.remove_prefix(length);
      return body;
    }
  }
  crash("a value's tag that is not known", __FILE__, __LINE__);
}

std::string_view take_value(std::string_view& rest) {
  const std::string_view from = rest;
  take_body(rest);
  return from.substr(0, from.size() - rest.size());
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

// Of the entries of an item or a map.
std::size_t entries_size(MapView entries, std::size_t overhead) {
  std::size_t size = 0;
  for (const auto& [name, value] : entries) size += name.size() + value.size_bytes() + overhead;
  return size;
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
  return internal::take_body(rest);
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
  constexpr std::size_t kCollection = 3;  // of a list or map, empty or not; and one for each element
  switch (type()) {
    case Type::S:
      return string().size();
    case Type::B:
      return binary().size();
    case Type::N:
      return number_size(number_text());
    case Type::BOOL:
    case Type::NULL_:
      return 1;
    case Type::M:
      return kCollection + entries_size(map(), 1);
    case Type::L: {
      std::size_t size = kCollection;
      for (const ValueView element : list()) size += 1 + element.size_bytes();
      return size;
    }
    case Type::SS:
    case Type::NS:
    case Type::BS: {
      std::size_t size = 0;
      for (const std::string_view element : set()) {
        size += type() == Type::NS ? number_size(element) : element.size();
      }
      return size;
    }
  }
  return 0;
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

std::size_t ItemView::size_bytes() const { return entries_size(*this, 0); }

}  // namespace orrery::item
