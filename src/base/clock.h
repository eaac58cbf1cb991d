// Time is an input: the only source of "now". Constructed in main and handed down; nothing else reads a clock.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace orrery {

class Clock {
 public:
  enum class Mode : std::uint8_t {
    Running,  // the machine's clock
    Offset,   // running, shifted by a constant
    Frozen,   // moves only when told
  };
  struct State {
    Mode mode = Mode::Running;
    Millis offset{0};   // Offset: added to the machine's clock
    Instant frozen_at;  // Frozen: what now() answers
  };

  Clock() = default;
  explicit Clock(State state) : state_(state) {}
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  // The time that schedules, records and sessions live by. Thread-safe.
  Instant now() const;
  // The machine's own time, whatever the mode. Only for what the outside world stamps: request signatures, TLS.
  Instant machine_now() const;
  // Monotonic, for measuring how long something took (microseconds since an arbitrary start). Never frozen.
  std::int64_t monotonic_us() const;

  State state() const;
  // Switches mode; listeners (see on_change) are called before it returns.
  void set(State state);
  void freeze(Instant at) { set({Mode::Frozen, Millis(0), at}); }
  void run() { set({Mode::Running, Millis(0), {}}); }

  // Called after every set(): whoever sleeps until an instant must look again. Register before threads start.
  void on_change(std::function<void()> listener);

 private:
  mutable std::mutex mutex_;
  State state_;
  std::vector<std::function<void()>> listeners_;
};

}  // namespace orrery
