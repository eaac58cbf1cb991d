// What EventBridge publishes to CloudWatch (docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html): of
// all rules, of each bus but the default one, and of each rule.
#pragma once

#include "services/events/delivery/parcel.h"
#include "services/events/events.h"
#include "services/events/putting/routes.h"

#include <memory>
#include <vector>

namespace orrery::events {

// Events, and which of their bus's rules each has matched.
struct MatchedEvent {
  std::shared_ptr<const BusRoutes> bus;
  std::vector<std::size_t> places;
};
using Matched = std::vector<MatchedEvent>;
// Once the transaction has committed.
void count_matched(Transaction& tx, const Events& events, Matched matched);
// A schedule's tick is an event that its rule alone matches.
void count_tick(Transaction& tx, const Events& events, const RuleRecord& rule);

// What became of one attempt to give an event to a target.
enum class Attempted : std::uint8_t {
  Taken,
  Refused,  // and not tried again
  PutOff,
  Expired,  // not tried any more
};
// `before`: attempts that were put off. Not within a transaction, which may be run again: Taken goes by on_commit().
void count_attempt(const Events& events, const Parcel& parcel, std::int64_t before, Attempted how);
void count_attempt_with(Transaction& tx, const Events& events, const Parcel& parcel, std::int64_t before,
                        Attempted how);

// Whether a dead letter has reached its queue.
enum class Buried : std::uint8_t { Yes, No };
void count_letter_with(Transaction& tx, const Events& events, const Parcel& parcel, Buried buried);

}  // namespace orrery::events
