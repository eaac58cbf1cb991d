#include "base/encode.h"
#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/streams/iterator.h"
#include "services/dynamodb/streams/operations.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kMostRecords = 1000;
constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;

Error trimmed() {
  return streams::errors::TrimmedDataAccessException(
      "The iterator points at records which were trimmed: records are kept for 24 hours");
}

std::string_view event_name(const LoggedChange& change) {
  if (!change.old) return streams::OperationType::INSERT;
  return change.next ? streams::OperationType::MODIFY : streams::OperationType::REMOVE;
}

// docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
streams::Record record_of(const StreamRow& row, const item::KeySchema& keys, LoggedChange&& change) {
  streams::Record record;
  record.eventID = hex(md5(row.arn() + "#" + std::to_string(change.sequence)));
  record.eventName = event_name(change);
  record.eventVersion = "1.1";
  record.eventSource = "aws:dynamodb";
  record.awsRegion = row.table.region;
  if (change.cause == Cause::TimeToLive) {
    record.userIdentity.emplace();
    record.userIdentity->Type = "Service";
    record.userIdentity->PrincipalId = "dynamodb.amazonaws.com";
  }
  auto& out = record.dynamodb.emplace();
  // "rounded down to the closest second"
  out.ApproximateCreationDateTime = std::chrono::floor<std::chrono::seconds>(change.at);
  out.SequenceNumber = sequence_number(change.sequence);
  out.StreamViewType = row.view_type;
  out.Keys = item::key_attributes(keys, change.next ? *change.next : *change.old);
  const bool both = row.view_type == streams::StreamViewType::NEW_AND_OLD_IMAGES;
  if (both || row.view_type == streams::StreamViewType::NEW_IMAGE) out.NewImage = std::move(change.next);
  if (both || row.view_type == streams::StreamViewType::OLD_IMAGE) out.OldImage = std::move(change.old);
  std::size_t size = 0;
  for (const auto* part : {&out.Keys, &out.NewImage, &out.OldImage}) {
    if (*part) size += (*part)->size_bytes();
  }
  out.SizeBytes = static_cast<std::int64_t>(size);
  return record;
}

// Where an iterator of TRIM_HORIZON stands.
Result<std::uint64_t> oldest_in(Reader& reader, const StreamRow& row, std::uint64_t bucket, Instant now) {
  const auto shards = TRY(shards_of(reader, row, now));
  const auto shard = std::ranges::find(shards, bucket, &StreamShard::bucket);
  if (shard != shards.end()) return shard->first;
  // An empty open shard is replaced when its stream's first record comes later than its time.
  if (bucket < shards.front().bucket) return shards.front().first;
  return fail(trimmed());
}

// Reads from iterator.position on and moves it. True: the shard is read to its end, and no more will come.
Result<bool> read_records(Reader& reader, const StreamRow& row, std::size_t limit, Instant now, ShardIterator& iterator,
                          std::vector<streams::Record>& records) {
  KeyRange range = prefix_range(changes_prefix(row.table_number));
  range.begin = change_key(row.table_number, iterator.position);
  const item::KeySchema keys = row.keys();
  std::size_t bytes = 0;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (records.size() == limit) return false;
    const ChangeHead head = TRY(change_head(cursor->key(), cursor->value()));
    if (head.sequence != iterator.position) return fail(trimmed());
    if ((row.ended && head.sequence > row.last) || bucket_of(row, head.at) > iterator.bucket) return true;
    if (head.at < now - kStreamRetention) return fail(trimmed());
    streams::Record record = record_of(row, keys, TRY(decode_change(cursor->key(), cursor->value())));
    bytes += static_cast<std::size_t>(*record.dynamodb->SizeBytes);
    if (bytes > kMostBytes && !records.empty()) return false;
    records.push_back(std::move(record));
    iterator.position = head.sequence + 1;
  }
  TRY(cursor->status());
  const LogHead head = TRY(log_head(reader, row.table_number));
  if (iterator.position <= (row.ended ? row.last : head.sequence)) return fail(trimmed());
  const bool outlived = head.sequence > row.after && bucket_of(row, head.at) > iterator.bucket;
  return row.ended.has_value() || outlived;
}

}  // namespace

Result<streams::GetRecordsOutput> get_records(Call& call, Reader& reader, const streams::GetRecordsInput& input) {
  const std::size_t limit = TRY(page_limit(input.Limit, kMostRecords));
  ShardIterator iterator = TRY(parse_iterator(input.ShardIterator));
  const StreamRow row = TRY(existing_stream(reader, call, iterator.stream_arn));
  if (iterator.issued + kIteratorLife < call.now) {
    return fail(streams::errors::ExpiredIteratorException(
        "Iterator expired. The iterator was created at time " + iso8601_millis(iterator.issued) +
        " while right now it is " + iso8601_millis(call.now) +
        " which is further in the future than the tolerated delay of 900000 milliseconds."));
  }
  if (iterator.position == 0) iterator.position = TRY(oldest_in(reader, row, iterator.bucket, call.now));
  streams::GetRecordsOutput output;
  auto& records = output.Records.emplace();
  const bool at_end = TRY(read_records(reader, row, limit, call.now, iterator, records));
  iterator.issued = call.now;
  if (!at_end) output.NextShardIterator = to_text(iterator);
  return output;
}

}  // namespace orrery::dynamodb
