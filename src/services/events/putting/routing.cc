#include "services/events/putting/routing.h"

#include "services/events/archives/archiving.h"

namespace orrery::events {

Result<bool> route(Events& events, Transaction& tx, const BusName& bus, const Incoming& event) {
  const auto known = TRY(events.routes->of(tx, bus));
  return route(events, tx, *known, event);
}

Result<bool> route(Events& events, Transaction& tx, const BusRoutes& known, const Incoming& event) {
  if (!known.exists) return false;
  Occurrence occurrence{event.text, event.ingested, event.occasion.empty() ? event.id : event.occasion, event.came,
                        event.trace_id};
  for (const std::size_t place : known.index.matching(event.document)) {
    const Route& one = known.routes[place];
    if (event.only_rules != nullptr && !event.only_rules->contains(one.rule.arn)) continue;
    if (!one.rule.archive.empty()) {
      TRY(keep(tx, one.rule, event));
    } else {
      TRY(post_to_targets(events, tx, one.rule, one.targets, occurrence));
    }
  }
  return true;
}

}  // namespace orrery::events
