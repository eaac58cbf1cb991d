// What is known of the ticks of rules and schedules, whichever service they belong to: what `orrery schedules` lists.
#pragma once

#include "base/time.h"
#include "store/kinds.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

// What the last tick did, written in the transaction of what it tells of.
struct TickOutcome {
  Instant tick;                      // its own time
  Instant due;                       // when it was to run: the tick, or an instant of the flexible time window after it
  Instant ran_at;                    // when it did, on the Orrery's clock
  std::string error;                 // why it failed: "AccessDenied: …"; empty: it did not
  std::optional<Instant> failed_at;  // when one failed last, this one perhaps
};

Result<std::optional<TickOutcome>> get_tick_outcome(Reader& reader, std::string_view owner_arn);
// Replaces the former one; of the last failure the time is kept (`failed_at` is not read here). An error is cut after
// 300 bytes.
Result<> put_tick_outcome(Transaction& tx, std::string_view owner_arn, const TickOutcome& outcome);
// When the rule or schedule goes.
Result<> erase_tick_outcome(Transaction& tx, std::string_view owner_arn);

// A rule with a schedule, or a schedule.
struct ScheduledWork {
  std::string arn, name;  // the name as people say it: "nightly", "GROUP/NAME"
  std::string account, region;
  std::string expression, zone;
  std::string state;                 // ENABLED, DISABLED
  std::vector<std::string> targets;  // ARNs
};

// How one service's are found.
struct ScheduleSource {
  std::string_view noun;        // "rule", "schedule"
  std::string_view timer_kind;  // whose id is the ARN
  KeyKind records;
  // nullopt: there is none of that ARN.
  Result<std::optional<ScheduledWork>> (*find)(Reader& reader, std::string_view arn);
  // Of a record's key and value; nullopt: it has no schedule.
  Result<std::optional<ScheduledWork>> (*read)(Reader& reader, std::string_view key, std::string_view value);
  // Arms the timer of a record for its first tick after `now`: the clock was turned back, or ticks are to be skipped.
  std::function<Result<>(Transaction& tx, std::string_view key, std::string_view value, Instant now)> rearm;
};

}  // namespace orrery
