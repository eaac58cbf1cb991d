// What the tests of this folder share: a store, a clock, the background work on them, and a list of what happened.
// For tests only.
#pragma once

#include "background/background.h"
#include "store/key.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::background {

inline const Instant kStart = instant_from_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z
inline constexpr Millis kSecond{1000};
inline constexpr Millis kDay = std::chrono::hours(24);
inline constexpr Millis kPatience{20'000};

// Lines that several threads write.
class Happened {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    grown_.notify_all();
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // False when there are not that many in time.
  bool wait_for(std::size_t count, Millis patience = kPatience) {
    std::unique_lock lock(mutex_);
    return grown_.wait_for(lock, patience, [&] { return lines_.size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<std::string> lines_;
};

// On an in-memory store; the clock stands at kStart.
class BackgroundTest : public testing::Test {
 protected:
  BackgroundTest() { clock.freeze(kStart); }

  void arm(const std::string& id, Instant due, const std::string& payload = "", const std::string& kind = "tick") {
    const Result<> done = store->transact([&](Transaction& tx) {
      return background->arm(tx, {kind, id, due, payload});
    });
    ASSERT_TRUE(done);
  }
  void disarm(const std::string& id) {
    const Result<> done = store->transact([&](Transaction& tx) { return background->disarm(tx, "tick", id); });
    ASSERT_TRUE(done);
  }
  Message message(const std::string& id, Instant due, const std::string& payload = "",
                  const std::string& kind = "mail") {
    Message message;
    message.kind = kind;
    message.id = id;
    message.due = due;
    message.payload = payload;
    return message;
  }
  void post(const Message& what) {
    const Result<> done = store->transact([&](Transaction& tx) { return background->post(tx, what); });
    ASSERT_TRUE(done);
  }
  // "tick" timers add "ID@SECONDS" (of the clock, since kStart) to `happened`.
  void note_ticks() {
    background->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
      tx.on_commit([this, id = timer.id, at = clock.now()] { note(id, at); });
      return {};
    });
  }
  void note(const std::string& id, Instant at) {
    happened.add(id + "@" + std::to_string((at - kStart).count() / 1000));
  }

  bool settle(Millis patience = kPatience) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!background->settled()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::sleep_for(Millis(1));
    }
    return true;
  }

  std::unique_ptr<Store> store = make_memory_store();
  Clock clock;
  Happened happened;
  std::unique_ptr<Background> background = make_background(*store, clock);  // the first to go: its thread uses the rest
};

}  // namespace orrery::background
