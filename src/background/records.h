// What ran: the last few things always, everything while somebody collects (an advance).
#pragma once

#include "background/background.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace orrery::background {

class Records {
 public:
  enum class Phase : std::uint8_t { Timer, Message };

  void add(Phase phase, Ran ran);

  void begin_collecting();
  // What was added since begin_collecting(), in order of time. Within one instant: timers, then messages, each by kind
  // and id, so that the answer does not depend on which delivery happened to end first.
  std::vector<Ran> end_collecting();
  // The newest `limit`, oldest of them first.
  std::vector<Ran> recent(std::size_t limit) const;

 private:
  static constexpr std::size_t kRecent = 1000;
  static constexpr std::size_t kCollected = 100'000;  // older ones are dropped

  struct Entry {
    Phase phase = Phase::Timer;
    Ran ran;
  };

  mutable std::mutex mutex_;
  std::deque<Ran> recent_;
  bool collecting_ = false;
  std::deque<Entry> collected_;
};

}  // namespace orrery::background
