// Every request, kept in the store: who asked for what, which policy decided, what came of it. Requests are gathered in
// memory, in a compact form, and written by a thread of their own, many in one row: nothing of it is on a request's way
// but some 100 ns of copying. The last second's may be lost with the machine. The oldest rows go when all together
// exceed the limit.
#pragma once

#include "base/clock.h"
#include "gateway/access_entry.h"
#include "services/observer.h"
#include "store/store.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace orrery::gateway {

class AccessLog final : public Observer {
 public:
  AccessLog(Store& store, Clock& clock, std::size_t limit_bytes);
  ~AccessLog() override { stop(); }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void answered(const Answered& answered) override;
  // Writes what is in memory; for who wants to read it.
  Result<> flush();
  // Newest first within a block of some thousand, blocks newest first; visit() returns false to end it. Includes all
  // that was answered before the call.
  Result<> read(const std::function<bool(const AccessEntry&)>& visit);
  // Writes what is there and ends the thread. What comes later is not logged.
  void stop();

 private:
  struct Row {
    std::string key;
    std::size_t bytes;
  };
  void run();
  Result<> write(std::string block);
  Result<> count_rows();

  Store& store_;
  Clock& clock_;
  const std::size_t limit_bytes_;

  std::mutex mutex_;  // of the block being filled
  std::condition_variable wake_;
  AccessBlock block_;
  bool stopping_ = false;

  std::mutex writing_;  // of what follows
  bool counted_ = false;
  std::deque<Row> rows_;  // oldest first
  std::size_t total_ = 0;
  std::uint64_t next_ = 1;

  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace orrery::gateway
