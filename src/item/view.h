// Reading an encoded value or item in place (item/value.h has the layout). Views own nothing: they are valid as long as
// the bytes they look at. Bytes that are no encoding are a broken invariant and end the process.
#pragma once

#include "base/check.h"
#include "item/decimal.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace orrery::item {

enum class Type : std::uint8_t { S, N, B, BOOL, NULL_, M, L, SS, NS, BS };
// "S", "NULL", …: the name on the wire.
std::string_view name_of(Type type);

class ListView;
class MapView;
class SetView;

class ValueView {
 public:
  ValueView();  // NULL
  explicit ValueView(std::string_view encoding) : bytes_(encoding) { CHECK(!encoding.empty()); }

  Type type() const;
  // Each accessor demands its type.
  std::string_view string() const;       // S: UTF-8
  std::string_view binary() const;       // B: raw bytes
  std::string_view number_text() const;  // N: canonical text
  Decimal number() const;                // N
  bool boolean() const;                  // BOOL
  ListView list() const;                 // L
  MapView map() const;                   // M
  SetView set() const;                   // SS, NS, BS

  // The documented size of the value, without a name:
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
  std::size_t size_bytes() const;
  std::string_view bytes() const { return bytes_; }
  friend bool operator==(ValueView a, ValueView b) { return a.bytes_ == b.bytes_; }

 private:
  std::string_view body_of(Type type) const;
  std::string_view bytes_;
};

namespace internal {

// The first byte of a value. A number once given stays with its type.
enum class Tag : char { S = 1, N = 2, B = 3, Null = 4, True = 5, False = 6, M = 7, L = 8, SS = 9, NS = 10, BS = 11 };

std::size_t take_long_varint(std::string_view& rest);

// Each takes one element off the front of `rest`. Inlined: every read of an item is a run of these.
inline std::string_view take_bytes(std::string_view& rest) {  // varint(length) bytes
  CHECK(!rest.empty());
  std::size_t length = static_cast<unsigned char>(rest.front());
  if (length < 0x80) [[likely]] {
    rest.remove_prefix(1);
  } else {
    length = take_long_varint(rest);
  }
  CHECK(length <= rest.size());
  const std::string_view bytes(rest.data(), length);
  rest.remove_prefix(length);
  return bytes;
}
std::string_view take_run(std::string_view& rest);  // u32(length) bytes

inline Tag take_tag(std::string_view& rest) {
  CHECK(!rest.empty());
  const Tag tag = static_cast<Tag>(rest.front());
  rest.remove_prefix(1);
  return tag;
}
// What follows the tag.
inline std::string_view take_body(Tag tag, std::string_view& rest) {
  if (tag <= Tag::B) return take_bytes(rest);
  if (tag <= Tag::False) return {};
  return take_run(rest);
}
inline std::string_view take_value(std::string_view& rest) {  // a whole value
  const std::string_view from = rest;
  const Tag tag = take_tag(rest);
  take_body(tag, rest);
  return from.substr(0, from.size() - rest.size());
}

// An input iterator over a run of elements; Step::take reads one.
template <class Step>
class Walk {
 public:
  using value_type = typename Step::value_type;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using reference = const value_type&;
  using pointer = const value_type*;

  Walk() = default;
  explicit Walk(std::string_view rest) : rest_(rest) { ++*this; }
  reference operator*() const { return current_; }
  pointer operator->() const { return &current_; }
  Walk& operator++() {
    at_end_ = rest_.empty();
    if (!at_end_) current_ = Step::take(rest_);
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Walk& walk, std::default_sentinel_t) { return walk.at_end_; }

 private:
  std::string_view rest_;
  value_type current_{};
  bool at_end_ = true;
};
}  // namespace internal

// for (ValueView element : value.list())
class ListView {
 public:
  struct Step {
    using value_type = ValueView;
    static ValueView take(std::string_view& rest) { return ValueView(internal::take_value(rest)); }
  };
  explicit ListView(std::string_view body) : body_(body) {}
  internal::Walk<Step> begin() const { return internal::Walk<Step>(body_); }
  std::default_sentinel_t end() const { return {}; }
  bool empty() const { return body_.empty(); }
  std::size_t size() const;  // walks
  std::optional<ValueView> at(std::size_t index) const;

 private:
  std::string_view body_;
};

// for (std::string_view element : value.set()): text of SS, canonical number text of NS, raw bytes of BS; ascending.
class SetView {
 public:
  struct Step {
    using value_type = std::string_view;
    static std::string_view take(std::string_view& rest) { return internal::take_bytes(rest); }
  };
  explicit SetView(std::string_view body) : body_(body) {}
  internal::Walk<Step> begin() const { return internal::Walk<Step>(body_); }
  std::default_sentinel_t end() const { return {}; }
  std::size_t size() const;  // walks
  bool contains(std::string_view element) const;

 private:
  std::string_view body_;
};

struct Attribute {
  std::string_view name;
  ValueView value;
};

// for (const auto& [name, value] : item), in the order of the names' bytes.
class MapView {
 public:
  struct Step {
    using value_type = Attribute;
    static Attribute take(std::string_view& rest) {
      const std::string_view name = internal::take_bytes(rest);
      return {name, ValueView(internal::take_value(rest))};
    }
  };
  explicit MapView(std::string_view body) : body_(body) {}
  internal::Walk<Step> begin() const { return internal::Walk<Step>(body_); }
  std::default_sentinel_t end() const { return {}; }
  bool empty() const { return body_.empty(); }
  std::size_t size() const;  // walks
  std::optional<ValueView> find(std::string_view name) const;
  // The entries alone, as in an M value.
  std::string_view body() const { return body_; }

 protected:
  std::string_view body_;
};

// A whole item: MapView plus the version.
class ItemView : public MapView {
 public:
  ItemView() : ItemView(kEmpty) {}
  explicit ItemView(std::string_view encoding) : MapView({}), bytes_(encoding) {
    CHECK(!encoding.empty() && encoding.front() == kVersion);
    body_ = encoding.substr(1);
  }
  std::string_view bytes() const { return bytes_; }
  // Names and values, by the documented arithmetic; at most kMaxItemBytes may be stored.
  std::size_t size_bytes() const;
  friend bool operator==(ItemView a, ItemView b) { return a.bytes_ == b.bytes_; }

  static constexpr char kVersion = 1;
  static constexpr std::string_view kEmpty = "\x01";

 private:
  std::string_view bytes_;
};

}  // namespace orrery::item
