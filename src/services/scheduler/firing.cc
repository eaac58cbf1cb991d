#include "services/scheduler/firing.h"

#include "base/arn.h"
#include "services/record.h"
#include "services/scheduler/known.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::scheduler {
namespace {

Result<> arm(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, std::optional<Instant> tick) {
  if (!tick || !schedule.enabled()) return disarm(scheduler, tx, schedule);
  return scheduler.background.arm(tx, {std::string(kScheduleTimer), schedule.arn(), *tick, {}});
}

// Nearly every tick is in time: the group's tags are read for the others only. One-time schedules ignore their end.
Result<std::optional<Instant>> tick_to_run(Scheduler& scheduler, Reader& reader, const ScheduleRecord& schedule,
                                           const Plan& plan, const Timer& timer) {
  if (!schedule::is_missed(timer.due, timer.now)) return std::optional(timer.due);
  const std::string group =
      make_arn("scheduler", schedule.region, schedule.account, "schedule-group/" + schedule.group);
  const auto policy = schedule::catch_up_of(TRY(get_tags(reader, group)), scheduler.catch_up);
  const auto end = plan.schedule.recurring() ? plan.end : std::nullopt;
  return schedule::caught_up({plan.schedule, timer.due, timer.now, end}, policy, plan.zone);
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
  TRY(erase_tick_outcome(tx, schedule.arn()));
  return tx.erase(key_of(schedule));
}

Result<> complete(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule) {
  if (schedule.after_completion != ActionAfterCompletion::DELETE) return {};
  return erase_schedule(scheduler, tx, schedule);
}

Result<> on_tick(Scheduler& scheduler, Transaction& tx, const Timer& timer) {
  const auto known = TRY(known_schedule(scheduler, tx, timer.id));
  if (!known || !known->record.enabled()) return {};
  const ScheduleRecord& schedule = known->record;
  const Plan& plan = known->plan;
  const std::optional<Instant> to_run = TRY(tick_to_run(scheduler, tx, schedule, plan, timer));
  const Instant tick = to_run.value_or(timer.now);
  const std::optional<Instant> next = next_tick(plan, tick);
  TRY(arm(scheduler, tx, schedule, next));
  if (!to_run) return next ? Result<>() : complete(scheduler, tx, schedule);

  Message message;
  message.kind = kInvoke;
  message.id = timer.id + "|" + iso8601_seconds(tick);
  message.due = in_window(timer.id, tick, schedule.timing.window_minutes);
  message.created = std::max(message.due, timer.now);  // what MaximumEventAgeInSeconds counts from
  message.payload =
      encode_record(json::object{{"arn", timer.id}, {"tick_ms", epoch_ms(tick)}, {"generation", schedule.generation}});
  return scheduler.background.post(tx, message);
}

}  // namespace orrery::scheduler
