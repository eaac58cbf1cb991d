// maxReceivesPerSecond: when each delivery to an endpoint may be made.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace orrery::sns {

// In memory: a restart begins anew. Time is the Orrery's.
class Pace {
 public:
  // The place of one delivery, `now` or later.
  Instant place(const std::string& endpoint, std::int64_t rate, Instant now);

 private:
  std::mutex mutex_;
  std::map<std::string, Instant> next_;
};

}  // namespace orrery::sns
