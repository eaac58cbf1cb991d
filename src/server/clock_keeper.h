// The clock's state outlives the server. It is written to the store whenever the clock is set, before those who wait
// for an instant learn of it: the log keeps its order, so what an instant has set off is never known to the store while
// the instant is not. (An `advance` that is killed half-way leaves the clock where it was, not where it began.)
#pragma once

#include "base/clock.h"
#include "store/store.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace orrery::server {

// "running", "offset", "frozen": as the mode is kept, and told.
std::string_view mode_name(Clock::Mode mode);

// What a clock in that state shows.
Instant shown(const Clock::State& state, Instant machine_now);

class ClockKeeper {
 public:
  // Follows the clock from now on; `clock` and `store` outlive it. Before anybody else asks for Clock::on_change.
  static std::shared_ptr<ClockKeeper> follow(Clock& clock, Store& store);
  ClockKeeper(Clock& clock, Store& store) : clock_(clock), store_(store) {}

  // Sets the clock to `wish`, else to what is kept, else leaves it alone. True: it was turned back by that.
  Result<bool> restore(std::optional<Clock::State> wish);

  // Writes the clock's state; safe from kill -9 once the store is durable up to the answer.
  Result<Sequence> keep();

  // Between these, a running clock stands at one instant after the other; it is kept as one that runs from there, for a
  // crash must not leave it standing.
  void begin_winding() { runs_on_ = clock_.state().mode != Clock::Mode::Frozen; }
  void end_winding() { runs_on_ = false; }

 private:
  Clock::State state_to_keep() const;

  Clock& clock_;
  Store& store_;
  std::mutex mutex_;  // the newest state is written last
  std::atomic<bool> runs_on_ = false;
};

}  // namespace orrery::server
