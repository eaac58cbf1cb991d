// Rows of one queue that are handled one after the other in one transaction, to the same effect as if each had its own:
// the cost of a commit is theirs together.
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace orrery::background {

// The worker's. It ends where one more row would be handled out of order, or others would wait for long.
class Chunk {
 public:
  static constexpr std::int64_t kLongestUs = 10'000;

  // Marks, for its lifetime, `tx` as the one in which rows due at `due` are handled.
  class Turn {
   public:
    Turn(Chunk& chunk, const Transaction& tx, Instant due, std::int64_t now_us) : chunk_(chunk) {
      chunk_.due_ = due;
      chunk_.filed_ = Instant::max();
      chunk_.ends_us_ = now_us + kLongestUs;
      chunk_.tx_.store(&tx, std::memory_order_relaxed);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { chunk_.tx_.store(nullptr, std::memory_order_relaxed); }

    // Something was filed in this turn that comes before the rest, or it has taken its time.
    bool over(std::int64_t now_us) const { return chunk_.filed_ <= chunk_.due_ || late(now_us); }
    bool late(std::int64_t now_us) const { return now_us >= chunk_.ends_us_; }

   private:
    Chunk& chunk_;
  };

  // Is it the transaction of the turn? On any thread; only the worker's own can be.
  bool in(const Transaction& tx) const { return tx_.load(std::memory_order_relaxed) == &tx; }
  // In it, another row of the queue was filed.
  void filed(Instant due) { filed_ = std::min(filed_, due); }

 private:
  std::atomic<const Transaction*> tx_ = nullptr;
  Instant due_;
  Instant filed_ = Instant::max();
  std::int64_t ends_us_ = 0;
};

}  // namespace orrery::background
