// What one ordered queue of rows (all timers; the messages of one kind) has for the worker, known without asking the
// store: the place of its first row that was not taken yet. Idle queues cost nothing, and a scan never walks over what
// was removed before (tombstones pile up at the head of a queue in every engine).
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::background {

// Not thread-safe: guarded by the Agenda's mutex.
class Queue {
 public:
  // Keys are `prefix`, then the due time in 8 bytes, then the rest.
  explicit Queue(const std::string& prefix);

  // Forgets all it knows: the next scan starts from the head.
  void restart();
  // There is (or may be) a row at `key` that is to be found by the next scan. Called after the row's commit.
  void lower(std::string_view key);
  // Where a scan has to start; from here on, what lower() is told is remembered until finish_scan().
  KeyRange begin_scan();
  // The scan took (or deliberately passed over) everything before `next`; nullopt: everything there was.
  void finish_scan(const std::optional<std::string>& next);
  // A row that sorts before `key` was written since begin_scan().
  bool overtaken(std::string_view key) const { return written_ && *written_ < key; }

  // When the first row is due, or earlier: never later. nullopt: there is none.
  std::optional<Instant> due() const;
  Instant due_of(std::string_view key) const;

  // After an error of the store: left alone until then (monotonic microseconds).
  std::int64_t paused_until_us = 0;

 private:
  const KeyRange range_;
  std::optional<std::string> next_;
  std::optional<std::string> written_;
};

}  // namespace orrery::background
