#include "services/events/putting/routing.h"

#include "services/events/archives/archiving.h"

namespace orrery::events {

Result<bool> route(Events& events, Transaction& tx, const BusName& bus, const Incoming& event) {
  const auto known = TRY(events.routes->of(tx, bus));
  Matched matched;
  const bool there = TRY(route(events, tx, known, event, matched));
  count_matched(tx, events, std::move(matched));
  return there;
}

Result<bool> route(Events& events, Transaction& tx, const std::shared_ptr<const BusRoutes>& known,
                   const Incoming& event, Matched& matched) {
  if (!known->exists) return false;
  Occurrence occurrence{event.text, event.ingested, event.occasion.empty() ? event.id : event.occasion, event.came,
                        event.trace_id};
  std::vector<std::size_t> places = known->index.matching(event.document);
  if (event.only_rules != nullptr) {
    std::erase_if(places,
                  [&](std::size_t place) { return !event.only_rules->contains(known->routes[place].rule.arn); });
  }
  for (const std::size_t place : places) {
    const Route& one = known->routes[place];
    if (!one.rule.archive.empty()) {
      TRY(keep(tx, one.rule, event));
    } else {
      TRY(post_to_targets(events, tx, one.rule, one.mailings, occurrence));
    }
  }
  if (!places.empty()) matched.push_back({known, std::move(places)});
  return true;
}

}  // namespace orrery::events
