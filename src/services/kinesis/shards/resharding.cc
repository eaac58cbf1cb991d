// SplitShard, MergeShards, UpdateShardCount. They are done when they are answered.
#include "services/kinesis/operations.h"
#include "services/kinesis/shards/reshape.h"

#include <algorithm>

namespace orrery::kinesis {
namespace {

constexpr std::size_t kScalingsADay = 10;
constexpr std::int64_t kScaledToMost = 10'000;

Result<> check_provisioned(const StreamRow& stream) {
  if (!stream.on_demand) return {};
  return fail(invalid_request("Request is invalid. Stream " + stream.name.name + " under account " +
                              stream.name.account + " is in On-Demand mode."));
}

Result<const ShardRow*> shard_to_change(const StreamRow& stream, const std::string& id) {
  const auto number = parse_shard_id(id);
  const ShardRow* shard = number ? stream.find_shard(*number) : nullptr;
  if (shard != nullptr) return shard;
  return fail(errors::ResourceNotFoundException("Could not find shard " + (number ? shard_id(*number) : id) + " in " +
                                                label(stream.name) + "."));
}

Result<> check_open(const StreamRow& stream, const ShardRow& shard) {
  if (!shard.closed) return {};
  return fail(
      invalid_argument("Shard " + shard.id() + " in " + label(stream.name) +
                       " has already been merged or split, and thus is not eligible for merging or splitting."));
}

// Who waits for records of a shard that is closed now has to learn it.
Result<> save(Kinesis& kinesis, Transaction& tx, const StreamRow& stream) {
  TRY(put_stream(tx, stream));
  if (kinesis.wakes == nullptr) return {};
  std::vector<std::string> wake{stream.arn()};
  for (const ShardRow& shard : stream.shards) {
    if (shard.closed) wake.push_back(stream.arn() + "/" + shard.id());
  }
  tx.on_commit([&kinesis, wake = std::move(wake)] {
    for (const std::string& one : wake) kinesis.wakes->wake(one);
  });
  return {};
}

Result<> check_scale(const StreamRow& stream, std::int64_t target, Instant now) {
  const auto current = static_cast<std::int64_t>(stream.open.size());
  const std::string counts =
      " Current open shard count: " + std::to_string(current) + " Target shard count: " + std::to_string(target);
  if (target > 2 * current) {
    return fail(
        invalid_argument("UpdateShardCount cannot scale up over double your current open shard count." + counts));
  }
  if (2 * target < current) {
    return fail(
        invalid_argument("UpdateShardCount cannot scale down below half your current open shard count." + counts));
  }
  if (target > kScaledToMost) {
    return fail(invalid_argument("UpdateShardCount cannot scale a stream to more than " +
                                 std::to_string(kScaledToMost) + " shards." + counts));
  }
  const auto recent =
      std::ranges::count_if(stream.scalings, [&](Instant at) { return at > now - std::chrono::hours(24); });
  if (static_cast<std::size_t>(recent) < kScalingsADay) return {};
  return fail(errors::LimitExceededException("UpdateShardCount of " + label(stream.name) + " exceeds the limit of " +
                                             std::to_string(kScalingsADay) + " in a rolling 24-hour period."));
}

}  // namespace

Result<wire::Empty> split_shard(Kinesis& kinesis, Call& call, Transaction& tx, const SplitShardInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  TRY(check_provisioned(*known));
  const ShardRow* shard = TRY(shard_to_change(*known, input.ShardToSplit));
  TRY(check_open(*known, *shard));
  const auto at = parse_hash_key(input.NewStartingHashKey);
  // A range of one or two keys has no such key.
  if (!at || *at <= shard->begin || *at - shard->begin <= 1 || *at >= shard->end) {
    return fail(invalid_argument(
        "NewStartingHashKey " + input.NewStartingHashKey + " used in SplitShard() on shard " + shard->id() + " in " +
        label(known->name) + " is not both greater than one plus the shard's StartingHashKey " + to_text(shard->begin) +
        " and less than the shard's EndingHashKey " + to_text(shard->end) + "."));
  }
  StreamRow stream = *known;
  split(stream, shard->number, *at, call.now);
  TRY(save(kinesis, tx, stream));
  TRY(check_shard_limit(tx, stream.name, 0));
  return wire::Empty{};
}

Result<wire::Empty> merge_shards(Kinesis& kinesis, Call& call, Transaction& tx, const MergeShardsInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  TRY(check_provisioned(*known));
  const ShardRow* first = TRY(shard_to_change(*known, input.ShardToMerge));
  const ShardRow* second = TRY(shard_to_change(*known, input.AdjacentShardToMerge));
  TRY(check_open(*known, *first));
  TRY(check_open(*known, *second));
  if (second->begin < first->begin) std::swap(first, second);
  if (first == second || first->end + 1 != second->begin) {
    return fail(invalid_argument("Shards " + first->id() + " and " + second->id() + " in " + label(known->name) +
                                 " are not an adjacent pair of shards eligible for merging"));
  }
  StreamRow stream = *known;
  merge(stream, first->number, second->number, call.now);
  TRY(save(kinesis, tx, stream));
  return wire::Empty{};
}

Result<UpdateShardCountOutput> update_shard_count(Kinesis& kinesis, Call& call, Transaction& tx,
                                                  const UpdateShardCountInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  TRY(check_provisioned(*known));
  TRY(check_scale(*known, input.TargetShardCount, call.now));
  const auto current = static_cast<std::int64_t>(known->open.size());
  StreamRow stream = *known;
  std::erase_if(stream.scalings, [&](Instant at) { return at <= call.now - std::chrono::hours(24); });
  stream.scalings.push_back(call.now);
  scale(stream, input.TargetShardCount, call.now);
  TRY(save(kinesis, tx, stream));
  TRY(check_shard_limit(tx, stream.name, 0));
  UpdateShardCountOutput output;
  output.StreamName = stream.name.name;
  output.StreamARN = stream.arn();
  output.CurrentShardCount = current;
  output.TargetShardCount = input.TargetShardCount;
  return output;
}

}  // namespace orrery::kinesis
