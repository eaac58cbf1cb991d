// A scheduled rule's timer: armed for its next tick while the rule is enabled.
#pragma once

#include "services/events/events.h"
#include "services/events/records.h"

namespace orrery::events {

inline constexpr std::string_view kRuleTimer = "events.rule";

// Arms the rule's timer for its first tick after `now`, or disarms it when the rule is disabled or has no schedule.
Result<> reschedule(Events& events, Transaction& tx, const RuleRecord& rule, Instant now);
// A tick: arms the next one and posts the event to each target. Of missed ticks the rule's policy says which run.
Result<> on_tick(Events& events, Transaction& tx, const Timer& timer);

}  // namespace orrery::events
