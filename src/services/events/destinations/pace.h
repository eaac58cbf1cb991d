// InvocationRateLimitPerSecond: when each invocation of a destination may be made.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace orrery::events {

// In memory: a restart begins anew. Time is the Orrery's.
class Pace {
 public:
  // The place of one invocation, `now` or later: no second has more than `rate` of them.
  Instant place(const std::string& destination, std::int64_t rate, Instant now);

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<Instant>> places_;  // the last ones given, oldest first, at most as many as the rate
};

}  // namespace orrery::events
