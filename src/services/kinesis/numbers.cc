#include "services/kinesis/numbers.h"

#include "base/encode.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace orrery::kinesis {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kChunk = 1'000'000'000'000'000'000;  // 18 digits at a time
constexpr std::size_t kChunkDigits = 18;

bool is_decimal(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         (text.size() == 1 || text.front() != '0');
}

// 192 bits, the least significant first.
using Limbs = std::array<std::uint64_t, 3>;

struct Field {
  unsigned offset, width;
};
// From the lowest bit on: the version, the shard, the time, the index, four bits of the shard again, the time of the
// shard's making, a leading 2.
constexpr Field kVersion{0, 4}, kShard{4, 32}, kTime{36, 36}, kIndex{80, 64}, kShardAgain{144, 4}, kCreated{148, 36},
    kLeading{184, 8};
constexpr std::uint64_t kTwo = 2;

constexpr std::uint64_t mask(unsigned width) {
  return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

void set(Limbs& limbs, Field field, std::uint64_t value) {
  value &= mask(field.width);
  const unsigned limb = field.offset / 64, bit = field.offset % 64;
  limbs[limb] |= value << bit;
  if (bit > 0 && bit + field.width > 64) limbs[limb + 1] |= value >> (64 - bit);
}

std::uint64_t get(const Limbs& limbs, Field field) {
  const unsigned limb = field.offset / 64, bit = field.offset % 64;
  std::uint64_t value = limbs[limb] >> bit;
  if (bit > 0 && bit + field.width > 64) value |= limbs[limb + 1] << (64 - bit);
  return value & mask(field.width);
}

// Divides by 10^18 in place; returns the remainder.
template <std::size_t N>
std::uint64_t divide(std::array<std::uint64_t, N>& limbs) {
  Wide rest = 0;
  for (std::size_t i = N; i-- > 0;) {
    const Wide part = rest << 64 | limbs[i];
    limbs[i] = static_cast<std::uint64_t>(part / kChunk);
    rest = part % kChunk;
  }
  return static_cast<std::uint64_t>(rest);
}

template <std::size_t N>
std::string decimal(std::array<std::uint64_t, N> limbs) {
  std::string out;
  do {
    std::string chunk = std::to_string(divide(limbs));
    const bool more = std::ranges::any_of(limbs, [](std::uint64_t limb) { return limb != 0; });
    if (more) chunk.insert(0, kChunkDigits - chunk.size(), '0');
    out.insert(0, chunk);
    if (!more) return out;
  } while (true);
}

// False: it does not fit.
template <std::size_t N>
bool parse(std::string_view text, std::array<std::uint64_t, N>& limbs) {
  for (const char digit : text) {
    Wide carry = static_cast<unsigned>(digit - '0');
    for (std::uint64_t& limb : limbs) {
      carry += static_cast<Wide>(limb) * 10;
      limb = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    if (carry != 0) return false;
  }
  return true;
}

}  // namespace

HashKey hash_of(std::string_view partition_key) {
  HashKey key = 0;
  for (const char byte : md5(partition_key)) key = key << 8 | static_cast<unsigned char>(byte);
  return key;
}

std::string to_text(HashKey key) {
  return decimal<2>({static_cast<std::uint64_t>(key), static_cast<std::uint64_t>(key >> 64)});
}

std::optional<HashKey> parse_hash_key(std::string_view text) {
  std::array<std::uint64_t, 2> limbs{};
  if (!is_decimal(text) || !parse(text, limbs)) return std::nullopt;
  return static_cast<HashKey>(limbs[1]) << 64 | limbs[0];
}

std::string shard_id(ShardNumber number) {
  const std::string digits = std::to_string(number);
  return "shardId-" + std::string(12 - digits.size(), '0') + digits;
}

std::optional<ShardNumber> parse_shard_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) text.remove_prefix(dash + 1);
  ShardNumber number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || number > 0x7fffffff) return std::nullopt;
  return number;
}

std::string to_text(const SequenceNumber& number) {
  Limbs limbs{};
  set(limbs, kVersion, kTwo);
  set(limbs, kShard, number.shard);
  set(limbs, kTime, static_cast<std::uint64_t>(number.at_s));
  set(limbs, kIndex, number.index);
  set(limbs, kShardAgain, number.shard);
  set(limbs, kCreated, static_cast<std::uint64_t>(number.shard_created_s));
  set(limbs, kLeading, kTwo);
  return decimal(limbs);
}

std::optional<SequenceNumber> parse_sequence_number(std::string_view text) {
  Limbs limbs{};
  if (!is_decimal(text) || !parse(text, limbs)) return std::nullopt;
  SequenceNumber number;
  number.shard = static_cast<ShardNumber>(get(limbs, kShard));
  number.at_s = static_cast<std::int64_t>(get(limbs, kTime));
  number.index = get(limbs, kIndex);
  number.shard_created_s = static_cast<std::int64_t>(get(limbs, kCreated));
  if (get(limbs, kVersion) != kTwo || get(limbs, kLeading) != kTwo || number.index > kLastIndex) return std::nullopt;
  return number;
}

}  // namespace orrery::kinesis
