// Invocations that came to nothing, for the schedule's dead-letter queue
// (docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
#pragma once

#include "services/scheduler/records.h"
#include "services/scheduler/scheduler.h"

namespace orrery::scheduler {

struct Failed {
  std::string schedule_arn;
  Instant tick;
  Instant now;
  int attempts = 1;  // all of them
  Error error;
  bool exhausted = false;  // it would have been tried again
};

// Nothing when the schedule has no dead-letter queue. As the target's role, which needs sqs:SendMessage. What the queue
// refuses is lost, and said in the log. Error: a conflict, to be passed on.
Result<> bury(Scheduler& scheduler, Transaction& tx, const ScheduleRecord& schedule, const Failed& failed);

}  // namespace orrery::scheduler
