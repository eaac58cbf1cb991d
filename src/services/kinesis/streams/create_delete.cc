// CreateStream, DeleteStream.
#include "services/kinesis/consumers/consumers.h"
#include "services/kinesis/operations.h"
#include "services/kinesis/records/trimming.h"
#include "services/kinesis/shards/reshape.h"
#include "services/tags.h"
#include "store/key.h"

namespace orrery::kinesis {
namespace {

constexpr std::int64_t kOnDemandShards = 4;  // "new data streams created with the on-demand capacity mode have 4 MB/s"

Result<std::int64_t> shards_wanted(const CreateStreamInput& input, bool on_demand) {
  if (on_demand) {
    if (input.ShardCount) {
      return fail(invalid_request("ShardCount can only be specified for streams in PROVISIONED mode."));
    }
    return kOnDemandShards;
  }
  if (input.WarmThroughputMiBps) {
    return fail(invalid_request("WarmThroughputMiBps can only be specified for streams in ON_DEMAND mode."));
  }
  // "If you're creating a stream in provisioned mode … you must specify ShardCount"; without any mode the service makes
  // do with one.
  if (!input.ShardCount && input.StreamModeDetails) {
    return fail(invalid_request("ShardCount must be specified for streams in PROVISIONED mode."));
  }
  return input.ShardCount.value_or(1);
}

}  // namespace

Result<wire::Empty> create_stream(Kinesis& kinesis, Call& call, Transaction& tx, const CreateStreamInput& input) {
  StreamRow stream;
  stream.name = {call.account, call.region, input.StreamName};
  stream.on_demand = input.StreamModeDetails && input.StreamModeDetails->StreamMode == StreamMode::ON_DEMAND;
  const std::int64_t shards = TRY(shards_wanted(input, stream.on_demand));
  if (TRY(tx.get(stream_key(stream.name)))) {
    return fail(errors::ResourceInUseException("Stream " + input.StreamName + " under account " + call.account +
                                               " already exists."));
  }
  stream.number = TRY(next_stream_number(tx));
  if (stream.on_demand) {
    TRY(check_on_demand_limit(tx, stream.name));
  } else {
    TRY(check_shard_limit(tx, stream.name, shards));
  }
  stream.id = call.random->token(20, "abcdefghijklmnopqrstuvwxyz0123456789") + "-" +
              call.random->token(3, "abcdefghijklmnopqrstuvwxyz0123456789");
  stream.created = call.now;
  stream.most_record_kib = input.MaxRecordSizeInKiB.value_or(stream.most_record_kib);
  stream.warm_mibps = input.WarmThroughputMiBps.value_or(0);
  stream.distributes = input.RecordDistributionStrategy.value_or("") == RecordDistributionStrategy::AUTO;
  make_shards(stream, shards, call.now);
  TRY(put_stream(tx, stream));
  if (input.Tags) TRY(tag(tx, stream.arn(), label(stream.name), *input.Tags));
  TRY(watch_records(kinesis, tx, stream, call.now + stream.retention()));
  return wire::Empty{};
}

// "When you call DeleteStream, Kinesis Data Streams … deletes … all the data": the records go in steps, in the
// background; nobody can ask for them any more.
Result<wire::Empty> delete_stream(Kinesis& kinesis, Call& call, Transaction& tx, const DeleteStreamInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, tx, input));
  const auto consumers = TRY(consumers_of(tx, stream->name));
  if (!consumers.empty() && !input.EnforceConsumerDeletion.value_or(false)) {
    return fail(errors::ResourceInUseException("Stream " + stream->name.name + " under account " +
                                               stream->name.account +
                                               " has registered consumers: deregister them first, or set "
                                               "EnforceConsumerDeletion to true."));
  }
  for (const ConsumerRow& consumer : consumers) TRY(erase_consumer(kinesis, tx, consumer));
  TRY(tx.erase(stream_key(stream->name)));
  TRY(tx.erase(policy_key(stream->arn())));
  TRY(erase_tags(tx, stream->arn()));
  TRY(watch_records(kinesis, tx, *stream, call.now));
  if (kinesis.wakes != nullptr) {
    tx.on_commit([&kinesis, arn = stream->arn()] { kinesis.wakes->wake(arn); });
  }
  return wire::Empty{};
}

}  // namespace orrery::kinesis
