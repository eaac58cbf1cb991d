// Primary keys: from an item to the bytes under which it is stored, and back.
//
//   key   := hash(8 bytes, big-endian, of the encoded partition) partition sort?
//   partition, S or B: escaped (0x00 -> 0x00 0xFF), ended by 0x00 0x01, as KeyWriter::text; N: Decimal::append_key
//   sort,      S or B: the bytes as they are (nothing follows);                          N: Decimal::append_key
//
// Hence the items of a partition are neighbours, in the order of their sort values, and partitions are spread evenly
// over the space of hashes (a parallel scan divides that space).
#pragma once

#include "base/result.h"
#include "item/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::item {

struct KeyAttribute {
  std::string name;
  Type type;  // S, N or B
};

struct KeySchema {
  KeyAttribute partition;
  std::optional<KeyAttribute> sort;
};

inline constexpr std::size_t kMaxPartitionBytes = 2048;
inline constexpr std::size_t kMaxSortBytes = 1024;

// The key of an item to be stored, which has other attributes too. Errors (ValidationException): missing, of another
// type, empty, too long.
Result<std::string> key_of_item(const KeySchema& schema, ItemView item);
// The key named by a request's Key member, which must hold the key attributes and nothing else. Errors
// (ValidationException): does not match the schema, empty, too long.
Result<std::string> key_of_key(const KeySchema& schema, ItemView key);
// The key attributes alone. Error: Internal, the bytes are no key of this schema.
Result<Item> decode_key(const KeySchema& schema, std::string_view key);
// The key attributes of an item that has them (LastEvaluatedKey).
Item key_attributes(const KeySchema& schema, ItemView item);

// The key of an index entry: a key as above of the index's attributes, its sort value escaped and ended too, then
// `base`, the key of the item itself. Hence entries with equal index keys are neighbours, in the order of their items'
// keys. The item must have the index's attributes, with the schema's types.
std::string entry_key(const KeySchema& index, ItemView item, std::string_view base);
// For queries of an index: the bytes of a sort value in an entry's key, without what ends them (so that a prefix of a
// value is a prefix of them), and the end.
std::string entry_sort_bytes(ValueView sort);
std::string_view entry_sort_end(Type type);

// For queries: what all keys of one partition start with; and the bytes that follow it for a sort value. The values
// must have the schema's types and pass check_key_value.
std::string partition_prefix(ValueView partition);
std::string sort_bytes(ValueView sort);
// Neither empty nor too long. Errors as above.
Result<> check_key_value(const KeyAttribute& attribute, ValueView value, bool is_partition);

// The hash at the front of a key. Fixed forever: stored keys depend on it. For each 8 bytes w of the encoded partition
// (little-endian, the last padded with zeros): h = (h ^ w) * 0x9E3779B97F4A7C15, h ^= h >> 32, from h = length in
// bytes; then splitmix64's finalizer: h ^= h >> 30, h *= 0xBF58476D1CE4E5B9, h ^= h >> 27, h *= 0x94D049BB133111EB, h
// ^= h >> 31.
std::uint64_t partition_hash(std::string_view encoded_partition);

}  // namespace orrery::item
