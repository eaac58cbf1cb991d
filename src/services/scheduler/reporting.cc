// What `orrery schedules` is told of schedules.
#include "services/scheduler/firing.h"
#include "services/scheduler/scheduler.h"
#include "services/ticks.h"

namespace orrery::scheduler {
namespace {

ScheduledWork describe(const ScheduleRecord& schedule) {
  ScheduledWork work;
  work.arn = schedule.arn();
  work.name = schedule.label();
  work.account = schedule.account;
  work.region = schedule.region;
  work.expression = schedule.timing.expression;
  work.zone = schedule.timing.zone;
  work.state = schedule.state;
  work.targets = {schedule.target.Arn};
  return work;
}

Result<std::optional<ScheduledWork>> find(Reader& reader, std::string_view arn) {
  const auto schedule = TRY(get_schedule(reader, arn));
  return schedule ? std::optional(describe(*schedule)) : std::nullopt;
}

Result<std::optional<ScheduledWork>> read(Reader&, std::string_view key, std::string_view value) {
  return std::optional(describe(TRY(decode_schedule(key, value))));
}

}  // namespace

ScheduleSource schedule_source(Scheduler& scheduler) {
  const auto rearm = [&scheduler](Transaction& tx, std::string_view key, std::string_view value,
                                  Instant now) -> Result<> {
    const ScheduleRecord schedule = TRY(decode_schedule(key, value));
    return arm_again(scheduler, tx, schedule, TRY(plan_of(schedule.timing)), now);
  };
  return {"schedule", kScheduleTimer, KeyKind::Schedule, &find, &read, rearm};
}

}  // namespace orrery::scheduler
