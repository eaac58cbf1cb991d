#include "background/timers.h"

#include "background/rows.h"
#include "background/take_due.h"
#include "base/log.h"
#include "store/key.h"

namespace orrery::background {

Result<> Timers::arm(Transaction& tx, const Timer& timer) {
  std::optional<std::string> former;
  const bool here = chunk_.in(tx);
  if (here && firing_ != nullptr && timer.kind == firing_->kind && timer.id == firing_->id) {
    TRY(put_timer(tx, timer));  // nearly every handler arms its own timer anew, whose row has gone already
    firing_ = nullptr;
  } else {
    former = TRY(file_timer(tx, timer));
  }
  if (here) chunk_.filed(timer.due);
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
  for (std::span<const Row> rest = rows; !rest.empty();) {
    const Timer first = *read_timer(rest.front().key, rest.front().value);
    if (!agenda_->begin(agenda_->timers, rest.front().key, "timer " + first.kind + " " + first.id, clock_)) break;
    const std::span<const Row> chunk = rest.first(of_one_instant(agenda_->timers, rest, Chunk::kMost));
    std::size_t fired = fire(chunk);
    if (fired == 0) fired = fire(chunk.first(1));  // one of them may spoil the transaction of all
    rest = rest.subspan(fired);
  }
  return true;
}

// In one transaction; how many. 0: that of several failed, and none was.
std::size_t Timers::fire(std::span<const Row> rows) {
  Firing firing;
  const auto count = store_.transact([&](Transaction& tx) { return fire(tx, rows, firing); });
  if (!count && rows.size() > 1) return 0;
  if (!count) {
    const Timer timer = *read_timer(rows[0].key, rows[0].value);
    report({rows[0].key, timer, {clock_.now(), timer.kind, timer.id, true, {}}, count.error()});
    return 1;
  }
  for (Fired& one : firing.timers) report(std::move(one));
  for (Outbox::Settled& one : firing.messages) outbox_.report(std::move(one));
  return *count;
}

// One alone posts messages as rows: theirs may be what spoils the transaction.
Result<std::size_t> Timers::fire(Transaction& tx, std::span<const Row> rows, Firing& firing) {
  firing = {};
  const Chunk::Turn turn(chunk_, tx, agenda_->timers.due_of(rows.front().key));
  std::optional<Outbox::AtOnce> at_once;
  if (rows.size() > 1) at_once.emplace(outbox_, tx);
  std::size_t done = 0;
  do {
    const std::size_t posted = at_once ? at_once->posted() : 0;
    auto one = TRY(fire_one(tx, rows[done]));
    if (!one) continue;
    if (one->error && at_once) at_once->forget(posted);
    firing.timers.push_back(*std::move(one));
  } while (++done < rows.size() && !turn.over());
  if (at_once) firing.messages = TRY(at_once->deliver(tx));
  return done;
}

// nullopt: disarmed, moved, or fired by another node since it was seen. A conflict is the transaction's.
Result<std::optional<Timers::Fired>> Timers::fire_one(Transaction& tx, const Row& row) {
  const std::optional<std::string> value = TRY(tx.get(row.key));
  if (!value) return std::optional<Fired>();
  std::optional<Timer> timer = read_timer(row.key, *value);
  if (!timer) return fail(internal_error("the timer was overwritten by a newer version"));
  timer->now = clock_.now();
  Ran ran{timer->now, timer->kind, timer->id, true, {}, clock_.monotonic_us()};
  const Result<> done = tx.nested([&]() -> Result<> {
    TRY(tx.erase(row.key));
    firing_ = &*timer;
    TRY(handlers_.at(timer->kind)(tx, *timer));
    return firing_ == nullptr ? Result<>() : erase_timer_index(tx, *timer);
  });
  firing_ = nullptr;
  if (!done && done.error().kind == Error::Kind::Conflict) return fail(done.error());
  ran.duration_us = clock_.monotonic_us() - ran.duration_us;
  return std::optional(
      Fired{row.key, *std::move(timer), std::move(ran), done ? std::nullopt : std::optional(done.error())});
}

void Timers::report(Fired fired) {
  if (fired.error) {
    fired.ran.ok = false;
    fired.ran.summary = fired.error->code + ": " + fired.error->message;
    put_off(fired.key, fired.timer, *fired.error);
  } else {
    const std::lock_guard lock(agenda_->mutex);
    // Only this firing's failures: the handler may have armed the same key anew, which forgot them already.
    agenda_->forget_failure(fired.key);
  }
  records_.add(Records::Phase::Timer, std::move(fired.ran));
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
