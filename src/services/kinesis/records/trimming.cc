#include "services/kinesis/records/trimming.h"

#include "base/json.h"
#include "services/kinesis/records/log.h"

#include <algorithm>

namespace orrery::kinesis {
namespace {

constexpr int kErasedAStep = 2000;
constexpr std::size_t kBytesAStep = std::size_t{16} * 1024 * 1024;
// What is too old is not shown, erased or not: no need to look at every moment.
constexpr Millis kLeastPause = std::chrono::hours(1);

// What a step may still do.
struct Budget {
  int records = kErasedAStep;
  std::size_t bytes = kBytesAStep;
  bool take(std::size_t size) {
    if (records == 0 || bytes < size) return false;
    --records;
    bytes -= size;
    return true;
  }
};

struct Trimmed {
  std::optional<Instant> oldest;  // of what is left
  bool more = false;              // the budget did not suffice
};

Result<Trimmed> trim_shard(Transaction& tx, const Place& place, Instant before, Budget& budget) {
  Trimmed trimmed;
  const std::uint64_t from = TRY(erased_before(tx, place));
  std::uint64_t next = from;
  KeyRange range = prefix_range(records_prefix(place.stream, place.shard));
  range.begin = record_key(place.stream, place.shard, from);
  const auto cursor = tx.scan(range);
  while (cursor->next()) {
    const LoggedRecord record = TRY(decode_logged(cursor->key(), cursor->value()));
    if (record.at >= before) {
      trimmed.oldest = record.at;
      break;
    }
    if (!budget.take(std::min(record.size(), kBytesAStep))) {
      trimmed.more = true;
      break;
    }
    TRY(tx.erase(cursor->key()));
    next = record.index + 1;
  }
  TRY(cursor->status());
  if (next != from) TRY(put_erased_before(tx, place, next));
  return trimmed;
}

// Closed shards without records left.
Result<> forget_shards(Transaction& tx, const StreamRow& stream, Instant now) {
  StreamRow changed = stream;
  const auto dead = [&](const ShardRow& shard) { return !stream.shows(shard, now); };
  for (const ShardRow& shard : stream.shards) {
    if (!dead(shard)) continue;
    TRY(tx.erase(counter_key(stream.number, shard.number)));
    TRY(tx.erase(erased_key({stream.number, shard.number})));
  }
  std::erase_if(changed.shards, dead);
  return changed.shards.size() == stream.shards.size() ? Result<>() : put_stream(tx, changed);
}

// True: all of it is gone.
Result<bool> erase_stream(Transaction& tx, std::uint64_t stream) {
  Budget budget;
  const auto cursor = tx.scan(prefix_range(records_prefix(stream)));
  while (cursor->next()) {
    if (!budget.take(std::min(cursor->value().size(), kBytesAStep))) return false;
    TRY(tx.erase(cursor->key()));
  }
  TRY(cursor->status());
  TRY(tx.erase_range(prefix_range(counters_prefix(stream))));
  return true;
}

}  // namespace

Result<> watch_records(Kinesis& kinesis, Transaction& tx, const StreamRow& stream, Instant due) {
  const json::object payload{{"account", stream.name.account},
                             {"region", stream.name.region},
                             {"name", stream.name.name},
                             {"number", static_cast<std::int64_t>(stream.number)}};
  return kinesis.background.arm(
      tx, {std::string(kTrimTimer), std::to_string(stream.number), due, json::serialize(payload)});
}

Result<> trim_step(Kinesis& kinesis, Transaction& tx, const Timer& timer) {
  const json::value payload = TRY(parse_json(timer.payload));
  const StreamName name{text_of(payload, "account"), text_of(payload, "region"), text_of(payload, "name")};
  const auto number = static_cast<std::uint64_t>(find_int(payload, "number").value_or(0));
  const auto stream = TRY(kinesis.streams.find(tx, name));
  if (stream == nullptr || stream->number != number) {
    if (TRY(erase_stream(tx, number))) return {};
    Timer again = timer;
    again.due = timer.now;
    return kinesis.background.arm(tx, again);
  }
  Budget budget;
  Instant oldest = timer.now;
  bool more = false;
  for (const ShardRow& shard : stream->shards) {
    const Trimmed trimmed = TRY(trim_shard(tx, {number, shard.number}, timer.now - stream->retention(), budget));
    oldest = std::min(oldest, trimmed.oldest.value_or(oldest));
    more = more || trimmed.more;
  }
  if (more) return watch_records(kinesis, tx, *stream, timer.now);
  TRY(forget_shards(tx, *stream, timer.now));
  return watch_records(kinesis, tx, *stream, std::max(oldest + stream->retention(), timer.now + kLeastPause));
}

}  // namespace orrery::kinesis
