#include "base/arn.h"
#include "services/dynamodb/streams/operations.h"
#include "services/dynamodb/streams/shards.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kMostShards = 100;

streams::Shard describe(const StreamRow& row, const StreamShard& shard) {
  streams::Shard out;
  out.ShardId = shard_id(row, shard.bucket);
  auto& range = out.SequenceNumberRange.emplace();
  range.StartingSequenceNumber = starting_sequence_number(shard.first);
  // Not less than where it starts, of a closed shard without records.
  if (shard.closed) {
    range.EndingSequenceNumber = std::max(sequence_number(shard.last), starting_sequence_number(shard.first));
  }
  if (shard.parent) out.ParentShardId = shard_id(row, *shard.parent);
  return out;
}

Result<std::optional<std::string>> parent_wanted(const streams::DescribeStreamInput& input) {
  if (!input.ShardFilter) return std::optional<std::string>();
  if (!input.ShardFilter->Type || !input.ShardFilter->ShardId) {
    return fail(validation_error("ShardFilter needs both Type and ShardId"));
  }
  return input.ShardFilter->ShardId;
}

}  // namespace

Result<StreamRow> existing_stream(Reader& reader, const Call& call, std::string_view text) {
  const auto arn = Arn::parse(text);
  const std::string_view resource = arn ? std::string_view(arn->resource) : std::string_view();
  const auto mark = resource.find("/stream/");
  if (!arn || arn->service != "dynamodb" || !resource.starts_with("table/") || mark == std::string_view::npos) {
    return fail(validation_error("Invalid StreamArn: " + std::string(text)));
  }
  const TableName name =
      TRY(parse_table_arn(call, std::string_view(text).substr(0, text.size() - (resource.size() - mark))));
  const std::string key = stream_key(name, resource.substr(mark + std::string_view("/stream/").size()));
  if (const auto bytes = TRY(reader.get(key))) {
    StreamRow row = TRY(decode_stream(key, *bytes));
    if (is_readable(row, call.now)) return row;
  }
  return fail(streams::errors::ResourceNotFoundException("Requested resource not found: Stream: " + std::string(text) +
                                                         " not found"));
}

Result<std::size_t> page_limit(std::optional<std::int64_t> limit, std::int64_t most) {
  if (limit.value_or(0) <= most) return static_cast<std::size_t>(limit.value_or(most));
  return fail(validation_error("1 validation error detected: Value '" + std::to_string(*limit) +
                               "' at 'limit' failed to satisfy constraint: Member must have value less than or equal "
                               "to " +
                               std::to_string(most)));
}

Result<streams::DescribeStreamOutput> describe_stream(Call& call, Reader& reader,
                                                      const streams::DescribeStreamInput& input) {
  const std::size_t limit = TRY(page_limit(input.Limit, kMostShards));
  const auto parent = TRY(parent_wanted(input));
  const StreamRow row = TRY(existing_stream(reader, call, input.StreamArn));
  streams::DescribeStreamOutput output;
  auto& out = output.StreamDescription.emplace();
  out.StreamArn = row.arn();
  out.StreamLabel = row.label;
  out.StreamStatus = row.ended ? streams::StreamStatus::DISABLED : streams::StreamStatus::ENABLED;
  out.StreamViewType = row.view_type;
  out.CreationRequestDateTime = row.created;
  out.TableName = row.table.name;
  out.KeySchema.emplace();
  for (const KeySchemaElement& key : row.key_schema) out.KeySchema->push_back({key.AttributeName, key.KeyType});
  out.Shards.emplace();
  for (const StreamShard& shard : TRY(shards_of(reader, row, call.now))) {
    streams::Shard described = describe(row, shard);
    if (input.ExclusiveStartShardId && *described.ShardId <= *input.ExclusiveStartShardId) continue;
    if (parent && described.ParentShardId != *parent) continue;
    if (out.Shards->size() == limit) {
      out.LastEvaluatedShardId = out.Shards->back().ShardId;
      break;
    }
    out.Shards->push_back(std::move(described));
  }
  return output;
}

}  // namespace orrery::dynamodb
