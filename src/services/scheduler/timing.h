// When a schedule runs: its expression in its time zone, between its start and its end. Pure functions.
// docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
#pragma once

#include "base/result.h"
#include "schedule/schedule.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::scheduler {

struct Timing {
  std::string expression;
  std::string zone = "UTC";
  std::optional<Instant> start, end;  // one-time schedules ignore both
  Instant anchor;                     // the first instant of a rate without a start: when it was given its timing
  std::int64_t window_minutes = 0;    // of a flexible time window; 0: none

  // The anchor follows from the rest, and the window does not move ticks.
  bool same_ticks(const Timing& other) const {
    return expression == other.expression && zone == other.zone && start == other.start && end == other.end;
  }
};

// Timing, understood.
struct Plan {
  schedule::Schedule schedule;
  schedule::Zone zone = schedule::Zone::utc();
  std::optional<Instant> start, end;
};

// Error: ValidationException "Invalid Schedule Expression X.", or that there is no such time zone.
Result<Plan> plan_of(const Timing& timing);

// The first instant of a schedule that begins `now`. A rate without a start and a one-time schedule may run at once:
// "If you do not provide a StartDate for a rate-based schedule, your schedule starts invoking the target immediately."
std::optional<Instant> first_tick(const Plan& plan, Instant now);
// The first instant later than `after`; nullopt: it is complete.
std::optional<Instant> next_tick(const Plan& plan, Instant after);

// When the invocation of the tick happens: at the tick, or at an instant of the flexible time window after it that
// follows from the schedule and the tick, so that it is the same whenever it is computed.
Instant in_window(std::string_view schedule_arn, Instant tick, std::int64_t window_minutes);

}  // namespace orrery::scheduler
