// Background as the rest of the program sees it, and its one thread.
#include "background/advance.h"
#include "background/agenda.h"
#include "background/outbox.h"
#include "background/records.h"
#include "background/timers.h"
#include "base/check.h"

#include <algorithm>
#include <thread>

namespace orrery {
namespace background {
namespace {

class Engine final : public Background {
 public:
  Engine(Store& store, Clock& clock)
      : clock_(clock),
        agenda_(std::make_shared<Agenda>()),
        outbox_(store, clock, agenda_, records_),
        timers_(store, clock, agenda_, outbox_, records_),
        winder_(clock, *agenda_) {
    clock.on_change([agenda = std::weak_ptr(agenda_)] {
      if (const std::shared_ptr<Agenda> still = agenda.lock()) still->clock_changed();
    });
  }
  ~Engine() override { stop(Millis(0)); }

  void on_timer(std::string kind, TimerHandler handler) override {
    CHECK(!worker_.joinable());
    timers_.on(std::move(kind), std::move(handler));
  }
  void on_message(std::string kind, TransactionalHandler handler) override {
    CHECK(!worker_.joinable());
    outbox_.on(kind, std::move(handler));
  }
  void on_message(std::string kind, int concurrency, AsyncHandler handler) override {
    CHECK(!worker_.joinable());
    outbox_.on(kind, concurrency, std::move(handler));
  }

  void on_messages(std::string family, GroupConcurrency concurrency, AsyncHandler handler) override {
    CHECK(!worker_.joinable());
    outbox_.on_family(family, std::move(concurrency), std::move(handler));
  }

  Result<> arm(Transaction& tx, const Timer& timer) override { return timers_.arm(tx, timer); }
  Result<> disarm(Transaction& tx, std::string_view kind, std::string_view id) override {
    return timers_.disarm(tx, kind, id);
  }
  Result<> post(Transaction& tx, const Message& message) override { return outbox_.post(tx, message); }

  Result<> alone(Transaction& tx) override { return outbox_.alone(tx); }

  void start() override;
  void stop(Millis grace) override;

  std::shared_ptr<void> hold() override {
    agenda_->add_hold();
    return {static_cast<void*>(nullptr), [agenda = agenda_](void*) { agenda->release_hold(); }};
  }
  bool settled() override {
    const std::lock_guard lock(agenda_->mutex);
    return agenda_->settled(clock_);
  }

  Result<std::vector<Ran>> advance(Millis span, Millis settle_timeout) override {
    const std::lock_guard lock(advance_mutex_);
    records_.begin_collecting();
    const Result<> wound = winder_.advance(span, settle_timeout);
    std::vector<Ran> ran = records_.end_collecting();
    if (!wound) return fail(wound.error());
    return ran;
  }

  std::vector<Timer> upcoming(std::size_t limit) override { return timers_.upcoming(limit); }
  std::vector<Ran> recent(std::size_t limit) override { return records_.recent(limit); }

 private:
  void run();
  bool wait_for_work();
  void end_deliveries_under_way();

  Clock& clock_;
  const std::shared_ptr<Agenda> agenda_;
  Records records_;
  Outbox outbox_;
  Timers timers_;
  std::mutex advance_mutex_;
  Winder winder_;
  std::int64_t deliveries_end_by_us_ = 0;  // monotonic; guarded by the agenda's mutex
  std::thread worker_;
};

void Engine::start() {
  CHECK(!worker_.joinable());
  {
    const std::lock_guard lock(agenda_->mutex);
    agenda_->timers.restart();
    agenda_->deliveries.clear();
    agenda_->inbox.clear();
    for (auto& [kind, lane] : agenda_->lanes) {
      lane.queue.restart();
      lane.in_flight.clear();
    }
    agenda_->running = true;
    agenda_->stopping = false;
    agenda_->busy = true;
  }
  worker_ = std::thread([this] { run(); });
}

void Engine::stop(Millis grace) {
  if (!worker_.joinable()) return;
  {
    const std::lock_guard lock(agenda_->mutex);
    agenda_->stopping = true;
    deliveries_end_by_us_ = clock_.monotonic_us() + std::chrono::microseconds(grace).count();
    agenda_->work.notify_all();
  }
  worker_.join();
  const std::lock_guard lock(agenda_->mutex);
  agenda_->running = false;
  agenda_->busy = false;
  agenda_->changed.notify_all();
}

// False: stop.
bool Engine::wait_for_work() {
  std::unique_lock lock(agenda_->mutex);
  while (!agenda_->stopping) {
    const std::optional<Instant> wake = agenda_->wake_at(clock_);
    const Instant now = clock_.machine_now();
    if (wake && *wake <= now) {
      agenda_->busy = true;
      return true;
    }
    agenda_->busy = false;
    agenda_->doing.clear();
    agenda_->changed.notify_all();
    // Until a point on the machine's clock, so that a step of it (a suspended laptop) wakes us too.
    if (wake) {
      agenda_->work.wait_until(lock, std::min(*wake, now + std::chrono::hours(24)));
    } else {
      agenda_->work.wait(lock);
    }
  }
  return false;
}

// What is done in time need not be done again.
void Engine::end_deliveries_under_way() {
  while (true) {
    const bool ended = outbox_.end_deliveries();
    std::unique_lock lock(agenda_->mutex);
    // Not ended although there is something: the store refuses, and will for a while.
    if (agenda_->deliveries.empty() || (!ended && !agenda_->inbox.empty())) return;
    const auto come = [this] { return !agenda_->inbox.empty(); };
    const std::chrono::microseconds rest(deliveries_end_by_us_ - clock_.monotonic_us());
    if (!agenda_->work.wait_for(lock, rest, come)) return;
  }
}

void Engine::run() {
  outbox_.find_kinds();
  while (wait_for_work()) {
    bool worked = outbox_.end_deliveries();
    worked = timers_.fire_due() || worked;
    worked = outbox_.deliver_due() || worked;
    if (!worked) std::this_thread::yield();  // the clock was turned back between looking and doing
  }
  end_deliveries_under_way();
}

}  // namespace
}  // namespace background

std::unique_ptr<Background> make_background(Store& store, Clock& clock) {
  return std::make_unique<background::Engine>(store, clock);
}

}  // namespace orrery
