// Work that takes long (a large backup, an export): each is a message of the outbox whose delivery runs on a thread of
// its own, so that neither requests nor other background work wait for it, `clock advance` does, and one that a crash
// has cut short is delivered again. And the snapshots that such work was ordered with: they live in memory, hence not
// beyond a crash.
#pragma once

#include "base/worker.h"
#include "store/store.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace orrery::dynamodb {

class Jobs {
 public:
  Jobs() = default;
  ~Jobs() { stop(); }
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // Runs the job on the thread of that kind, after those posted before.
  void post(const std::string& kind, std::function<void()> job);
  // What is under way sees stopping() and leaves off; what has not begun is dropped.
  void stop();
  bool stopping() const { return stopping_; }

  // Keeps the snapshot for whoever works on `id`, from within the transaction that orders it: should that one fail, the
  // snapshot goes after a minute (`now_us`: Clock::monotonic_us).
  void keep(Transaction& tx, const std::string& id, std::shared_ptr<Reader> snapshot, std::int64_t now_us);
  // nullptr: it was kept by another process, which has ended.
  std::shared_ptr<Reader> kept(const std::string& id);
  void forget(const std::string& id);

 private:
  struct Kept {
    std::shared_ptr<Reader> snapshot;
    std::int64_t since_us = 0;
    bool committed = false;
  };
  // Outlives this: commit hooks hold it.
  struct Shelf {
    std::mutex mutex;
    std::map<std::string, Kept> kept;
  };

  std::atomic<bool> stopping_ = false;
  std::shared_ptr<Shelf> shelf_ = std::make_shared<Shelf>();
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Worker>> workers_;
};

}  // namespace orrery::dynamodb
