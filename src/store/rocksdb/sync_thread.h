// The one thread that makes commits durable: it sleeps until someone waits, then one sync serves all who wait.
#pragma once

#include "store/store.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace orrery::store {

class SyncThread {
 public:
  struct Engine {
    std::function<Sequence()> committed;  // of the newest commit
    std::function<Result<>()> sync;       // all commits so far are on disk when it returns
    std::function<Result<>()> resume;     // leaves the failed state; afterwards all commits so far are on disk
  };

  explicit SyncThread(Engine engine, Sequence durable);
  SyncThread(const SyncThread&) = delete;
  SyncThread& operator=(const SyncThread&) = delete;
  ~SyncThread();  // serves those who still wait, then ends

  Sequence durable() const { return durable_.load(std::memory_order_acquire); }
  void on_durable(Sequence sequence, std::function<void(Result<>)> done);
  // The engine has refused a commit: it is resumed on the sync thread, again and again until it works.
  void report_failure(const Error& why);

 private:
  using Waiters = std::vector<std::function<void(Result<>)>>;

  void run();

  Engine engine_;
  std::atomic<Sequence> durable_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Waiters waiters_;  // guarded by mutex_, like the next three
  bool stop_ = false;
  bool failed_ = false;
  std::string cause_;   // of the failure, in words
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace orrery::store
