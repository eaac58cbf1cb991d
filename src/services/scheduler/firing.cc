#include "services/scheduler/firing.h"

#include "services/record.h"

#include <algorithm>

namespace orrery::scheduler {
namespace {

Result<> arm(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, std::optional<Instant> tick) {
  if (!tick || !schedule.enabled()) return disarm(scheduler, tx, schedule);
  return scheduler.background.arm(tx, {std::string(kScheduleTimer), schedule.arn(), *tick, {}});
}

}  // namespace

Result<> arm_first(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Plan& plan,
                   Instant now) {
  return arm(scheduler, tx, schedule, first_tick(plan, now));
}

Result<> arm_again(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Plan& plan,
                   Instant now) {
  return arm(scheduler, tx, schedule, next_tick(plan, now));
}

Result<> disarm(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule) {
  return scheduler.background.disarm(tx, kScheduleTimer, schedule.arn());
}

Result<> erase_schedule(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule) {
  TRY(disarm(scheduler, tx, schedule));
  return tx.erase(key_of(schedule));
}

Result<> on_tick(Scheduler& scheduler, Transaction& tx, const Timer& timer) {
  const auto schedule = TRY(get_schedule(tx, timer.id));
  if (!schedule || !schedule->enabled()) return {};
  const Plan plan = TRY(plan_of(schedule->timing));
  // After downtime the last tick that was missed runs, once: none of those before it.
  const Instant tick = latest_tick(plan, timer.due, timer.now);
  TRY(arm(scheduler, tx, *schedule, next_tick(plan, tick)));

  Message message;
  message.kind = kInvoke;
  message.id = timer.id + "|" + iso8601_seconds(tick);
  message.due = in_window(timer.id, tick, schedule->timing.window_minutes);
  message.created = std::max(message.due, timer.now);  // what MaximumEventAgeInSeconds counts from
  message.payload =
      encode_record(json::object{{"arn", timer.id}, {"tick_ms", epoch_ms(tick)}, {"generation", schedule->generation}});
  return scheduler.background.post(tx, message);
}

}  // namespace orrery::scheduler
