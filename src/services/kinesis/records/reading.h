// Reading a shard from a position on: what GetRecords and subscriptions share.
#pragma once

#include "services/kinesis/operations.h"

namespace orrery::kinesis {

struct ReadLimits {
  std::size_t records = 10'000;
  std::size_t bytes = std::size_t{10} * 1024 * 1024;  // one record is given whatever its size
};

struct ReadRecords {
  std::vector<Record> records;
  std::size_t bytes = 0;
  std::uint64_t next = 0;      // where reading goes on
  std::int64_t behind_ms = 0;  // of the shard's newest record
  std::int64_t age_ms = 0;     // of the last one given
  bool ended = false;          // the shard is closed, and read to its end
};

// Records that are too old are passed over.
Result<ReadRecords> read_records(Reader& reader, const StreamRow& stream, const ShardRow& shard, std::uint64_t from,
                                 const ReadLimits& limits, Instant now);
// What follows a closed shard.
std::vector<ChildShard> children_of(const StreamRow& stream, const ShardRow& shard);

// Where an iterator of that kind begins. `operation`, for messages: "GetShardIterator".
struct PositionWanted {
  std::string type;
  const std::optional<std::string>& sequence_number;
  const std::optional<Instant>& time;
  std::string_view operation;
};
Result<std::uint64_t> position_of(Reader& reader, const StreamRow& stream, const ShardRow& shard,
                                  const PositionWanted& wanted, Instant now);

// Error: ResourceNotFoundException.
Result<const ShardRow*> existing_shard(const StreamRow& stream, const std::string& shard, Instant now);

}  // namespace orrery::kinesis
