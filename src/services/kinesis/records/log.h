// Records of a shard as they are stored: KinesisRecord u64(stream number) u64(shard number) u64(index), of a shard's
// records rising in the order of their commits, and with times that never go back. Their numbers may have gaps.
#pragma once

#include "services/kinesis/streams/stream.h"

namespace orrery::kinesis {

struct LoggedRecord {
  std::uint64_t index = 0;
  Instant at;
  bool encrypted = false;                         // it came while its stream was
  std::optional<std::string_view> partition_key;  // nullopt: none was given
  std::string_view data;

  std::size_t size() const { return data.size() + (partition_key ? partition_key->size() : 0); }
};

std::string record_key(std::uint64_t stream, ShardNumber shard, std::uint64_t index);
std::string records_prefix(std::uint64_t stream);
std::string records_prefix(std::uint64_t stream, ShardNumber shard);
// Of the places that the sequencer gives out; and of those of all shards.
std::string counter_key(std::uint64_t stream, ShardNumber shard);
std::string counters_prefix(std::uint64_t stream);
std::string encode_logged(const LoggedRecord& record);
// A view of an entry: good as long as the key and the value are. Error: Internal, "corrupt record".
Result<LoggedRecord> decode_logged(std::string_view key, std::string_view value);
Result<Instant> arrival_of(std::string_view value);

// A shard of one stream.
struct Place {
  std::uint64_t stream = 0;
  ShardNumber shard = 0;
};
// Records before this were erased; 0: none.
Result<std::uint64_t> erased_before(Reader& reader, const Place& place);
Result<> put_erased_before(Transaction& tx, const Place& place, std::uint64_t index);
std::string erased_key(const Place& place);

struct LastRecord {
  std::uint64_t index = 0;
  Instant at;
};
// nullopt: there is none.
Result<std::optional<LastRecord>> last_record(Reader& reader, const Place& place);
// Of records that are there: the index of the first one that came at `time` or later; past the last one when there is
// none. Found by bisection.
Result<std::uint64_t> first_since(Reader& reader, const Place& place, Instant time);

}  // namespace orrery::kinesis
