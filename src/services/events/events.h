// Amazon EventBridge: rules on the default bus, their schedules and event patterns, targets, events.
#pragma once

#include "background/background.h"
#include "services/dispatcher.h"
#include "services/operation.h"

namespace orrery::events {

// What the service needs from outside; it owns none of it.
struct Events {
  Background& background;
  Dispatcher& dispatcher;
};

// `events` must outlive the service.
Service events_service(Events& events);
// The handlers of the timers "events.rule" (a schedule's tick) and the messages "events.deliver" (one event for one
// target). Before background.start().
void register_background(Events& events);

}  // namespace orrery::events
