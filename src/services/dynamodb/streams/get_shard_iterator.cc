#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/streams/iterator.h"
#include "services/dynamodb/streams/operations.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

namespace Type = streams::ShardIteratorType;

// Each type goes with the parameter that it needs, and with no other.
Result<> check(const streams::GetShardIteratorInput& input) {
  const std::string& type = input.ShardIteratorType;
  const bool by_number = type == Type::AT_SEQUENCE_NUMBER || type == Type::AFTER_SEQUENCE_NUMBER;
  const bool by_time = type == Type::AT_TIMESTAMP;
  const auto one = [&](std::string_view parameter, bool given, bool wanted) -> Result<> {
    if (given == wanted) return {};
    return fail(validation_error(std::string(parameter) + (given ? " cannot" : " must") +
                                 " be specified when ShardIteratorType is " + type));
  };
  TRY(one("SequenceNumber", input.SequenceNumber.has_value(), by_number));
  return one("Timestamp", input.Timestamp.has_value(), by_time);
}

Result<std::uint64_t> position_of_number(const StreamRow& row, const StreamShard& shard, bool is_oldest,
                                         const streams::GetShardIteratorInput& input) {
  const auto parsed = parse_sequence_number(*input.SequenceNumber);
  if (!parsed) return fail(validation_error("Invalid SequenceNumber: " + *input.SequenceNumber));
  const bool at = input.ShardIteratorType == Type::AT_SEQUENCE_NUMBER;
  const std::uint64_t position = at ? parsed->at : parsed->after;
  // What comes after the last of the trimmed ones is the first of those that are left.
  if (position < shard.first && is_oldest && parsed->at > row.after) {
    return fail(streams::errors::TrimmedDataAccessException(
        "The sequence number " + *input.SequenceNumber +
        " is that of a record which was trimmed: records are kept for 24 hours"));
  }
  if (position < shard.first || position > shard.last + 2) {
    return fail(
        validation_error("Invalid SequenceNumber: " + *input.SequenceNumber + " is not in the shard " + input.ShardId));
  }
  return std::min(position, shard.last + 1);
}

Result<std::uint64_t> position_in(Reader& reader, const StreamRow& row, const StreamShard& shard, bool is_oldest,
                                  const streams::GetShardIteratorInput& input) {
  if (input.ShardIteratorType == Type::TRIM_HORIZON) return 0;
  if (input.ShardIteratorType == Type::LATEST) return shard.last + 1;
  if (input.SequenceNumber) return position_of_number(row, shard, is_oldest, input);
  return first_change_at(reader, row.table_number, shard.first, shard.last, *input.Timestamp);
}

}  // namespace

Result<streams::GetShardIteratorOutput> get_shard_iterator(Call& call, Reader& reader,
                                                           const streams::GetShardIteratorInput& input) {
  TRY(check(input));
  const StreamRow row = TRY(existing_stream(reader, call, input.StreamArn));
  const auto shards = TRY(shards_of(reader, row, call.now));
  const auto shard =
      std::ranges::find_if(shards, [&](const StreamShard& one) { return shard_id(row, one.bucket) == input.ShardId; });
  if (shard == shards.end()) {
    return fail(streams::errors::ResourceNotFoundException("Requested resource not found: Shard: " + input.ShardId +
                                                           " in Stream: " + row.arn() + " not found"));
  }
  ShardIterator iterator{row.arn(), shard->bucket, 0, call.now};
  iterator.position = TRY(position_in(reader, row, *shard, shard == shards.begin(), input));
  streams::GetShardIteratorOutput output;
  output.ShardIterator = to_text(iterator);
  return output;
}

}  // namespace orrery::dynamodb
