#include "services/dynamodb/streams/shards.h"

#include "base/encode.h"
#include "services/dynamodb/changes/log.h"

#include <algorithm>
#include <charconv>

namespace orrery::dynamodb {
namespace {

constexpr std::uint64_t kNumbersEach = 10;
constexpr std::size_t kDigits = 21;

std::string digits(std::uint64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

std::string number_text(std::uint64_t number) { return "1" + digits(number, kDigits - 1); }

Result<Instant> time_of(Reader& reader, std::uint64_t table_number, std::uint64_t sequence) {
  const std::string key = change_key(table_number, sequence);
  const auto value = TRY(reader.get(key));
  if (!value) return fail(internal_error("a gap in a change log: " + hex(key)));
  return TRY(change_head(key, *value)).at;
}

}  // namespace

std::uint64_t bucket_of(const StreamRow& row, Instant at) {
  return at <= row.created ? 0 : static_cast<std::uint64_t>((at - row.created) / kShardTime);
}

Result<std::uint64_t> first_change_at(Reader& reader, std::uint64_t table_number, std::uint64_t first,
                                      std::uint64_t last, Instant at) {
  std::uint64_t end = last + 1;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    if (TRY(time_of(reader, table_number, middle)) < at) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return first;
}

Result<std::vector<StreamShard>> shards_of(Reader& reader, const StreamRow& row, Instant now) {
  const LogHead head = TRY(log_head(reader, row.table_number));
  const std::uint64_t last = row.ended ? row.last : head.sequence;
  const Instant last_at = row.ended ? row.last_at : head.at;
  const std::uint64_t oldest = std::min(std::max(head.first, row.after + 1), last + 1);
  std::uint64_t from = TRY(first_change_at(reader, row.table_number, oldest, last, now - kStreamRetention));

  std::vector<StreamShard> shards;
  while (from <= last) {
    StreamShard shard;
    shard.bucket = bucket_of(row, TRY(time_of(reader, row.table_number, from)));
    shard.first = from;
    const Instant end = row.created + kShardTime * (shard.bucket + 1);
    from = TRY(first_change_at(reader, row.table_number, from, last, end));
    shard.last = from - 1;
    shard.closed = from <= last;
    if (!shards.empty()) shard.parent = shards.back().bucket;
    shards.push_back(shard);
  }
  if (shards.empty()) {
    StreamShard shard;
    shard.bucket = last > row.after ? bucket_of(row, last_at) : 0;
    shard.first = last + 1;
    shard.last = last;
    shards.push_back(shard);
  }
  shards.back().closed = row.ended.has_value();
  return shards;
}

std::string shard_id(const StreamRow& row, std::uint64_t bucket) {
  const Instant begins = row.created + kShardTime * bucket;
  return "shardId-" + digits(static_cast<std::uint64_t>(epoch_ms(begins)), 20) + "-" + hex(md5(row.arn()).substr(0, 4));
}

std::string sequence_number(std::uint64_t sequence) { return number_text(sequence * kNumbersEach); }
std::string starting_sequence_number(std::uint64_t first) {
  return number_text(first * kNumbersEach - kNumbersEach / 2);
}

std::optional<SequencePosition> parse_sequence_number(std::string_view text) {
  if (text.size() != kDigits || text.front() != '1') return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const std::uint64_t whole = number / kNumbersEach;
  return SequencePosition{number % kNumbersEach == 0 ? whole : whole + 1, whole + 1};
}

}  // namespace orrery::dynamodb
