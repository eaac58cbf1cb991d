#include "store/rocksdb/sync_thread.h"

#include "base/log.h"

#include <chrono>

namespace orrery::store {

namespace {
constexpr std::chrono::milliseconds kResumeEvery{250};
}

SyncThread::SyncThread(Engine engine, Sequence durable)
    : engine_(std::move(engine)), durable_(durable), thread_([this] { run(); }) {}

SyncThread::~SyncThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SyncThread::on_durable(Sequence sequence, std::function<void(Result<>)> done) {
  if (sequence <= durable()) {
    done({});
    return;
  }
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiters_.empty();
    waiters_.push_back(std::move(done));
  }
  if (first) wake_.notify_one();
}

void SyncThread::report_failure(const Error& why) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    failed_ = true;
    cause_ = why.message;
  }
  log::error("the store refuses writes until the cause is gone", {{"cause", why.message}});
  wake_.notify_one();
}

void SyncThread::run() {
  auto next_resume = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (true) {
    const auto called = [this] { return stop_ || !waiters_.empty(); };
    if (failed_) {
      wake_.wait_until(lock, next_resume, called);
    } else {
      wake_.wait(lock, [&] { return called() || failed_; });
    }
    if (stop_ && waiters_.empty()) return;
    Waiters batch = std::exchange(waiters_, {});
    const bool was_failed = failed_;
    Result<> outcome = fail(internal_error(cause_));
    lock.unlock();

    // Before the sync: whatever is committed meanwhile may have missed it.
    const Sequence reached = engine_.committed();
    if (!was_failed) {
      outcome = engine_.sync();
      if (!outcome) report_failure(outcome.error());
    } else if (const auto now = std::chrono::steady_clock::now(); now >= next_resume) {
      outcome = engine_.resume();
      next_resume = now + kResumeEvery;
    }
    if (outcome) durable_.store(reached, std::memory_order_release);
    for (const auto& done : batch) done(outcome);
    batch.clear();

    lock.lock();
    if (was_failed && outcome) {
      failed_ = false;
      log::info("the store accepts writes again");
    }
  }
}

}  // namespace orrery::store
