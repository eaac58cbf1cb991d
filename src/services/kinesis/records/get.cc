// GetShardIterator, GetRecords.
#include "services/kinesis/metrics.h"
#include "services/kinesis/records/iterator.h"
#include "services/kinesis/records/reading.h"

namespace orrery::kinesis {
namespace {

// "Thu Jan 22 01:22:02 UTC 2026"
std::string spelled(Instant time) {
  std::string date = http_date(time);  // "Thu, 22 Jan 2026 01:22:02 GMT"
  if (date.size() < 29) return date;
  return date.substr(0, 3) + " " + date.substr(8, 3) + " " + date.substr(5, 2) + " " + date.substr(17, 8) + " UTC " +
         date.substr(12, 4);
}

Error gone(const ShardIterator& iterator) {
  return errors::ResourceNotFoundException("Shard " + shard_id(iterator.shard) + " in " + label(iterator.stream) +
                                           " does not exist");
}

Result<> check_life(const ShardIterator& iterator, Instant now) {
  if (iterator.issued + kIteratorLife >= now) return {};
  return fail(errors::ExpiredIteratorException(
      "Iterator expired. The iterator was created at time " + spelled(iterator.issued) + " while right now it is " +
      spelled(now) + " which is further in the future than the tolerated delay of 300000 milliseconds."));
}

}  // namespace

Result<GetShardIteratorOutput> get_shard_iterator(Kinesis& kinesis, Call& call, Reader& reader,
                                                  const GetShardIteratorInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, reader, input));
  const ShardRow* shard = TRY(existing_shard(*stream, input.ShardId, call.now));
  ShardIterator iterator{stream->name, stream->number, shard->number, 0, call.now};
  iterator.index = TRY(position_of(
      reader, *stream, *shard,
      {input.ShardIteratorType, input.StartingSequenceNumber, input.Timestamp, "GetShardIterator"}, call.now));
  TRY(check_not_dry(input.DryRun));
  GetShardIteratorOutput output;
  output.ShardIterator = to_text(iterator);
  return output;
}

Result<GetRecordsOutput> get_records(Kinesis& kinesis, Call& call, Reader& reader, const GetRecordsInput& input) {
  auto iterator = parse_iterator(input.ShardIterator);
  if (!iterator) return fail(invalid_argument("Invalid ShardIterator."));
  if (input.StreamARN && *input.StreamARN != iterator->stream.arn()) {
    return fail(invalid_argument("StreamARN " + *input.StreamARN + " is not that of the ShardIterator's stream."));
  }
  TRY(check_life(*iterator, call.now));
  const KnownStream stream = TRY(kinesis.streams.find(reader, iterator->stream));
  if (stream == nullptr || stream->number != iterator->stream_number) return fail(gone(*iterator));
  const ShardRow* shard = stream->find_shard(iterator->shard);
  if (shard == nullptr || !stream->shows(*shard, call.now)) return fail(gone(*iterator));
  TRY(check_not_dry(input.DryRun));
  ReadLimits limits;
  limits.records = static_cast<std::size_t>(input.Limit.value_or(10'000));
  ReadRecords read = TRY(read_records(reader, *stream, *shard, iterator->index, limits, call.now));
  GetRecordsOutput output;
  output.MillisBehindLatest = read.behind_ms;
  if (kinesis.metrics != nullptr) {
    count_get(*kinesis.metrics, stream->name, read.bytes, read.records.size(), read.age_ms);
  }
  output.Records = std::move(read.records);
  if (read.ended) {
    output.ChildShards = children_of(*stream, *shard);
    return output;
  }
  iterator->index = read.next;
  iterator->issued = call.now;
  output.NextShardIterator = to_text(*iterator);
  return output;
}

}  // namespace orrery::kinesis
