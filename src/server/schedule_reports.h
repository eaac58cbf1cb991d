// Orrery's own API over what runs by the clock:
//
//   GET /_orrery/schedules?limit=N   rules with schedules and schedules, those due next first
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "services/ticks.h"

#include <span>
#include <string_view>
#include <vector>

namespace orrery::server {

struct ScheduleReports {
  Store& store;
  const Clock& clock;
  std::vector<ScheduleSource> sources;

  // {"now", "schedules": […], "more": whether there are others}; those without a tick to come are last.
  Result<json::value> list(std::string_view query) const;
  // Every rule and schedule goes on with its first tick after `now`. Takes long where there are many.
  Result<> rearm_all(Instant now) const;
};

}  // namespace orrery::server
