// Amazon CloudWatch: metrics and what is computed of them, alarms, dashboards.
#pragma once

#include "background/background.h"
#include "services/dispatcher.h"
#include "services/operation.h"

namespace orrery::cloudwatch {

class Publisher;

// What the service needs from outside; it owns none of it.
struct CloudWatch {
  Store& store;
  Background& background;
  Dispatcher& dispatcher;
  const Clock& clock;
  // Of what the services publish; may be nullptr. What it holds is written before anything is read.
  Publisher* publisher = nullptr;
};

// `cloudwatch` must outlive the service.
Service cloudwatch_service(CloudWatch& cloudwatch);
// The handlers of the timer "cloudwatch.alarm" (the evaluation of an alarm) and of the messages "cloudwatch.action" (an
// alarm's action) and "cloudwatch.event" (its state change, for the default event bus). Before background.start().
void register_background(CloudWatch& cloudwatch);

}  // namespace orrery::cloudwatch
