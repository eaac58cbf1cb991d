#include "services/kinesis/kinesis.h"

#include "base/arn.h"
#include "services/kinesis/consumers/consumers.h"
#include "services/kinesis/consumers/subscriptions.h"
#include "services/kinesis/operations.h"
#include "services/kinesis/records/iterator.h"
#include "services/kinesis/records/trimming.h"

namespace orrery::kinesis {
namespace {

// Actions and resources are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html.
constexpr auto everything = [](const Call&, const auto&) -> std::string { return "*"; };

std::string arn_of(const Call& call, const std::optional<std::string>& name, const std::optional<std::string>& arn) {
  return arn ? *arn : StreamName{call.account, call.region, name.value_or("*")}.arn();
}
constexpr auto stream = [](const Call& call, const auto& input) {
  return arn_of(call, input.StreamName, input.StreamARN);
};
constexpr auto stream_by_arn = [](const Call&, const auto& input) { return input.StreamARN; };
constexpr auto resource = [](const Call&, const auto& input) { return input.ResourceARN; };
constexpr auto new_stream = [](const Call& call, const CreateStreamInput& input) {
  const std::string arn = StreamName{call.account, call.region, input.StreamName}.arn();
  std::vector<Access> accesses{{std::string(), arn, {}}};
  // "… you must also have the kinesis:AddTagsToStream permission for the stream that will be created"
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"kinesis:AddTagsToStream", arn, {}});
  return accesses;
};
constexpr auto listed_stream = [](const Call& call, const ListShardsInput& input) {
  if (!input.NextToken) return arn_of(call, input.StreamName, input.StreamARN);
  const auto listed = stream_in_token(*input.NextToken);
  return listed ? listed->arn() : make_arn("kinesis", call.region, call.account, "stream/*");
};
// An iterator says what it reads; one that is none is refused by the operation.
constexpr auto iterated_stream = [](const Call& call, const GetRecordsInput& input) {
  const auto iterator = parse_iterator(input.ShardIterator);
  if (iterator) return iterator->stream.arn();
  return input.StreamARN ? *input.StreamARN : make_arn("kinesis", call.region, call.account, "stream/*");
};
constexpr auto new_consumer = [](const Call&, const RegisterStreamConsumerInput& input) {
  std::vector<Access> accesses{{std::string(), input.StreamARN, {}}};
  if (input.Tags && !input.Tags->empty()) {
    accesses.push_back({"kinesis:TagResource", input.StreamARN + "/consumer/" + input.ConsumerName + ":*", {}});
  }
  return accesses;
};
constexpr auto consumer = [](const Call& call, Reader& reader, const auto& input) -> Result<std::vector<Access>> {
  std::string arn = input.ConsumerARN.value_or(arn_of(call, std::nullopt, input.StreamARN) + "/consumer/" +
                                               input.ConsumerName.value_or("*") + ":*");
  if (!input.ConsumerARN && input.StreamARN && input.ConsumerName) {
    if (const auto name = parse_stream_arn(*input.StreamARN)) {
      if (const auto row = TRY(find_consumer(reader, *name, *input.ConsumerName))) arn = row->arn();
    }
  }
  return std::vector<Access>{{std::string(), std::move(arn), {}}};
};
constexpr auto subscriber = [](const Call&, const SubscribeToShardInput& input) { return input.ConsumerARN; };

constexpr Operation kOperations[] = {
    transacting<add_tags_to_stream, stream>("AddTagsToStream", "kinesis:AddTagsToStream"),
    transacting<create_stream, new_stream>("CreateStream", "kinesis:CreateStream"),
    transacting<decrease_retention, stream>("DecreaseStreamRetentionPeriod", "kinesis:DecreaseStreamRetentionPeriod"),
    transacting<delete_policy, resource>("DeleteResourcePolicy", "kinesis:DeleteResourcePolicy"),
    transacting<delete_stream, stream>("DeleteStream", "kinesis:DeleteStream"),
    transacting<deregister_consumer, consumer>("DeregisterStreamConsumer", "kinesis:DeregisterStreamConsumer"),
    reading<describe_limits, everything>("DescribeLimits", "kinesis:DescribeLimits"),
    reading<describe_stream, stream>("DescribeStream", "kinesis:DescribeStream"),
    reading<describe_consumer, consumer>("DescribeStreamConsumer", "kinesis:DescribeStreamConsumer"),
    reading<describe_stream_summary, stream>("DescribeStreamSummary", "kinesis:DescribeStreamSummary"),
    reading<get_records, iterated_stream>("GetRecords", "kinesis:GetRecords"),
    reading<get_policy, resource>("GetResourcePolicy", "kinesis:GetResourcePolicy"),
    reading<get_shard_iterator, stream>("GetShardIterator", "kinesis:GetShardIterator"),
    transacting<increase_retention, stream>("IncreaseStreamRetentionPeriod", "kinesis:IncreaseStreamRetentionPeriod"),
    reading<list_shards, listed_stream>("ListShards", "kinesis:ListShards"),
    reading<list_consumers, stream_by_arn>("ListStreamConsumers", "kinesis:ListStreamConsumers"),
    reading<list_streams, everything>("ListStreams", "kinesis:ListStreams"),
    reading<list_tags_for_resource, resource>("ListTagsForResource", "kinesis:ListTagsForResource"),
    reading<list_tags_for_stream, stream>("ListTagsForStream", "kinesis:ListTagsForStream"),
    transacting<merge_shards, stream>("MergeShards", "kinesis:MergeShards"),
    transacting<put_record, stream>("PutRecord", "kinesis:PutRecord"),
    transacting<put_records, stream>("PutRecords", "kinesis:PutRecords"),
    transacting<put_policy, resource>("PutResourcePolicy", "kinesis:PutResourcePolicy"),
    transacting<register_consumer, new_consumer>("RegisterStreamConsumer", "kinesis:RegisterStreamConsumer"),
    transacting<remove_tags_from_stream, stream>("RemoveTagsFromStream", "kinesis:RemoveTagsFromStream"),
    transacting<split_shard, stream>("SplitShard", "kinesis:SplitShard"),
    transacting<start_encryption, stream>("StartStreamEncryption", "kinesis:StartStreamEncryption"),
    transacting<stop_encryption, stream>("StopStreamEncryption", "kinesis:StopStreamEncryption"),
    waiting<subscribe_to_shard, subscriber>("SubscribeToShard", "kinesis:SubscribeToShard"),
    transacting<tag_resource, resource>("TagResource", "kinesis:TagResource"),
    transacting<untag_resource, resource>("UntagResource", "kinesis:UntagResource"),
    transacting<update_shard_count, stream>("UpdateShardCount", "kinesis:UpdateShardCount"),
    transacting<update_stream_mode, stream_by_arn>("UpdateStreamMode", "kinesis:UpdateStreamMode"),
};

}  // namespace

Kinesis::Kinesis(Store& given_store, Background& given_background, const Clock& given_clock)
    : store(given_store),
      background(given_background),
      clock(given_clock),
      subscriptions(std::make_unique<Subscriptions>()) {}
Kinesis::~Kinesis() = default;

void Kinesis::stop() { subscriptions->stop(); }

Service kinesis_service(Kinesis& kinesis) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &kinesis;
  service.resource_policy = &policy_of_resource;
  return service;
}

void register_background(Kinesis& kinesis) {
  kinesis.background.on_timer(std::string(kTrimTimer), [&kinesis](Transaction& tx, const Timer& timer) {
    return trim_step(kinesis, tx, timer);
  });
}

}  // namespace orrery::kinesis
