// A scheduled rule's timer: armed for its next tick while the rule is enabled.
#pragma once

#include "services/events/events.h"
#include "services/events/records.h"

namespace orrery::events {

inline constexpr std::string_view kRuleTimer = "events.rule";

// Arms the rule's timer for its first tick after `now`, or disarms it when the rule is disabled or has no schedule.
Result<> reschedule(Events& events, Transaction& tx, const RuleRecord& rule, Instant now);
// A tick: arms the next one and posts the event to each target.
Result<> on_tick(Events& events, Transaction& tx, const Timer& timer);

// The latest tick that is not later than `now`, of those from `due` on (`due` is one): what is fired after downtime.
// Nothing is fired for the ticks in between. Exposed for tests.
Instant latest_tick(const RuleRecord& rule, Instant due, Instant now);

}  // namespace orrery::events
