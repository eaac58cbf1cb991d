// What is kept of a scheduled rule's ticks, and told by `orrery schedules`.
#pragma once

#include "services/events/events.h"

namespace orrery::events {

// The tick has been handed to the rule's targets.
Result<> note_tick(Transaction& tx, const std::string& rule_arn, Instant tick, Instant now);
// What became of one of a rule's messages; of those that no tick has caused nothing is kept.
Result<Delivered> noted(Transaction& tx, const Message& message, Result<Delivered> delivered, Instant now);

}  // namespace orrery::events
