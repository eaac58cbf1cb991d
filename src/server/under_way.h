// Counts what is under way, so that a stop can wait for it.
#pragma once

#include "base/time.h"

#include <condition_variable>
#include <mutex>

namespace orrery::server {

class UnderWay {
 public:
  // Counts while it lives.
  class Entry {
   public:
    explicit Entry(UnderWay& all) : all_(all) { all_.arrive(); }
    ~Entry() { all_.leave(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    UnderWay& all_;
  };

  // False when there is still some after `timeout`.
  bool wait_for_none(Millis timeout) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, timeout, [this] { return count_ == 0; });
  }

 private:
  void leave() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void arrive() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }

  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};

}  // namespace orrery::server
