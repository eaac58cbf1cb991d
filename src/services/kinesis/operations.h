// The functions behind the rows of kinesis.cc, and what they share.
#pragma once

#include "services/call.h"
#include "services/kinesis/kinesis.h"
#include "services/kinesis/streams/stream.h"
#include "services/tags.h"
#include "shapes/kinesis.h"

namespace orrery::kinesis {

// --- streams
Result<wire::Empty> create_stream(Kinesis& kinesis, Call& call, Transaction& tx, const CreateStreamInput& input);
Result<wire::Empty> delete_stream(Kinesis& kinesis, Call& call, Transaction& tx, const DeleteStreamInput& input);
Result<DescribeStreamOutput> describe_stream(Kinesis& kinesis, Call& call, Reader& reader,
                                             const DescribeStreamInput& input);
Result<DescribeStreamSummaryOutput> describe_stream_summary(Kinesis& kinesis, Call& call, Reader& reader,
                                                            const DescribeStreamSummaryInput& input);
Result<ListStreamsOutput> list_streams(Call& call, Reader& reader, const ListStreamsInput& input);
Result<DescribeLimitsOutput> describe_limits(Call& call, Reader& reader, const DescribeLimitsInput& input);
Result<wire::Empty> increase_retention(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const IncreaseStreamRetentionPeriodInput& input);
Result<wire::Empty> decrease_retention(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const DecreaseStreamRetentionPeriodInput& input);
Result<wire::Empty> start_encryption(Kinesis& kinesis, Call& call, Transaction& tx,
                                     const StartStreamEncryptionInput& input);
Result<wire::Empty> stop_encryption(Kinesis& kinesis, Call& call, Transaction& tx,
                                    const StopStreamEncryptionInput& input);
Result<wire::Empty> update_stream_mode(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const UpdateStreamModeInput& input);

// --- shards
Result<wire::Empty> split_shard(Kinesis& kinesis, Call& call, Transaction& tx, const SplitShardInput& input);
Result<wire::Empty> merge_shards(Kinesis& kinesis, Call& call, Transaction& tx, const MergeShardsInput& input);
Result<UpdateShardCountOutput> update_shard_count(Kinesis& kinesis, Call& call, Transaction& tx,
                                                  const UpdateShardCountInput& input);
Result<ListShardsOutput> list_shards(Kinesis& kinesis, Call& call, Reader& reader, const ListShardsInput& input);
// Whose shards the token goes on to list; nullopt: it is none.
std::optional<StreamName> stream_in_token(const std::string& text);

// --- records
Result<PutRecordOutput> put_record(Kinesis& kinesis, Call& call, Transaction& tx, const PutRecordInput& input);
Result<PutRecordsOutput> put_records(Kinesis& kinesis, Call& call, Transaction& tx, const PutRecordsInput& input);
Result<GetShardIteratorOutput> get_shard_iterator(Kinesis& kinesis, Call& call, Reader& reader,
                                                  const GetShardIteratorInput& input);
Result<GetRecordsOutput> get_records(Kinesis& kinesis, Call& call, Reader& reader, const GetRecordsInput& input);

// --- consumers
Result<RegisterStreamConsumerOutput> register_consumer(Kinesis& kinesis, Call& call, Transaction& tx,
                                                       const RegisterStreamConsumerInput& input);
Result<wire::Empty> deregister_consumer(Kinesis& kinesis, Call& call, Transaction& tx,
                                        const DeregisterStreamConsumerInput& input);
Result<DescribeStreamConsumerOutput> describe_consumer(Kinesis& kinesis, Call& call, Reader& reader,
                                                       const DescribeStreamConsumerInput& input);
Result<ListStreamConsumersOutput> list_consumers(Kinesis& kinesis, Call& call, Reader& reader,
                                                 const ListStreamConsumersInput& input);
void subscribe_to_shard(Kinesis& kinesis, Call& call, const SubscribeToShardInput& input,
                        const Completion<SubscribeToShardOutput>& done);

// --- policies and tags
Result<wire::Empty> put_policy(Kinesis& kinesis, Call& call, Transaction& tx, const PutResourcePolicyInput& input);
Result<GetResourcePolicyOutput> get_policy(Kinesis& kinesis, Call& call, Reader& reader,
                                           const GetResourcePolicyInput& input);
Result<wire::Empty> delete_policy(Kinesis& kinesis, Call& call, Transaction& tx,
                                  const DeleteResourcePolicyInput& input);
Result<std::optional<std::string>> policy_of_resource(void* self, Reader& reader, std::string_view arn);
std::string policy_key(std::string_view arn);

Result<wire::Empty> add_tags_to_stream(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const AddTagsToStreamInput& input);
Result<wire::Empty> remove_tags_from_stream(Kinesis& kinesis, Call& call, Transaction& tx,
                                            const RemoveTagsFromStreamInput& input);
Result<ListTagsForStreamOutput> list_tags_for_stream(Kinesis& kinesis, Call& call, Reader& reader,
                                                     const ListTagsForStreamInput& input);
Result<wire::Empty> tag_resource(Kinesis& kinesis, Call& call, Transaction& tx, const TagResourceInput& input);
Result<wire::Empty> untag_resource(Kinesis& kinesis, Call& call, Transaction& tx, const UntagResourceInput& input);
Result<ListTagsForResourceOutput> list_tags_for_resource(Kinesis& kinesis, Call& call, Reader& reader,
                                                         const ListTagsForResourceInput& input);
// Checks and adds them. Error: InvalidArgumentException.
Result<> tag(Transaction& tx, const std::string& arn, const std::string& what, const TagMap& tags);

// --- shared
using KnownStream = std::shared_ptr<const StreamRow>;

// What a request means: the stream of the ARN, or the caller's of that name. Error: InvalidArgumentException.
Result<StreamName> stream_meant(const Call& call, const std::optional<std::string>& name,
                                const std::optional<std::string>& arn);
// Error: ResourceNotFoundException.
Result<KnownStream> existing_stream(Kinesis& kinesis, Reader& reader, const StreamName& name);
template <class Input>
Result<KnownStream> named_stream(Kinesis& kinesis, const Call& call, Reader& reader, const Input& input) {
  return existing_stream(kinesis, reader, TRY(stream_meant(call, input.StreamName, input.StreamARN)));
}
// nullopt: not the ARN of a stream.
std::optional<StreamName> parse_stream_arn(std::string_view text);
// "stream NAME under account ACCOUNT"
std::string label(const StreamName& name);
Error not_found(const StreamName& name);
Error invalid_argument(std::string message);
Error invalid_request(std::string message);  // ValidationException
// "DryRun": what would have been done is not. Error: DryRunOperationException, when it is asked for.
Result<> check_not_dry(const std::optional<bool>& dry_run);
// Open shards of all provisioned streams of the account and Region.
Result<std::int64_t> open_shards(Reader& reader, const StreamName& of);
std::int64_t shard_limit(std::string_view region);
// Error: LimitExceededException, when `more` shards would be too many.
Result<> check_shard_limit(Reader& reader, const StreamName& of, std::int64_t more);
inline constexpr std::int64_t kOnDemandLimit = 50;  // streams of an account and Region
// Error: LimitExceededException, when one more would be too many.
Result<> check_on_demand_limit(Reader& reader, const StreamName& name);

}  // namespace orrery::kinesis
