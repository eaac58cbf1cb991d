#include "services/kinesis/records/reading.h"

#include "services/kinesis/records/log.h"

#include <algorithm>

namespace orrery::kinesis {
namespace {

namespace Type = ShardIteratorType;

Failure mismatch(const std::string& type, bool given) {
  return fail(invalid_argument(
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) "
      "TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified " +
      type + (given ? " and also a StartingSequenceNumber." : " and no StartingSequenceNumber.")));
}

Result<std::uint64_t> position_of_number(const StreamRow& stream, const ShardRow& shard, const PositionWanted& wanted) {
  const auto number = parse_sequence_number(*wanted.sequence_number);
  const std::string used = "StartingSequenceNumber " + *wanted.sequence_number + " used in " +
                           std::string(wanted.operation) + " on shard " + shard.id() + " in " + label(stream.name) +
                           " is invalid";
  if (!number) return fail(invalid_argument(used + "."));
  if (number->shard != shard.number) {
    return fail(invalid_argument("Invalid StartingSequenceNumber. It encodes " + shard_id(number->shard) +
                                 ", while it was used in a call to a shard with " + shard.id()));
  }
  if (number->shard_created_s != shard.created_s) {
    return fail(invalid_argument(used + " because it did not come from this stream."));
  }
  return wanted.type == Type::AT_SEQUENCE_NUMBER ? number->index : number->index + 1;
}

Result<std::uint64_t> position_of_time(Reader& reader, const Place& place, const PositionWanted& wanted, Instant now) {
  if (!wanted.time) {
    return fail(invalid_argument(
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no "
        "timestamp parameter."));
  }
  if (*wanted.time > now) {
    return fail(invalid_argument(
        "The timestampInMillis parameter cannot be greater than the "
        "currentTimestampInMillis. timestampInMillis: " +
        std::to_string(epoch_ms(*wanted.time)) + ", currentTimestampInMillis: " + std::to_string(epoch_ms(now))));
  }
  return first_since(reader, place, *wanted.time);
}

Record shown(const ShardRow& shard, const LoggedRecord& logged) {
  Record record;
  record.SequenceNumber = shard.sequence_number(logged.index, logged.at);
  record.ApproximateArrivalTimestamp = logged.at;
  record.Data = logged.data;
  if (logged.partition_key) record.PartitionKey = *logged.partition_key;
  if (logged.encrypted) record.EncryptionType = std::string(EncryptionType::KMS);
  return record;
}

}  // namespace

Result<std::uint64_t> position_of(Reader& reader, const StreamRow& stream, const ShardRow& shard,
                                  const PositionWanted& wanted, Instant now) {
  const Place place{stream.number, shard.number};
  const bool by_number = wanted.type == Type::AT_SEQUENCE_NUMBER || wanted.type == Type::AFTER_SEQUENCE_NUMBER;
  if (by_number != wanted.sequence_number.has_value()) return mismatch(wanted.type, !by_number);
  if (by_number) return position_of_number(stream, shard, wanted);
  if (wanted.type == Type::AT_TIMESTAMP) return position_of_time(reader, place, wanted, now);
  if (wanted.type == Type::TRIM_HORIZON) return 0;
  const auto last = TRY(last_record(reader, place));
  return last ? last->index + 1 : TRY(erased_before(reader, place));
}

Result<ReadRecords> read_records(Reader& reader, const StreamRow& stream, const ShardRow& shard, std::uint64_t from,
                                 const ReadLimits& limits, Instant now) {
  const Place place{stream.number, shard.number};
  ReadRecords read;
  read.next = std::max(from, TRY(erased_before(reader, place)));
  const Instant oldest = now - stream.retention();
  KeyRange range = prefix_range(records_prefix(stream.number, shard.number));
  range.begin = record_key(stream.number, shard.number, read.next);
  auto cursor = reader.scan(range);
  bool more = cursor->next();
  if (more && TRY(arrival_of(cursor->value())) < oldest) {
    range.begin = record_key(stream.number, shard.number, TRY(first_since(reader, place, oldest)));
    cursor = reader.scan(range);
    more = cursor->next();
  }
  Instant last_at = now;
  for (; more; more = cursor->next()) {
    const LoggedRecord logged = TRY(decode_logged(cursor->key(), cursor->value()));
    const bool full = read.records.size() == limits.records || read.bytes + logged.size() > limits.bytes;
    if (full && !read.records.empty()) break;
    read.bytes += logged.size();
    read.next = logged.index + 1;
    last_at = logged.at;
    read.records.push_back(shown(shard, logged));
  }
  TRY(cursor->status());
  read.age_ms = std::max<std::int64_t>(0, epoch_ms(now) - epoch_ms(last_at));
  // Something more than nothing, also on a clock that stands still.
  if (more) read.behind_ms = std::max<std::int64_t>(1, read.age_ms);
  read.ended = !more && shard.closed.has_value();
  return read;
}

std::vector<ChildShard> children_of(const StreamRow& stream, const ShardRow& shard) {
  std::vector<ChildShard> children;
  for (const ShardRow& one : stream.shards) {
    if (one.parent != shard.number && one.adjacent != shard.number) continue;
    ChildShard child;
    child.ShardId = one.id();
    if (one.parent) child.ParentShards.push_back(shard_id(*one.parent));
    if (one.adjacent) child.ParentShards.push_back(shard_id(*one.adjacent));
    child.HashKeyRange.StartingHashKey = to_text(one.begin);
    child.HashKeyRange.EndingHashKey = to_text(one.end);
    children.push_back(std::move(child));
  }
  return children;
}

Result<const ShardRow*> existing_shard(const StreamRow& stream, const std::string& shard, Instant now) {
  const auto number = parse_shard_id(shard);
  if (!number) {
    return fail(errors::ResourceNotFoundException("Could not find shard " + shard + " in " + label(stream.name) + "."));
  }
  const ShardRow* found = stream.find_shard(*number);
  if (found != nullptr && stream.shows(*found, now)) return found;
  return fail(errors::ResourceNotFoundException("Shard " + shard_id(*number) + " in " + label(stream.name) +
                                                " does not exist"));
}

}  // namespace orrery::kinesis
