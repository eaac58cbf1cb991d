// One batch of a lane: gathering it, what the function gets, and what its answer says of it.
#pragma once

#include "functions/invocation.h"
#include "services/lambda/event_sources/mapping.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::lambda {

struct Batch {
  std::vector<SourceRecord> records;
  Position whole;                     // the last record that was looked at
  bool moved = false;                 // something was looked at
  bool full = false;                  // no more fits, or its end was remembered
  bool shard_ended = false;           // nothing more will come
  bool more = false;                  // stopped before all that is there was looked at
  bool window_over = false;           // a record of a later tumbling window follows
  std::vector<SourceRecord> too_old;  // at its beginning: given up
};

struct Gathering {
  const Mapping& mapping;
  const Filters& filters;
  const Lane& lane;
  std::int64_t number = 0;  // of the lane
  Instant now;
};
Result<Batch> gather(StreamSource& source, const std::string& shard, const Gathering& what);

// Beginning of the tumbling window that a record falls into.
Instant window_of(const Mapping& mapping, Instant arrived);

enum class WindowPhase : std::uint8_t { None, Open, Final };
// The event as JSON text.
std::string event_of(const Mapping& mapping, const std::string& shard, const Lane& lane, const Batch& batch,
                     WindowPhase phase, Instant window_start);

// What the outcome means for the batch.
Attempted read_outcome(const functions::Outcome& outcome, const Batch& batch, bool reports_item_failures);

// The document for the on-failure destination; `from`: the first record that is given up.
std::string failure_record(const Mapping& mapping, const std::string& shard, const std::vector<SourceRecord>& records,
                           std::size_t from, const std::string& condition, int invocations,
                           const functions::Outcome* outcome, const std::string& version, const std::string& request_id,
                           Instant now);

}  // namespace orrery::lambda
