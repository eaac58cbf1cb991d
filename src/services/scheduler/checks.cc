// The rules of a schedule: docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
#include "base/arn.h"
#include "services/scheduler/invoking.h"
#include "services/scheduler/operations.h"
#include "services/scheduler/target.h"

namespace orrery::scheduler {
namespace {

constexpr std::size_t kMostInputBytes = std::size_t{256} * 1024;

Result<> check_dates(const Timing& timing, const Plan& plan, Instant now) {
  if (!plan.schedule.recurring()) return {};  // one-time schedules ignore them
  if (timing.start && *timing.start < now - std::chrono::minutes(5)) {
    return not_valid("The StartDate you specify cannot be earlier than 5 minutes ago.");
  }
  if (timing.start && timing.end && *timing.end <= *timing.start) {
    return not_valid("The EndDate you specify must come after the StartDate.");
  }
  return {};
}

void fill_in(Target& target) {
  if (!target.RetryPolicy) target.RetryPolicy.emplace();
  auto& policy = *target.RetryPolicy;
  if (!policy.MaximumRetryAttempts) policy.MaximumRetryAttempts = kMostRetries;
  if (!policy.MaximumEventAgeInSeconds) policy.MaximumEventAgeInSeconds = kMostAge_s;
}

Result<> check_target(Scheduler& scheduler, Reader& reader, const Call& call, const ScheduleRecord& schedule) {
  const Target& target = schedule.target;
  if (target.DeadLetterConfig && target.DeadLetterConfig->Arn && target.DeadLetterConfig->Arn->ends_with(".fifo")) {
    return not_valid("The dead-letter queue " + *target.DeadLetterConfig->Arn + " must be a standard queue.");
  }
  if (target.Input && target.Input->size() > kMostInputBytes) {
    return not_valid("The Input of the target is larger than " + std::to_string(kMostInputBytes) + " bytes.");
  }
  const auto invocation = TRY(invocation_of(scheduler.services, target, {schedule.arn(), call.now, 1}));
  const auto arn = Arn::parse(target.Arn);
  if (arn && universal::path_of(*arn)) TRY(universal::check_input(scheduler.services, invocation));
  const auto caller = as_role(scheduler, reader, schedule, call.now, call.request_id);
  if (caller) return {};
  if (caller.error().kind != Error::Kind::Api) return fail(caller.error());
  return not_valid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
}

}  // namespace

Result<Plan> check_schedule(Scheduler& scheduler, Reader& reader, const Call& call, ScheduleRecord& schedule) {
  fill_in(schedule.target);
  Plan plan = TRY(plan_of(schedule.timing));
  TRY(check_dates(schedule.timing, plan, call.now));
  TRY(check_target(scheduler, reader, call, schedule));
  return plan;
}

}  // namespace orrery::scheduler
