// CloudTrail's event history: management events of the last 90 days, by the clock.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "services/cloudtrail/events.h"
#include "services/cloudtrail/history.h"
#include "services/observer.h"
#include "store/store.h"

namespace orrery::cloudtrail {

// Injected by the composition root; outlives every call. Data events (items, objects, invocations, log lines) are not
// recorded, as in the event history of the service.
class CloudTrail final : public Observer {
 public:
  CloudTrail(Store& store, Random& random) : store_(store), random_(random), history_(store) {}

  // Writes a management event down; failures are logged, never the request's.
  void answered(const Answered& answered) override;

 private:
  void record(const StoredEvent& event, const Recipient& recipient);

  Store& store_;
  Random& random_;
  History history_;
};

Service cloudtrail_service();

}  // namespace orrery::cloudtrail
