// Receivers that wait: a connection is parked, no thread is. One thread asks again for them when their queue has
// something, and ends those whose time is over, by the machine's clock or by the Orrery's.
#pragma once

#include "background/background.h"
#include "base/clock.h"
#include "services/wakes.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace orrery::sqs {

class LongPolls {
 public:
  LongPolls(Background& background, Clock& clock, Wakes& wakes);
  ~LongPolls() { stop(); }
  LongPolls(const LongPolls&) = delete;
  LongPolls& operator=(const LongPolls&) = delete;

  enum class Last : std::uint8_t { No, Yes };
  // True: it has been answered. Called with Last::Yes it must be.
  using Ask = std::function<bool(Last)>;
  // Asks at once, on the polls' thread, and then when the queue wakes. False: nobody may wait any more; ask is not
  // called.
  bool park(const std::string& queue_arn, Millis wait, Ask ask);
  // All get their last answers. Not from an Ask.
  void stop();

 private:
  struct Poll {
    Ask ask;
    std::int64_t end_us = 0;
    Instant end;
  };
  struct Line {
    std::list<Poll> polls;  // first come, first served
    std::shared_ptr<void> listening;
    std::shared_ptr<void> held;  // while woken: the clock is not wound on before they were asked
    bool woken = false;
  };

  void wake(const std::string& queue_arn);
  void run();
  // Those of a line until one gets nothing; `over`: those whose time is up.
  void ask_line(std::unique_lock<std::mutex>& lock, const std::string& queue_arn);
  void end_some(std::unique_lock<std::mutex>& lock);
  std::int64_t wait_us();

  Background& background_;
  Clock& clock_;
  Wakes& wakes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Line> lines_;
  bool stopping_ = false, kicked_ = false;
  std::shared_ptr<LongPolls*> self_;  // of the clock's listener, which outlives this
  std::thread thread_;                // last: starts when the rest is there
};

}  // namespace orrery::sqs
