// Events on their way to targets.
#pragma once

#include "services/events/events.h"
#include "services/events/records.h"

namespace orrery::events {

inline constexpr std::string_view kDeliver = "events.deliver";

// The whole envelope as JSON text (docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html).
struct Envelope {
  std::string id, detail_type, source, account, region;
  std::string time;  // iso8601_seconds()
  std::vector<std::string> resources;
  std::string detail = "{}";  // JSON text, passed on as given
};
std::string envelope_text(const Envelope& envelope);

// What a schedule's tick sends. Its id follows from the rule and the time, so that a repeated firing is the same event.
std::string scheduled_event(const RuleRecord& rule, Instant tick);

enum class Came : std::uint8_t {
  Direct,
  FromBus,  // a rule of another bus has sent it here
};

// One event, as a rule passes it on.
struct Occurrence {
  std::string_view event;  // the envelope's text; of who passes it on
  Instant ingested;        // when it came in
  std::string occasion;    // a tick's time, an event's id: with the rule's ARN and the target's id, the message's id
  Came came = Came::Direct;
  std::string trace_id;
};

// The message that a rule posts to one of its targets, but for the event: made once for many events.
struct Mailing {
  std::string kind, target_id;
  bool to_bus = false;
  std::string head;  // of its payload
};
std::vector<Mailing> mailings_of(const RuleRecord& rule, const std::vector<Target>& targets);

// Posts one message a target, due at `ingested`. "EventBridge can't route events received from a sender event bus to a
// third event bus" (eb-bus-to-bus.html): to such targets it posts none.
Result<> post_to_targets(Events& events, Transaction& tx, const RuleRecord& rule, const std::vector<Mailing>& mailings,
                         const Occurrence& occurrence);

// The handler: gives one event to one target.
Result<Delivered> deliver(Events& events, Transaction& tx, const Message& message);

}  // namespace orrery::events
