// One event on one bus: to the targets of the rules that match, and into the archives.
#pragma once

#include "services/events/delivery/delivery.h"
#include "services/events/metrics.h"
#include "services/events/putting/routes.h"

#include <set>

namespace orrery::events {

struct Incoming {
  std::string id;
  std::string text;      // the envelope
  json::value document;  // the same, parsed
  Instant ingested;
  Came came = Came::Direct;
  std::string trace_id;
  std::string occasion{};                             // "": the id
  const std::set<std::string>* only_rules = nullptr;  // ARNs; nullptr: all rules
};

// False: there is no such bus.
Result<bool> route(Events& events, Transaction& tx, const BusName& bus, const Incoming& event);
// Likewise, by what Routes::of() has said within the transaction; who has called it counts what has matched.
Result<bool> route(Events& events, Transaction& tx, const std::shared_ptr<const BusRoutes>& known,
                   const Incoming& event, Matched& matched);

}  // namespace orrery::events
