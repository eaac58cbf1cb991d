#include "background/timers.h"

#include "background/rows.h"
#include "background/take_due.h"
#include "base/log.h"
#include "store/key.h"

namespace orrery::background {

Result<> Timers::arm(Transaction& tx, const Timer& timer) {
  const std::optional<std::string> former = TRY(file_timer(tx, timer));
  tx.on_commit([agenda = agenda_, key = timer_key(timer.due, timer.kind, timer.id), former] {
    agenda->timer_filed(key, former);
  });
  return {};
}

Result<> Timers::disarm(Transaction& tx, std::string_view kind, std::string_view id) {
  const std::optional<std::string> former = TRY(remove_timer(tx, kind, id));
  if (former) tx.on_commit([agenda = agenda_, key = *former] { agenda->timer_removed(key); });
  return {};
}

std::vector<Timer> Timers::upcoming(std::size_t limit) {
  std::vector<Timer> timers;
  const std::unique_ptr<Reader> reader = store_.snapshot();
  const std::unique_ptr<Cursor> cursor = reader->scan(prefix_range(KeyWriter(KeyKind::Timer).take()));
  while (timers.size() < limit && cursor->next()) {
    if (auto timer = read_timer(cursor->key(), cursor->value())) timers.push_back(*std::move(timer));
  }
  if (const Result<> status = cursor->status(); !status) {
    log::error("the timers cannot be listed", {{"error", status.error().message}});
  }
  return timers;
}

bool Timers::accept(const std::string& key, const std::string& value) {
  const std::optional<Timer> timer = read_timer(key, value);
  if (!timer) {
    log::error("a timer was written by a newer version and does not fire", {{"key", key}});
    return false;
  }
  if (handlers_.count(timer->kind) == 0) {
    if (unknown_kinds_.insert(timer->kind).second) {
      log::warning("timers of an unknown kind stay and do not fire", {{"kind", timer->kind}});
    }
    return false;
  }
  const std::lock_guard lock(agenda_->mutex);
  const auto failed = agenda_->failed.find(key);
  return failed == agenda_->failed.end() || !failed->second.retry_at_us;
}

bool Timers::fire_due() {
  {
    const std::lock_guard lock(agenda_->mutex);
    agenda_->requeue_failed(clock_.monotonic_us());
    if (!Agenda::ready(agenda_->timers, clock_)) return false;
  }
  const std::vector<Row> rows = take_due(store_, clock_, *agenda_, agenda_->timers, clock_.now(), kBatch,
                                         [this](const Row& row) { return accept(row.key, row.value); });
  for (const Row& row : rows) {
    const Timer timer = *read_timer(row.key, row.value);
    if (!agenda_->begin(agenda_->timers, row.key, "timer " + timer.kind + " " + timer.id, clock_)) break;
    fire(row.key, timer);
  }
  return true;
}

void Timers::fire(const std::string& key, const Timer& seen) {
  const Background::TimerHandler& handler = handlers_.at(seen.kind);
  Ran ran{clock_.now(), seen.kind, seen.id, true, {}, clock_.monotonic_us()};
  const Result<bool> fired = store_.transact([&](Transaction& tx) -> Result<bool> {
    const std::optional<std::string> value = TRY(tx.get(key));
    if (!value) return false;  // disarmed, moved, or fired by another node since it was seen
    std::optional<Timer> timer = read_timer(key, *value);
    if (!timer) return fail(internal_error("the timer was overwritten by a newer version"));
    timer->now = clock_.now();
    TRY(erase_timer(tx, key, *timer));
    TRY(handler(tx, *timer));
    return true;
  });
  if (fired && !*fired) return;
  ran.duration_us = clock_.monotonic_us() - ran.duration_us;
  if (!fired) {
    ran.ok = false;
    ran.summary = fired.error().code + ": " + fired.error().message;
    put_off(key, seen, fired.error());
  } else {
    const std::lock_guard lock(agenda_->mutex);
    // Only this firing's failures: the handler may have armed the same key anew, which forgot them already.
    agenda_->forget_failure(key);
  }
  records_.add(Records::Phase::Timer, std::move(ran));
}

// The machine's time counts here, not the Orrery's: nothing of the user's world happened yet.
void Timers::put_off(const std::string& key, const Timer& timer, const Error& error) {
  const std::lock_guard lock(agenda_->mutex);
  const auto before = agenda_->failed.find(key);
  const int failures = before == agenda_->failed.end() ? 1 : before->second.failures + 1;
  const Millis pause = back_off(failures);
  log::warning("a timer's handler failed, it is tried again", {{"kind", timer.kind},
                                                               {"id", timer.id},
                                                               {"due", iso8601_millis(timer.due)},
                                                               {"error", error.code + ": " + error.message},
                                                               {"failures", std::to_string(failures)},
                                                               {"again_in", format_duration(pause)}});
  agenda_->retry_timer(key, {failures, timer.kind, timer.id, error.message,
                             clock_.monotonic_us() + std::chrono::microseconds(pause).count()});
}

}  // namespace orrery::background
