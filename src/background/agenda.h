// What is to be done and what is under way: the memory that the worker shares with those who commit rows, end
// deliveries, hold the clock or wait until all is settled. It outlives the Background for as long as somebody still has
// a commit hook, a `done` or a hold in hand; it knows nobody.
#pragma once

#include "background/background.h"
#include "background/queue.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace orrery::background {

// Failures back off 1 s, 2 s, 4 s, … up to a minute. `failures` counts from 1.
Millis back_off(int failures);

// The messages of one kind.
struct Lane {
  explicit Lane(const std::string& kind);

  std::string kind;
  std::string family;  // of "FAMILY/GROUP", where such a family is handled; otherwise empty
  Queue queue;
  int concurrency = 0;        // 0: transactional
  std::int64_t asked_us = 0;  // when a group's concurrency was asked for, monotonic
  const std::string& shown() const { return family.empty() ? kind : family; }
  std::string_view group() const { return std::string_view(kind).substr(family.size() + 1); }
  std::map<std::string, std::uint64_t> in_flight;  // id -> number of its delivery
  // While a group has all under way that it may, it is asked for so often whether it may have more.
  static constexpr std::int64_t kAskAgainUs = 500'000;
  bool full() const { return concurrency > 0 && in_flight.size() >= static_cast<std::size_t>(concurrency); }
};

// An asynchronous delivery under way.
struct Delivery {
  Lane* lane = nullptr;
  std::string key;  // of the message's row
  std::uint64_t stamp = 0;
  std::string id;
  int attempts = 0;
  Instant at;                         // began, on the Orrery's clock
  std::int64_t began_us = 0;          // likewise, monotonic
  std::optional<std::string> passed;  // a row of the same id that a scan has met meanwhile
};

struct Completion {
  std::uint64_t delivery = 0;
  std::optional<Delivered> delivered;  // nullopt: the handler let go of `done` without calling it
};

// A timer whose handler failed.
struct FailedTimer {
  int failures = 0;
  std::string kind, id, error;
  std::optional<std::int64_t> retry_at_us;  // nullopt: handed to the queue again
};

class Agenda {
 public:
  Agenda();

  // Everything below is guarded by `mutex`; the member functions marked "locked" expect it held.
  std::mutex mutex;
  std::condition_variable work;     // the worker waits on it
  std::condition_variable changed;  // settle waits on it

  bool running = false;   // between start() and stop()
  bool stopping = false;  // asks the worker to end
  bool busy = false;      // the worker does something
  std::string doing;      // what, for people: "timer events.rule daily"
  std::int64_t doing_since_us = 0;
  int holds = 0;

  Queue timers;
  std::map<std::string, FailedTimer> failed;  // by the timer's key
  std::map<std::string, Lane> lanes;          // by kind; those of families come and go
  std::set<std::string, std::less<>> families;
  std::map<std::uint64_t, Delivery> deliveries;
  std::vector<Completion> inbox;
  std::int64_t inbox_paused_until_us = 0;

  // Locked. Is anything due, under way or held?
  bool settled(const Clock& clock) const;
  // Locked. Has the queue a row that is due (or a head not looked at), and is it not paused?
  static bool ready(const Queue& queue, const Clock& clock);
  // Locked. The machine's instant at which the worker has something to do; in the past: now; nullopt: when it is told.
  std::optional<Instant> wake_at(const Clock& clock) const;
  // Locked. The earliest instant on the Orrery's clock at which a row is due, or one that is before it.
  std::optional<Instant> next_due() const;
  // Locked. For the error when settling takes too long.
  std::string what_hangs(const Clock& clock) const;

  // Locked. The failed timer `key`, to be tried again at `retry_at_us`.
  void retry_timer(const std::string& key, FailedTimer failed_timer);
  void forget_failure(const std::string& key);
  // Locked. Hands failed timers whose time has come to the queue.
  void requeue_failed(std::int64_t now_us);

  // Not locked: the worker is about to handle the row `key` of `queue`, one of those it took. False when it has to let
  // go of it and of those after it (it stops, or an earlier row came up); the queue knows, then, where to go on.
  bool begin(Queue& queue, const std::string& key, std::string what, const Clock& clock);

  // Not locked: what commit hooks and handlers call, on any thread.
  void timer_filed(const std::string& key, const std::optional<std::string>& former);
  void timer_removed(const std::string& key);
  void message_filed(const std::string& kind, const std::string& key);
  void complete(std::uint64_t delivery, std::optional<Delivered> delivered);
  void clock_changed();
  void add_hold();
  void release_hold();
  bool knows_lane(const std::string& kind);

  // Locked. The messages of that kind; those of a family's are made when they are missing. nullptr: nobody handles it.
  Lane* lane_of(const std::string& kind);
  // Not locked. The lanes in which something is due; of families the ones that have nothing more are forgotten.
  std::vector<Lane*> lanes_with_work(const Clock& clock);

 private:
  std::set<std::pair<std::int64_t, std::string>> retries_;  // failed timers by retry_at_us
};

}  // namespace orrery::background
