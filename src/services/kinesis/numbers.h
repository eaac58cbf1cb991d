// The numbers of Kinesis: hash keys of 128 bits, ids of shards, sequence numbers. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::kinesis {

__extension__ using HashKey = unsigned __int128;
inline constexpr HashKey kLastHashKey = ~HashKey{0};

// "An MD5 hash function is used to map partition keys to 128-bit integer values"
// (docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html).
HashKey hash_of(std::string_view partition_key);
std::string to_text(HashKey key);  // decimal
// nullopt: not a decimal number in [0, 2^128 - 1].
std::optional<HashKey> parse_hash_key(std::string_view text);

using ShardNumber = std::uint32_t;
std::string shard_id(ShardNumber number);  // "shardId-000000000007"
// Also "7" and "anything-7", as the service reads them; nullopt: not the id of a shard.
std::optional<ShardNumber> parse_shard_id(std::string_view text);

// A sequence number is a decimal of 56 digits. It rises within a shard, by its index; a shard that was made later has
// greater ones than its parents.
struct SequenceNumber {
  std::int64_t shard_created_s = 0;
  ShardNumber shard = 0;
  std::uint64_t index = 0;  // 0: where the shard begins
  std::int64_t at_s = 0;
  bool operator==(const SequenceNumber&) const = default;
};
inline constexpr std::uint64_t kLastIndex = 0x7fffffffffffffff;  // where a closed shard ends
std::string to_text(const SequenceNumber& number);
std::optional<SequenceNumber> parse_sequence_number(std::string_view text);

}  // namespace orrery::kinesis
