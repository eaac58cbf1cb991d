// Rows of one queue that are handled one after the other in one transaction, to the same effect as if each had its own:
// the cost of a commit is theirs together.
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace orrery::background {

// The worker's. It ends where one more row would be handled out of order. What shares a chunk depends on the rows
// alone, not on how long they take: the same steps lead to the same order.
class Chunk {
 public:
  static constexpr std::size_t kMost = 16;  // few enough that nobody waits long for what they have locked

  // Marks, for its lifetime, `tx` as the one in which rows due at `due` are handled.
  class Turn {
   public:
    Turn(Chunk& chunk, const Transaction& tx, Instant due) : chunk_(chunk) {
      chunk_.due_ = due;
      chunk_.filed_ = Instant::max();
      chunk_.used_ = false;
      chunk_.tx_.store(&tx, std::memory_order_relaxed);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { chunk_.tx_.store(nullptr, std::memory_order_relaxed); }

    // Something was filed in this turn that comes before the rest.
    bool over() const { return chunk_.filed_ <= chunk_.due_; }

   private:
    Chunk& chunk_;
  };

  // Is it the transaction of the turn? On any thread; only the worker's own can be.
  bool in(const Transaction& tx) const { return tx_.load(std::memory_order_relaxed) == &tx; }
  // In it, another row of the queue was filed.
  void filed(Instant due) { filed_ = std::min(filed_, due); }
  // In it, a row was handled.
  void use() { used_ = true; }
  bool used() const { return used_; }

 private:
  std::atomic<const Transaction*> tx_ = nullptr;
  Instant due_;
  Instant filed_ = Instant::max();
  bool used_ = false;
};

}  // namespace orrery::background
