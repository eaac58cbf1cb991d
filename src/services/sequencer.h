// Gives out places in a log (records of a shard, of a delivery stream). Writers of one log are put in order by the lock
// on its counter, which a transaction takes before it is given places and keeps until it has committed: so places rise
// in the order of the commits, and whoever has read a log up to a place has seen all that will ever be before it. The
// count itself is kept in memory, seeded from the store: writers need not read what another one has just written, and
// never have to start over because of each other. A transaction that fails leaves a gap.
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace orrery {

struct Places {
  std::uint64_t first = 0;
  Instant at;  // when the records came: never before an earlier one of the log
};

class Sequencer {
 public:
  // The next `count` places of the log with that counter, a key of its own. 0: none, but the lock is held.
  Result<Places> take(Transaction& tx, const std::string& counter_key, std::uint64_t count, Instant now);

 private:
  struct Last {
    std::uint64_t place = 0;
    Instant at;
  };

  std::mutex mutex_;
  std::map<std::string, Last> last_;
};

}  // namespace orrery
