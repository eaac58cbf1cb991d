#include "services/kinesis/records/log.h"

#include "store/key.h"

#include <algorithm>

namespace orrery::kinesis {
namespace {

// version, flags, u64(time, epoch ms), u16(length of the partition key), partition key, data
constexpr char kVersion = 1;
constexpr unsigned char kEncrypted = 1, kWithoutKey = 2;
constexpr std::size_t kHead = 12;

std::uint64_t number_at(std::string_view bytes, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  for (const char byte : bytes.substr(offset, width)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void append(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned shift = width * 8; shift > 0; shift -= 8) out += static_cast<char>(value >> (shift - 8));
}

std::uint64_t index_of(std::string_view key) {
  KeyReader reader(key);
  reader.u64();
  reader.u64();
  return reader.u64();
}

Failure corrupt() { return fail(internal_error("corrupt record: record of a stream")); }

}  // namespace

std::string record_key(std::uint64_t stream, ShardNumber shard, std::uint64_t index) {
  return KeyWriter(KeyKind::KinesisRecord).u64(stream).u64(shard).u64(index).take();
}
std::string records_prefix(std::uint64_t stream) { return KeyWriter(KeyKind::KinesisRecord).u64(stream).take(); }
std::string records_prefix(std::uint64_t stream, ShardNumber shard) {
  return KeyWriter(KeyKind::KinesisRecord).u64(stream).u64(shard).take();
}

std::string counters_prefix(std::uint64_t stream) { return KeyWriter(KeyKind::KinesisCounter).u64(stream).take(); }
std::string counter_key(std::uint64_t stream, ShardNumber shard) {
  return KeyWriter(KeyKind::KinesisCounter).u64(stream).u64(shard).take();
}

std::string encode_logged(const LoggedRecord& record) {
  std::string out;
  out.reserve(kHead + record.size());
  out += kVersion;
  out += static_cast<char>((record.encrypted ? kEncrypted : 0U) | (record.partition_key ? 0U : kWithoutKey));
  append(out, static_cast<std::uint64_t>(epoch_ms(record.at)), 8);
  const std::string_view key = record.partition_key.value_or("");
  append(out, key.size(), 2);
  return out.append(key).append(record.data);
}

Result<LoggedRecord> decode_logged(std::string_view key, std::string_view value) {
  if (value.size() < kHead || value.front() != kVersion) return corrupt();
  LoggedRecord record;
  record.index = index_of(key);
  const auto flags = static_cast<unsigned char>(value[1]);
  record.encrypted = (flags & kEncrypted) != 0;
  record.at = instant_from_ms(static_cast<std::int64_t>(number_at(value, 2, 8)));
  const std::size_t length = number_at(value, 10, 2);
  value.remove_prefix(kHead);
  if (length > value.size()) return corrupt();
  if ((flags & kWithoutKey) == 0) record.partition_key = value.substr(0, length);
  record.data = value.substr(length);
  return record;
}

Result<Instant> arrival_of(std::string_view value) {
  if (value.size() < kHead || value.front() != kVersion) return corrupt();
  return instant_from_ms(static_cast<std::int64_t>(number_at(value, 2, 8)));
}

std::string erased_key(const Place& place) {
  return KeyWriter(KeyKind::KinesisCounter).u64(place.stream).u64(place.shard).u8(1).take();
}
Result<std::uint64_t> erased_before(Reader& reader, const Place& place) {
  const auto bytes = TRY(reader.get(erased_key(place)));
  return bytes ? KeyReader(*bytes).u64() : 0;
}
Result<> put_erased_before(Transaction& tx, const Place& place, std::uint64_t index) {
  return tx.put(erased_key(place), KeyWriter(KeyKind::KinesisCounter).u64(index).take());
}

Result<std::optional<LastRecord>> last_record(Reader& reader, const Place& place) {
  const auto cursor = reader.scan(prefix_range(records_prefix(place.stream, place.shard)), Direction::Reverse);
  if (!cursor->next()) {
    TRY(cursor->status());
    return std::optional<LastRecord>();
  }
  return std::optional<LastRecord>(LastRecord{index_of(cursor->key()), TRY(arrival_of(cursor->value()))});
}

Result<std::uint64_t> first_since(Reader& reader, const Place& place, Instant time) {
  std::uint64_t low = std::max<std::uint64_t>(TRY(erased_before(reader, place)), 1);
  const auto last = TRY(last_record(reader, place));
  if (!last) return low;
  std::uint64_t high = last->index + 1;
  if (last->at < time) return high;
  KeyRange range = prefix_range(records_prefix(place.stream, place.shard));
  // Everything before `low` is too early; the record at `high`, or after it, is not.
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    range.begin = record_key(place.stream, place.shard, middle);
    const auto cursor = reader.scan(range);
    if (!cursor->next()) {
      TRY(cursor->status());
      high = middle;
    } else if (TRY(arrival_of(cursor->value())) < time) {
      low = index_of(cursor->key()) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace orrery::kinesis
