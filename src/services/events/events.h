// Amazon EventBridge: event buses, rules with their schedules and event patterns, targets, events, archives and
// replays, connections and API destinations.
#pragma once

#include "background/background.h"
#include "schedule/catch_up.h"
#include "services/dispatcher.h"
#include "services/operation.h"
#include "services/ticks.h"

#include <span>

namespace orrery {
class MetricSink;
}
namespace orrery::http {
class Client;
}

namespace orrery::events {

class Routes;
class Pace;
class Tokens;
std::shared_ptr<Routes> make_routes();
std::shared_ptr<Pace> make_pace();
std::shared_ptr<Tokens> make_tokens();

// What the service needs from outside, of which it owns none; and what it has compiled of the rules.
struct Events {
  Background& background;
  Dispatcher& dispatcher;
  Store& store;
  Random& random;
  const Clock& clock;

  // For API destinations; without them nothing goes there. Set before background.start(); the client ends before this.
  http::Client* client = nullptr;
  Authorizer* authorizer = nullptr;  // says whether a target's role may invoke

  std::shared_ptr<Routes> routes = make_routes();
  std::shared_ptr<Pace> pace = make_pace();
  std::shared_ptr<Tokens> tokens = make_tokens();
  std::span<const Service> services = {};  // whose operations are universal targets; set before requests come
  schedule::CatchUp catch_up = {};         // of rules without a tag that says it
  std::size_t most_rules = 300;            // of a bus: the default quota
  MetricSink* metrics = nullptr;           // null: nothing is published
};

// `events` must outlive the service.
Service events_service(Events& events);
// The handlers of the timers "events.rule" (a schedule's tick), "events.archive" (what an archive has kept for long
// enough) and "events.forget" (a replay that ended 90 days ago), and of the messages "events.deliver" (one event for
// one target) and "events.replay" (some events of an archive). Before background.start().
void register_background(Events& events);
// Its rules that have schedules. `events` must outlive it.
ScheduleSource schedule_source(Events& events);

}  // namespace orrery::events
