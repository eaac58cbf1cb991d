// Schedules as their ticks need them: read once, not at each.
#pragma once

#include "services/scheduler/records.h"
#include "services/scheduler/scheduler.h"
#include "services/scheduler/target.h"

#include <memory>
#include <optional>
#include <string_view>

namespace orrery::scheduler {

struct KnownSchedule {
  ScheduleRecord record;
  Plan plan;
  std::optional<Invocation> invocation;  // of every tick; nullopt: they differ
};

// By its ARN, as `reader` sees it; null: there is none.
Result<std::shared_ptr<const KnownSchedule>> known_schedule(Scheduler& scheduler, Reader& reader, std::string_view arn);

}  // namespace orrery::scheduler
