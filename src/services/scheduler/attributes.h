// Context attributes: keywords in a target's input that are replaced when the target is invoked
// (docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html). Pure functions.
#pragma once

#include "base/time.h"

#include <string>
#include <string_view>

namespace orrery::scheduler {

struct Attributes {
  std::string schedule_arn;
  Instant scheduled;  // the tick, whatever the flexible time window made of it
  int attempt = 1;

  // "The unique ID that EventBridge Scheduler assigns for each attempted invocation": 16 characters, which follow from
  // the rest.
  std::string execution_id() const;
};

// Would substitute() change it?
bool has_keywords(std::string_view input);
std::string substitute(std::string_view input, const Attributes& attributes);

// A UUID that follows from the schedule and the tick: the id of the event that a target without an input gets.
std::string event_id(const Attributes& attributes);

}  // namespace orrery::scheduler
