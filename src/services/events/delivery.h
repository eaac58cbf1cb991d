// Events on their way to targets.
#pragma once

#include "services/events/events.h"
#include "services/events/records.h"

namespace orrery::events {

inline constexpr std::string_view kDeliver = "events.deliver";

// The whole envelope as JSON text (docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html).
struct Envelope {
  std::string id, detail_type, source, account, region;
  Instant time;
  std::vector<std::string> resources;
  std::string detail = "{}";  // JSON text, passed on as given
};
std::string to_text(const Envelope& envelope);

// What a schedule's tick sends. Its id follows from the rule and the time, so that a repeated firing is the same event.
std::string scheduled_event(const RuleRecord& rule, Instant tick);

// Posts one message a target, due at `ingested`. The messages' ids are the rule's ARN, `occasion` (a tick's time, an
// event's id) and the target's id.
Result<> post_to_targets(Events& events, Transaction& tx, const RuleRecord& rule, const std::string& event,
                         Instant ingested, const std::string& occasion);

// The handler: gives one event to one target.
Result<Delivered> deliver(Events& events, Transaction& tx, const Message& message);

}  // namespace orrery::events
