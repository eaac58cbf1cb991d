// The shards of a stream, and the positions in them.
//
// A stream is one sequence of records, cut into shards by time: one for each four hours in which there are records, as
// the service rolls its own, so that clients meet closed shards and their children here as they do there. No two shards
// are open at once, hence order holds over all keys, which is more than the service promises. Nothing is written down
// of shards: the times of a log never go back, so the records of a shard are neighbours, and its ends are found by
// bisection. A shard closes with the first record after its time: until there is one, it stays open.
#pragma once

#include "services/dynamodb/streams/streams.h"
#include "shapes/dynamodbstreams.h"

namespace orrery::dynamodb {

inline constexpr Millis kShardTime = std::chrono::hours(4);

struct StreamShard {
  std::uint64_t bucket = 0;  // counts four hours since the stream's creation
  std::uint64_t first = 0;   // the sequences of its records that are not too old; first == last + 1: none
  std::uint64_t last = 0;
  bool closed = false;
  std::optional<std::uint64_t> parent;  // the bucket of the shard before
};

std::uint64_t bucket_of(const StreamRow& row, Instant at);
// What can be read at `now`, oldest first; never empty.
Result<std::vector<StreamShard>> shards_of(Reader& reader, const StreamRow& row, Instant now);
// The first sequence of a change made at or after `at`, within [first, last]; last + 1: none. All of them exist.
Result<std::uint64_t> first_change_at(Reader& reader, std::uint64_t table_number, std::uint64_t first,
                                      std::uint64_t last, Instant at);

// "shardId-00000001767225600123-0a1b2c3d": its time and something of the stream, so that they sort by age.
std::string shard_id(const StreamRow& row, std::uint64_t bucket);

// Sequence numbers as text: 21 digits, ten for each sequence of the log. Shards begin in between, so that reading AT
// and AFTER the StartingSequenceNumber both give the first record, as with the service's own numbers.
std::string sequence_number(std::uint64_t sequence);
std::string starting_sequence_number(std::uint64_t first);
// nullopt: no number of ours.
struct SequencePosition {
  std::uint64_t at = 0;     // the first sequence whose number is not less
  std::uint64_t after = 0;  // the first whose number is greater
};
std::optional<SequencePosition> parse_sequence_number(std::string_view text);

}  // namespace orrery::dynamodb
