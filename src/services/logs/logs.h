// Amazon CloudWatch Logs: groups, streams, events, retention, filters.
#pragma once

#include "background/background.h"
#include "services/operation.h"

namespace orrery::logs {

// What the service needs from outside; it owns none of it.
struct Logs {
  Background& background;
};

// `logs` must outlive the service.
Service logs_service(Logs& logs);
// The handlers of the timers "logs.retention" (drops what has expired) and the messages "logs.erase" (what a deleted
// group or stream leaves). Before background.start().
void register_background(Logs& logs);

}  // namespace orrery::logs
