#include "services/scheduler/invoking.h"

#include "base/arn.h"
#include "services/identity/stored_identity.h"
#include "services/record.h"
#include "services/scheduler/dead_letters.h"
#include "services/scheduler/firing.h"
#include "services/scheduler/known.h"
#include "services/scheduler/target.h"

#include <algorithm>

namespace orrery::scheduler {
namespace {

// 1 s, 2 s, 4 s, … up to this: so that 185 retries span the 24 hours that an event lives by default.
constexpr std::int64_t kLongestPause_s = 480;

Error denied(std::string message) { return api_error("AccessDenied", std::move(message), 403); }

bool throttles(const Error& error) {
  return error.code.find("Throttl") != std::string::npos || error.code.find("TooManyRequests") != std::string::npos;
}

// What would fail the next time as well: missing permissions and things, malformed requests.
bool permanent(const Error& error) {
  if (error.kind != Error::Kind::Api) return false;
  if (throttles(error)) return false;
  const std::string_view code = error.code;
  static constexpr std::string_view kParts[] = {"AccessDenied",  "NotFound",    "NoSuch",          "Validation",
                                                "Invalid",       "Malformed",   "NotImplemented",  "TooLarge",
                                                "Serialization", "NonExistent", "MissingParameter"};
  if (code == "ConditionalCheckFailedException") return true;
  return std::ranges::any_of(kParts, [&](std::string_view part) { return code.find(part) != std::string_view::npos; });
}

// sts takes two characters at least for a session's name, a schedule is content with one.
std::string session_name(const ScheduleRecord& schedule) {
  return schedule.name.size() == 1 ? schedule.name + "_" : schedule.name;
}

// An invocation has come to its end, well or not: was it the last one?
Result<> complete_after(Scheduler& scheduler, Transaction& tx, const std::string& arn, const std::string& generation,
                        Instant tick) {
  const auto known = TRY(known_schedule(scheduler, tx, arn));
  if (!known || known->record.generation != generation) return {};
  if (known->record.after_completion != ActionAfterCompletion::DELETE) return {};
  if (next_tick(known->plan, tick)) return {};
  return complete(scheduler, tx, known->record);
}

Result<> note(Transaction& tx, const ScheduleRecord& schedule, const std::string& arn, Instant tick, Instant now,
              std::string error) {
  TickOutcome outcome;
  outcome.tick = tick;
  outcome.due = in_window(arn, tick, schedule.timing.window_minutes);
  outcome.ran_at = now;
  outcome.error = std::move(error);
  return put_tick_outcome(tx, arn, outcome);
}

// docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html: of all groups, and of the schedule's.
// `error`: nullptr, the target has taken it.
void count_attempt(const Scheduler& scheduler, const ScheduleRecord& schedule, const Error* error, bool dropped) {
  if (scheduler.metrics == nullptr) return;
  PublishedMetric metric{schedule.account, schedule.region, "AWS/Scheduler", {}, "Count"};
  metric.at = scheduler.clock.now();
  for (const MetricDimensions& dimensions : {MetricDimensions{}, MetricDimensions{{"ScheduleGroup", schedule.group}}}) {
    metric.dimensions = dimensions;
    metric.name = "InvocationAttemptCount";
    scheduler.metrics->publish(metric, 1);
    if (error == nullptr) continue;
    metric.name = "TargetErrorCount";
    scheduler.metrics->publish(metric, 1);
    metric.name = "TargetErrorThrottledCount";
    if (throttles(*error)) scheduler.metrics->publish(metric, 1);
    metric.name = "InvocationDroppedCount";
    if (dropped) scheduler.metrics->publish(metric, 1);
  }
}

struct Attempt {
  std::string label;  // of the target
  Result<> outcome;
};

Attempt attempt(Scheduler& scheduler, Transaction& tx, const KnownSchedule& known, const Attributes& attributes,
                Instant now) {
  const ScheduleRecord& schedule = known.record;
  std::optional<Invocation> made;
  if (!known.invocation) {
    auto invocation = invocation_of(scheduler.services, schedule.target, attributes);
    if (!invocation) return {schedule.target.Arn, fail(std::move(invocation).error())};
    made = *std::move(invocation);
  }
  const Invocation& invocation = made ? *made : *known.invocation;
  const auto caller = as_role(scheduler, tx, schedule, now, attributes.execution_id());
  if (!caller) return {invocation.label, fail(caller.error())};
  return {invocation.label, universal::carry_out(scheduler.dispatcher, tx, *caller, invocation)};
}

}  // namespace

Result<Caller> as_role(Scheduler& scheduler, Reader& reader, const ScheduleRecord& schedule, Instant now,
                       std::string_view request_id) {
  const std::string& role_arn = schedule.target.RoleArn;
  const auto arn = Arn::parse(role_arn);
  if (!arn || arn->account != schedule.account) {
    return fail(denied("The role " + role_arn + " is not one of the schedule's account."));
  }
  const auto role = TRY(identity::get_role(reader, arn->account, identity::name_in_arn(role_arn), scheduler.roles));
  if (!role || role->arn != role_arn) return fail(denied("The role " + role_arn + " does not exist."));

  // As sts:AssumeRole asks, without leaving a session behind for each invocation. "The value of aws:SourceArn must be
  // your EventBridge Scheduler schedule group ARN"
  // (docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
  auth::Principal itself;
  itself.kind = auth::Principal::Kind::Service;
  itself.arn = "scheduler.amazonaws.com";
  Call call;
  call.principal = &itself;
  call.account = schedule.account;
  call.region = schedule.region;
  call.source_arn = make_arn("scheduler", schedule.region, schedule.account, "schedule-group/" + schedule.group);
  call.now = now;
  call.request_id = request_id;
  TRY(scheduler.authorizer->check(reader, call, {"sts:AssumeRole", role_arn, {}}));

  Caller caller;
  caller.principal = identity::session_principal(arn->account, role_arn, role->id, session_name(schedule));
  caller.account = schedule.account;
  caller.region = schedule.region;
  return caller;
}

std::optional<Instant> retry_at(const Error& error, int attempts, Instant created, Instant now,
                                const std::optional<RetryPolicy>& policy) {
  if (permanent(error)) return std::nullopt;
  const std::int64_t retries = policy ? policy->MaximumRetryAttempts.value_or(kMostRetries) : kMostRetries;
  const std::int64_t age_s = policy ? policy->MaximumEventAgeInSeconds.value_or(kMostAge_s) : kMostAge_s;
  if (attempts > retries) return std::nullopt;
  const std::int64_t pause_s =
      attempts > 9 ? kLongestPause_s : std::min(kLongestPause_s, std::int64_t{1} << (attempts - 1));
  const Instant at = now + std::chrono::seconds(pause_s);
  return at - created > std::chrono::seconds(age_s) ? std::nullopt : std::optional(at);
}

Result<Delivered> invoke(Scheduler& scheduler, Transaction& tx, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const std::string arn(find_string(document, "arn").value_or(""));
  const std::string generation(find_string(document, "generation").value_or(""));
  const Instant tick = instant_from_ms(find_int(document, "tick_ms").value_or(0));
  const Instant now = scheduler.clock.now();

  Delivered delivered;
  const auto known = TRY(known_schedule(scheduler, tx, arn));
  const std::shared_ptr<const ScheduleRecord> schedule(known, known ? &known->record : nullptr);
  if (!schedule || schedule->generation != generation || !schedule->enabled()) {
    delivered.summary = "schedule " + arn.substr(arn.rfind(':') + 1) + ": not invoked, it was deleted or disabled";
    return delivered;
  }
  // Before the attempt: a schedule may delete itself. Undone with it when it fails.
  TRY(note(tx, *schedule, arn, tick, now, {}));
  const Attempt tried = attempt(scheduler, tx, *known, {arn, tick, message.attempts + 1}, now);
  delivered.summary = "schedule " + schedule->label() + " -> " + tried.label + ": ";
  // Most have nothing to complete, and are not read once more.
  const bool completes = schedule->after_completion == ActionAfterCompletion::DELETE;
  if (tried.outcome) {
    if (scheduler.metrics != nullptr) {
      tx.on_commit([&scheduler, schedule] { count_attempt(scheduler, *schedule, nullptr, false); });
    }
    if (completes) TRY(complete_after(scheduler, tx, arn, generation, tick));
    delivered.summary += "done";
    return delivered;
  }
  const Error& error = tried.outcome.error();
  if (error.kind == Error::Kind::Conflict) return fail(error);
  delivered.ok = false;
  delivered.retry_at = retry_at(error, message.attempts + 1, message.created, now, schedule->target.RetryPolicy);
  const std::string why = (delivered.retry_at ? "put off, " : "dropped, ") + error.code + ": " + error.message;
  delivered.summary += why;
  // Whatever the operation wrote before it failed is undone.
  delivered.instead = [&scheduler, schedule, arn, tick, now, why, error, dropped = !delivered.retry_at,
                       attempts = message.attempts + 1,
                       last = completes && !delivered.retry_at](Transaction& after) -> Result<> {
    after.on_commit([=, &scheduler] { count_attempt(scheduler, *schedule, &error, dropped); });
    TRY(note(after, *schedule, arn, tick, now, why));
    if (dropped) TRY(bury(scheduler, after, *schedule, {arn, tick, now, attempts, error, !permanent(error)}));
    return last ? complete_after(scheduler, after, arn, schedule->generation, tick) : Result<>();
  };
  return delivered;
}

}  // namespace orrery::scheduler
