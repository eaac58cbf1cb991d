// PutRecord, PutRecords.
#include "services/kinesis/metrics.h"
#include "services/kinesis/operations.h"
#include "services/kinesis/records/log.h"

#include <map>
#include <span>

namespace orrery::kinesis {
namespace {

constexpr std::size_t kMostBatchBytes = std::size_t{10} * 1024 * 1024;  // data and partition keys

// One record on its way to its shard.
struct Incoming {
  std::string_view data;
  std::optional<std::string_view> key;
  const ShardRow* shard = nullptr;
  std::string sequence_number;  // once it is stored
};

struct Given {
  std::string_view data;
  const std::optional<std::string>& key;
  const std::optional<std::string>& explicit_hash;
  std::string member;  // "", "records.3.member.": for messages
};

Failure not_null(const std::string& member) {
  return fail(invalid_request("1 validation error detected: Value null at '" + member +
                              "' failed to satisfy constraint: Member must not be null"));
}

Result<HashKey> hash_key(const StreamRow& stream, const Given& given, Random& random) {
  if (given.explicit_hash) {
    if (const auto key = parse_hash_key(*given.explicit_hash)) return *key;
    return fail(invalid_argument(
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " +
        *given.explicit_hash));
  }
  if (given.key && !stream.distributes) return hash_of(*given.key);
  // "AUTO: … Kinesis distributes records uniformly across shards"
  if (stream.distributes) return static_cast<HashKey>(random.next()) << 64 | random.next();
  return not_null(given.member + "partitionKey");
}

Result<Incoming> prepare(const StreamRow& stream, const Given& given, Random& random) {
  if (!given.key && !stream.distributes) return not_null(given.member + "partitionKey");
  const std::size_t most = static_cast<std::size_t>(stream.most_record_kib) * 1024;
  // "The maximum size of the data payload of a record before base64-encoding", with its partition key
  if (given.data.size() + (given.key ? given.key->size() : 0) > most) {
    return fail(invalid_request("1 validation error detected: Value at '" + given.member +
                                "data' failed to satisfy constraint: Member must have length less than or equal to " +
                                std::to_string(most)));
  }
  Incoming incoming;
  incoming.data = given.data;
  if (given.key) incoming.key = *given.key;
  incoming.shard = &stream.shard_of(TRY(hash_key(stream, given, random)));
  return incoming;
}

// Shards in order of their numbers: two requests never wait for each other.
Result<> store(Kinesis& kinesis, Transaction& tx, const StreamRow& stream, Instant now, std::span<Incoming> records) {
  std::map<ShardNumber, std::vector<Incoming*>> by_shard;
  for (Incoming& record : records) by_shard[record.shard->number].push_back(&record);
  for (const auto& [number, mine] : by_shard) {
    const Places places = TRY(kinesis.sequencer.take(tx, counter_key(stream.number, number), mine.size(), now));
    std::uint64_t index = places.first;
    for (Incoming* record : mine) {
      const LoggedRecord logged{index, places.at, stream.encrypted(), record->key, record->data};
      TRY(tx.put(record_key(stream.number, number, index), encode_logged(logged)));
      record->sequence_number = record->shard->sequence_number(index, places.at);
      ++index;
    }
  }
  if (kinesis.wakes == nullptr) return {};
  std::vector<ShardNumber> shards;
  shards.reserve(by_shard.size());
  for (const auto& [number, mine] : by_shard) shards.push_back(number);
  tx.on_commit([&kinesis, arn = stream.arn(), shards = std::move(shards)] {
    kinesis.wakes->wake(arn);
    for (const ShardNumber shard : shards) kinesis.wakes->wake(arn + "/" + shard_id(shard));
  });
  return {};
}

void count(Kinesis& kinesis, Transaction& tx, const KnownStream& stream, std::string_view operation,
           std::span<const Incoming> records) {
  if (kinesis.metrics == nullptr) return;
  std::size_t bytes = 0;
  for (const Incoming& record : records) bytes += record.data.size() + (record.key ? record.key->size() : 0);
  tx.on_commit([&kinesis, stream, operation, bytes, count = records.size()] {
    count_put(*kinesis.metrics, stream->name, operation, bytes, count);
  });
}

std::optional<std::string> encryption_of(const StreamRow& stream) {
  if (!stream.encrypted()) return std::nullopt;
  return std::string(EncryptionType::KMS);
}

// "SequenceNumberForOrdering: guarantees strictly increasing sequence numbers, for puts from the same client and to the
// same partition key". They are anyway; one that cannot have been given out is refused.
Result<> check_ordering(const StreamRow& stream, const std::optional<std::string>& number, Instant now) {
  if (!number) return {};
  const auto parsed = parse_sequence_number(*number);
  if (parsed && parsed->at_s <= epoch_ms(now) / 1000 + 1) return {};
  return fail(invalid_argument("ExclusiveMinimumSequenceNumber " + *number + " used in PutRecord on " +
                               label(stream.name) + " is invalid."));
}

}  // namespace

Result<PutRecordOutput> put_record(Kinesis& kinesis, Call& call, Transaction& tx, const PutRecordInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, tx, input));
  TRY(check_ordering(*stream, input.SequenceNumberForOrdering, call.now));
  Incoming record = TRY(prepare(*stream, {input.Data, input.PartitionKey, input.ExplicitHashKey, ""}, *call.random));
  TRY(check_not_dry(input.DryRun));
  TRY(store(kinesis, tx, *stream, call.now, {&record, 1}));
  count(kinesis, tx, stream, "PutRecord", {&record, 1});
  PutRecordOutput output;
  output.ShardId = record.shard->id();
  output.SequenceNumber = std::move(record.sequence_number);
  output.EncryptionType = encryption_of(*stream);
  return output;
}

Result<PutRecordsOutput> put_records(Kinesis& kinesis, Call& call, Transaction& tx, const PutRecordsInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, tx, input));
  std::vector<Incoming> records;
  records.reserve(input.Records.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < input.Records.size(); ++i) {
    const PutRecordsRequestEntry& entry = input.Records[i];
    records.push_back(TRY(prepare(
        *stream,
        {entry.Data, entry.PartitionKey, entry.ExplicitHashKey, "records." + std::to_string(i + 1) + ".member."},
        *call.random)));
    bytes += entry.Data.size() + (entry.PartitionKey ? entry.PartitionKey->size() : 0);
  }
  if (bytes > kMostBatchBytes) return fail(invalid_argument("Records size exceeds 10 MB limit"));
  TRY(check_not_dry(input.DryRun));
  TRY(store(kinesis, tx, *stream, call.now, records));
  count(kinesis, tx, stream, "PutRecords", records);
  PutRecordsOutput output;
  output.FailedRecordCount = 0;
  output.EncryptionType = encryption_of(*stream);
  output.Records.reserve(records.size());
  for (Incoming& record : records) {
    PutRecordsResultEntry entry;
    entry.ShardId = record.shard->id();
    entry.SequenceNumber = std::move(record.sequence_number);
    output.Records.push_back(std::move(entry));
  }
  return output;
}

}  // namespace orrery::kinesis
