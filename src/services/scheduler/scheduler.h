// Amazon EventBridge Scheduler: schedule groups, schedules, and what they do when their time has come.
#pragma once

#include "background/background.h"
#include "base/clock.h"
#include "schedule/catch_up.h"
#include "services/decoded.h"
#include "services/dispatcher.h"
#include "services/identity/records.h"
#include "services/metric_sink.h"
#include "services/operation.h"
#include "services/ticks.h"

#include <span>

namespace orrery::scheduler {

struct KnownSchedule;

// What the service needs from outside; it owns none of it. In memory it keeps what it has read of the last few thousand
// schedules that were due: the cost of a tick does not depend on how many there are.
struct Scheduler {
  Background& background;
  Dispatcher& dispatcher;
  const Clock& clock;
  // Both set once the services are made, before the first request.
  Authorizer* authorizer = nullptr;        // says whether the scheduler may assume a target's role
  std::span<const Service> services = {};  // whose operations are universal targets
  schedule::CatchUp catch_up = {};         // of schedules whose group has no tag that says it
  MetricSink* metrics = nullptr;           // null: nothing is published
  Decoded<KnownSchedule> known{8192};      // by key
  Decoded<identity::RoleRecord> roles{256};
};

// `scheduler` must outlive the service.
Service scheduler_service(Scheduler& scheduler);
// The handlers of the timers "scheduler.schedule" (a schedule's tick) and "scheduler.group" (a group that goes), and of
// the messages "scheduler.invoke" (one invocation of a target). Before background.start().
void register_background(Scheduler& scheduler);
// Its schedules. `scheduler` must outlive it.
ScheduleSource schedule_source(Scheduler& scheduler);

}  // namespace orrery::scheduler
