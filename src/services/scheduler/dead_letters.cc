#include "services/scheduler/dead_letters.h"

#include "base/log.h"
#include "services/metric_sink.h"
#include "services/queue_letter.h"
#include "services/scheduler/invoking.h"
#include "services/scheduler/target.h"

namespace orrery::scheduler {
namespace {

// Within this, an event is at the end of its retries, not of its age.
bool out_of_retries(const Target& target, int attempts) {
  return target.RetryPolicy && attempts > target.RetryPolicy->MaximumRetryAttempts.value_or(185);
}

void count(const Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Result<>& sent) {
  if (scheduler.metrics == nullptr) return;
  const std::string name = sent ? std::string("InvocationsSentToDeadLetterCount")
                                : "InvocationsFailedToBeSentToDeadLetterCount_" + sent.error().code;
  tx.on_commit([&scheduler, account = schedule.account, region = schedule.region, group = schedule.group, name] {
    PublishedMetric metric{account, region, "AWS/Scheduler", name, "Count"};
    metric.at = scheduler.clock.now();
    scheduler.metrics->publish(metric, 1);
    metric.dimensions = {{"ScheduleGroup", group}};
    scheduler.metrics->publish(metric, 1);
  });
}

}  // namespace

Result<> bury(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Failed& failed) {
  const Target& target = schedule.target;
  if (!target.DeadLetterConfig || !target.DeadLetterConfig->Arn) return {};
  const Attributes attributes{failed.schedule_arn, failed.tick, failed.attempts};
  QueueLetter letter{*target.DeadLetterConfig->Arn, payload_of(target, attributes), {}, {}};
  letter.attributes = {{"ERROR_CODE", failed.error.code},
                       {"ERROR_MESSAGE", failed.error.message},
                       {"EXECUTION_ID", attributes.execution_id()},
                       {"IS_PAYLOAD_TRUNCATED", "false"},
                       {"RETRY_ATTEMPTS", std::to_string(failed.attempts - 1)},
                       {"SCHEDULED_TIME", iso8601_seconds(failed.tick)},
                       {"SCHEDULE_ARN", failed.schedule_arn},
                       {"TARGET_ARN", target.Arn}};
  if (failed.exhausted) {
    letter.attributes["EXHAUSTED_RETRY_CONDITION"] =
        out_of_retries(target, failed.attempts) ? "MaximumRetryAttempts" : "MaximumEventAgeInSeconds";
  }
  const Result<> sent = tx.nested([&]() -> Result<> {
    const Caller caller = TRY(as_role(scheduler, tx, schedule, failed.now, attributes.execution_id()));
    return send_letter(scheduler.dispatcher, tx, caller, letter);
  });
  if (!sent && sent.error().kind == Error::Kind::Conflict) return fail(sent.error());
  if (!sent) {
    log::error("a dead letter of a schedule is lost", {{"schedule", failed.schedule_arn},
                                                       {"queue", letter.queue_arn},
                                                       {"reason", sent.error().code + ": " + sent.error().message}});
  }
  count(scheduler, tx, schedule, sent);
  return {};
}

}  // namespace orrery::scheduler
