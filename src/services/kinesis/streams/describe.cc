// DescribeStream, DescribeStreamSummary, ListStreams, DescribeLimits.
#include "services/kinesis/consumers/consumers.h"
#include "services/kinesis/operations.h"
#include "services/kinesis/shards/shown.h"
#include "services/paging.h"

#include <algorithm>

namespace orrery::kinesis {
namespace {

constexpr std::int64_t kMostShards = 100;
constexpr std::int64_t kMostStreams = 100;

StreamModeDetails mode_of(const StreamRow& stream) {
  StreamModeDetails details;
  details.StreamMode = stream.on_demand ? StreamMode::ON_DEMAND : StreamMode::PROVISIONED;
  return details;
}

// What both descriptions tell.
template <class Description>
void describe(const StreamRow& stream, Description& out) {
  out.StreamName = stream.name.name;
  out.StreamARN = stream.arn();
  out.StreamStatus = StreamStatus::ACTIVE;
  out.StreamModeDetails = mode_of(stream);
  out.RetentionPeriodHours = stream.retention_hours;
  out.StreamCreationTimestamp = stream.created;
  out.EnhancedMonitoring.emplace_back().ShardLevelMetrics.emplace();
  out.EncryptionType = std::string(stream.encrypted() ? EncryptionType::KMS : EncryptionType::NONE);
  if (stream.encrypted()) out.KeyId = stream.key_id;
}

StreamSummary summary_of(const StreamRow& stream) {
  StreamSummary summary;
  summary.StreamName = stream.name.name;
  summary.StreamARN = stream.arn();
  summary.StreamStatus = StreamStatus::ACTIVE;
  summary.StreamModeDetails = mode_of(stream);
  summary.StreamCreationTimestamp = stream.created;
  return summary;
}

}  // namespace

Result<DescribeStreamOutput> describe_stream(Kinesis& kinesis, Call& call, Reader& reader,
                                             const DescribeStreamInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, reader, input));
  DescribeStreamOutput output;
  StreamDescription& out = output.StreamDescription;
  describe(*stream, out);
  const auto most = static_cast<std::size_t>(std::min(input.Limit.value_or(kMostShards), kMostShards));
  for (const ShardRow& shard : stream->shards) {
    if (!stream->shows(shard, call.now)) continue;
    if (input.ExclusiveStartShardId && shard.id() <= *input.ExclusiveStartShardId) continue;
    out.HasMoreShards = out.Shards.size() == most;
    if (out.HasMoreShards) break;
    out.Shards.push_back(shown(shard));
  }
  return output;
}

Result<DescribeStreamSummaryOutput> describe_stream_summary(Kinesis& kinesis, Call& call, Reader& reader,
                                                            const DescribeStreamSummaryInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, reader, input));
  DescribeStreamSummaryOutput output;
  StreamDescriptionSummary& out = output.StreamDescriptionSummary;
  describe(*stream, out);
  out.StreamId = stream->id;
  out.OpenShardCount = static_cast<std::int64_t>(stream->open.size());
  out.ConsumerCount = static_cast<std::int64_t>(TRY(consumers_of(reader, stream->name)).size());
  out.MaxRecordSizeInKiB = stream->most_record_kib;
  out.RecordDistributionStrategy = std::string(stream->distributes ? RecordDistributionStrategy::AUTO
                                                                   : RecordDistributionStrategy::USER_PARTITION_KEY);
  if (stream->warm_mibps > 0) {
    out.WarmThroughput.emplace();
    out.WarmThroughput->TargetMiBps = out.WarmThroughput->CurrentMiBps = stream->warm_mibps;
  }
  return output;
}

Result<ListStreamsOutput> list_streams(Call& call, Reader& reader, const ListStreamsInput& input) {
  const std::string prefix = streams_prefix(call.account, call.region);
  KeyRange range = prefix_range(prefix);
  std::optional<std::string> after = input.ExclusiveStartStreamName;
  if (input.NextToken) {
    after = page_position(*input.NextToken);
    if (!after) return fail(invalid_argument("NextToken is invalid."));
  }
  // Smaller than any longer name, greater than the name itself.
  if (after) range.begin = stream_key({call.account, call.region, *after}) + '\0';
  const auto most = static_cast<std::size_t>(std::min(input.Limit.value_or(kMostStreams), kMostStreams));
  ListStreamsOutput output;
  auto& summaries = output.StreamSummaries.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (output.StreamNames.size() == most) {
      output.HasMoreStreams = true;
      output.NextToken = page_token(output.StreamNames.back());
      break;
    }
    const StreamRow stream = TRY(decode_stream(cursor->value()));
    output.StreamNames.push_back(stream.name.name);
    summaries.push_back(summary_of(stream));
  }
  TRY(cursor->status());
  return output;
}

Result<DescribeLimitsOutput> describe_limits(Call& call, Reader& reader, const DescribeLimitsInput& /*input*/) {
  DescribeLimitsOutput output;
  output.ShardLimit = shard_limit(call.region);
  output.OnDemandStreamCountLimit = kOnDemandLimit;
  const auto cursor = reader.scan(prefix_range(streams_prefix(call.account, call.region)));
  while (cursor->next()) {
    const StreamRow stream = TRY(decode_stream(cursor->value()));
    if (stream.on_demand) {
      ++output.OnDemandStreamCount;
    } else {
      output.OpenShardCount += static_cast<std::int64_t>(stream.open.size());
    }
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::kinesis
