// One attribute value, and an item (a map of names to attribute values), each as one compact canonical encoding that is
// read in place. Equal values have equal bytes: names and sets are sorted, numbers are in canonical text.
//
//   item  := version(0x01) entry*                          entries sorted by name (bytes), names unique
//   entry := varint(length) name value
//   value := tag body
//            S, B, N          varint(length) bytes         N: canonical decimal text (Decimal::text)
//            NULL, true, false  (nothing)
//            M                u32(length) entry*           u32 is little-endian
//            L                u32(length) value*
//            SS, NS, BS       u32(length) (varint(length) bytes)*   ascending: SS, BS by bytes, NS by number; unique
//
// The version is checked by ItemView; a change of the layout takes the next number and keeps reading the old one. Tags
// once given are never given to another type.
#pragma once

#include "base/result.h"
#include "item/decimal.h"
#include "item/view.h"

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::item {

class Item;

// Owns one value's encoding. Default: NULL. The factories take valid input (UTF-8, nesting within the limit); what
// clients send comes through item/codec.h, which checks.
class Value {
 public:
  Value();
  explicit Value(ValueView view) : bytes_(view.bytes()) {}

  static Value string(std::string_view text);
  static Value number(const Decimal& number);
  static Value number(std::int64_t number) { return Value::number(Decimal(number)); }
  static Value binary(std::string_view bytes);
  static Value boolean(bool value);
  static Value null() { return {}; }
  static Value list(std::span<const Value> elements);
  static Value map(const Item& members);
  // At least one element; duplicates are merged.
  static Value string_set(std::vector<std::string> elements);
  static Value number_set(std::vector<Decimal> elements);
  static Value binary_set(std::vector<std::string> elements);

  ValueView view() const { return ValueView(bytes_); }
  operator ValueView() const { return view(); }  // NOLINT: as std::string to std::string_view
  Type type() const { return view().type(); }
  const std::string& bytes() const { return bytes_; }
  // For codecs: `bytes` is a complete value encoding.
  static Value from_encoding(std::string bytes);

 private:
  std::string bytes_;
};

// Owns an item's encoding: what is stored. Default: without attributes.
class Item {
 public:
  Item();
  explicit Item(ItemView view) : bytes_(view.bytes()) {}
  // In any order; of equal names the last wins.
  Item(std::initializer_list<std::pair<std::string_view, Value>> attributes);

  ItemView view() const { return ItemView(bytes_); }
  operator ItemView() const { return view(); }  // NOLINT: as std::string to std::string_view
  std::optional<ValueView> find(std::string_view name) const { return view().find(name); }
  bool empty() const { return view().empty(); }
  std::size_t size_bytes() const { return view().size_bytes(); }
  const std::string& bytes() const { return bytes_; }
  std::string take() && { return std::move(bytes_); }
  // For codecs and the store: `bytes` is a complete item encoding (see check_item for bytes of doubtful origin).
  static Item from_encoding(std::string bytes);

 private:
  std::string bytes_;
};

// Builds or edits an item: ItemBuilder(old).set("a", Value::number(1)).erase("b").build().
class ItemBuilder {
 public:
  ItemBuilder() = default;
  explicit ItemBuilder(ItemView from);
  ItemBuilder& set(std::string_view name, ValueView value);  // adds or replaces; copies
  ItemBuilder& erase(std::string_view name);
  bool contains(std::string_view name) const { return attributes_.contains(name); }
  Item build() const;

 private:
  std::map<std::string, std::string, std::less<>> attributes_;  // name -> value encoding
};

// DynamoDB's equality: numbers by value, sets and maps without order. (The encoding is canonical: a comparison of
// bytes.)
inline bool operator==(const Value& a, const Value& b) { return a.bytes() == b.bytes(); }
inline bool operator==(const Item& a, const Item& b) { return a.bytes() == b.bytes(); }

inline constexpr std::size_t kMaxItemBytes = 400 * 1024;  // by size_bytes(), names included
inline constexpr int kMaxDepth = 32;                      // an attribute's own value is level 1
// ValidationException "Nesting Levels have exceeded supported limits: …".
Error nesting_error();

// Whole check of an encoding of doubtful origin (a snapshot, a fuzzer): structure, order, canonical numbers, depth.
// Error: Internal, with the reason.
Result<> check_item(std::string_view bytes);
Result<> check_value(std::string_view bytes);

}  // namespace orrery::item
