// A schedule's timer: armed for its next tick while the schedule is enabled (docs/decisions/008-ticks.md).
#pragma once

#include "services/scheduler/records.h"
#include "services/scheduler/scheduler.h"

namespace orrery::scheduler {

inline constexpr std::string_view kScheduleTimer = "scheduler.schedule";
inline constexpr std::string_view kInvoke = "scheduler.invoke";

// Of a schedule that is new or whose ticks have changed. Disarms it when it is disabled or complete.
Result<> arm_first(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Plan& plan,
                   Instant now);
// Of a schedule that was disabled, or whose clock was set: ticks up to `now` are gone.
Result<> arm_again(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Plan& plan,
                   Instant now);
Result<> disarm(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule);
// The schedule goes, with its timer. Invocations under way find it gone.
Result<> erase_schedule(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule);

// The last invocation of the schedule has come to its end: with ActionAfterCompletion DELETE it goes.
Result<> complete(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule);

// A tick: arms the next one and posts the invocation, which is due within the flexible time window. Of missed ticks
// the policy of the schedule's group says which run.
Result<> on_tick(Scheduler& scheduler, Transaction& tx, const Timer& timer);

}  // namespace orrery::scheduler
