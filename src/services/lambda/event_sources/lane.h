// How far one lane of a shard has come, and what follows from an invocation. Pure functions; the engine keeps a lane's
// row in the store, so that a restart goes on exactly there.
//
// A lane is the part of a shard whose keys fall to it (ParallelizationFactor lanes a shard), read in order. A batch
// that failed is remembered by the number of its last record; a batch that was split, by those of its parts.
#pragma once

#include "services/lambda/event_sources/source.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::lambda {

// "6 MB" for the event of a synchronous invocation, less what stands around the records.
inline constexpr std::size_t kMostEventBytes = 6'291'456 - 4096;

struct Lane {
  Position position;              // everything up to it is done with
  std::vector<std::string> ends;  // the batch to be tried next ends with the last of these; the ones below follow
  int attempts = 0;               // failed ones of that batch
  int stalls = 0;                 // times that it could not be run at all (throttled), in a row
  std::optional<Instant> retry_at;
  // Tumbling window under way.
  std::optional<Instant> window_start;
  json::value window_state;  // what the function returned last; null: nothing

  std::int64_t of = 1;  // lanes that share the shard
};
std::string encode_lane(const Lane& lane);
Result<Lane> decode_lane(std::string_view bytes);

// Which lane a record's key belongs to.
std::int64_t lane_of(std::string_view key, std::int64_t lanes);
// Where lanes begin whose number has changed: nothing is left out, some may come again.
Position earliest(const std::vector<Lane>& lanes);

// The settings of a mapping that decide about failures.
struct FailurePolicy {
  bool bisect = false;
  std::int64_t most_retries = -1;  // -1: no limit
  std::int64_t most_age_s = -1;    // -1: no limit
};

struct Attempted {
  enum class Kind : std::uint8_t { Done, Failed, NotRun };
  Kind kind = Kind::Done;
  // Of a partial success (ReportBatchItemFailures): the first record that has failed. 0 for Failed.
  std::size_t failed_from = 0;
};

struct Following {
  Lane lane;
  // The records from there to the batch's end are given up: they go to the on-failure destination.
  std::optional<std::size_t> given_up_from;
};
// `sequences`: of the batch's records; not empty. `whole`: where a batch that was not remembered ends, the records that
// filters have left out included.
Following follow(const Lane& lane, const std::vector<std::string>& sequences, const Position& whole,
                 const Attempted& attempted, const FailurePolicy& policy, Instant now);
// The batch, or what was too old of it, is given up without having been run.
Lane give_up(const Lane& lane, const std::string& last_sequence);

}  // namespace orrery::lambda
