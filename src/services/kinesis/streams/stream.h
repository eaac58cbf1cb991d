// A stream and its shards, as they are stored.
#pragma once

#include "base/time.h"
#include "services/kinesis/numbers.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::kinesis {

struct ShardRow {
  ShardNumber number = 0;
  HashKey begin = 0, end = kLastHashKey;  // both inclusive
  std::int64_t created_s = 0;
  std::optional<ShardNumber> parent, adjacent;
  std::optional<Instant> closed;

  std::string id() const { return shard_id(number); }
  std::string sequence_number(std::uint64_t index, Instant at) const;
  std::string starting() const;               // where it begins
  std::optional<std::string> ending() const;  // where it ends, when it is closed
};

struct StreamName {
  std::string account, region, name;
  std::string arn() const;
  bool operator==(const StreamName&) const = default;
};

struct StreamRow {
  StreamName name;
  std::uint64_t number = 0;  // of no other stream, this one's predecessors of the same name included
  std::string id;
  Instant created;
  bool on_demand = false;
  std::int64_t retention_hours = 24;
  std::string key_id;  // of its encryption; empty: none
  std::int64_t most_record_kib = 1024;
  std::int64_t warm_mibps = 0;
  bool distributes = false;      // RecordDistributionStrategy AUTO
  std::vector<ShardRow> shards;  // in order of their numbers
  ShardNumber next_shard = 0;
  std::vector<Instant> scalings;  // UpdateShardCount of the last 24 hours
  std::vector<Instant> switches;  // of the mode, likewise
  std::vector<std::size_t> open;  // places in `shards` of the open ones, in order of their hash keys; not stored

  std::string arn() const { return name.arn(); }
  bool encrypted() const { return !key_id.empty(); }
  Millis retention() const { return std::chrono::hours(retention_hours); }
  // nullptr: there is none of that number.
  const ShardRow* find_shard(ShardNumber number) const;
  ShardRow* find_shard(ShardNumber number);
  const ShardRow& shard_of(HashKey key) const;  // the open one
  // A closed shard is seen as long as it may have records.
  bool shows(const ShardRow& shard, Instant now) const { return !shard.closed || *shard.closed + retention() > now; }
  // After a change of `shards`.
  void sort_open();
};

std::string streams_prefix(std::string_view account, std::string_view region);
std::string stream_key(const StreamName& name);
std::string encode_stream(const StreamRow& stream);
Result<StreamRow> decode_stream(std::string_view bytes);
Result<> put_stream(Transaction& tx, const StreamRow& stream);
Result<std::uint64_t> next_stream_number(Transaction& tx);

}  // namespace orrery::kinesis
