// Durable timers and the outbox: what makes deferred effects happen if and only if their cause committed (DESIGN.md
// sections 4 and 6).
//
// A timer is a row ordered by due time; firing it (remove, re-arm, write outbox rows) is one transaction. A message is
// an outbox row written in the transaction of its cause; its handler's effect and its removal are one transaction too,
// or, for effects outside the store (running a function), the row goes once the effect has ended: after a crash in
// between, the message is delivered again under the same id.
#pragma once

#include "base/clock.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

struct Timer {
  std::string kind;  // chooses the handler: "events.rule"
  std::string id;    // unique within its kind
  Instant due;
  std::string payload;
  Instant now{};  // when the handler runs, on the Orrery's clock: later than `due` after downtime. Not stored.
};

struct Message {
  std::string kind;  // chooses the handler: "events.deliver", "lambda.invoke"
  std::string id;    // unique within its kind; deterministic where its cause is (the rule's ARN and the tick's time)
  Instant due;       // not delivered before
  std::string payload;
  int attempts = 0;  // deliveries that were tried and put off
  Instant created;
};

// What became of a delivery.
struct Delivered {
  std::optional<Instant> retry_at;  // put off until then (attempts + 1); nullopt: the message is done and goes
  std::string payload;              // replaces the message's when put off and not empty
  bool ok = true;
  std::string summary;  // one line for reports: "rule daily -> function export: 200 in 31 ms"
  // Of a transactional handler: what it wrote is undone, and this written in its place, in the transaction that ends
  // the message or puts it off.
  std::function<Result<>(Transaction&)> instead{};
};

// One thing that ran, as `orrery clock advance` prints it.
struct Ran {
  Instant at;  // on the Orrery's clock
  std::string kind, id;
  bool ok = true;
  std::string summary;
  std::int64_t duration_us = 0;
};

class Background {
 public:
  virtual ~Background() = default;

  using TimerHandler = std::function<Result<>(Transaction&, const Timer&)>;
  using TransactionalHandler = std::function<Result<Delivered>(Transaction&, const Message&)>;
  using AsyncHandler = std::function<void(const Message&, std::function<void(Delivered)> done)>;
  using GroupConcurrency = std::function<int(std::string_view group)>;

  // Handlers are registered before start(), one a kind.
  virtual void on_timer(std::string kind, TimerHandler handler) = 0;
  // Effect and removal are one transaction. An Error: tried again with exponential back-off (1 s doubling to 60 s).
  virtual void on_message(std::string kind, TransactionalHandler handler) = 0;
  // At most `concurrency` under way at once; `done` may be called on any thread, once.
  virtual void on_message(std::string kind, int concurrency, AsyncHandler handler) = 0;
  // The same for a whole family of kinds, "FAMILY/GROUP" whatever the group: each group has a queue of its own, so that
  // none waits for another. `concurrency`: how many of a group's messages may be under way at once; asked often, on the
  // worker's thread. In reports (Ran) all are of the kind FAMILY.
  virtual void on_messages(std::string family, GroupConcurrency concurrency, AsyncHandler handler) = 0;

  // Within a transaction; whoever has to wake, wakes once it has committed.
  virtual Result<> arm(Transaction& tx, const Timer& timer) = 0;  // replaces the one of that kind and id
  virtual Result<> disarm(Transaction& tx, std::string_view kind, std::string_view id) = 0;
  virtual Result<> post(Transaction& tx, const Message& message) = 0;  // replaces likewise
  // For a handler that also looks at a snapshot of the store: messages of one instant share transactions, and the
  // snapshot lacks what those before it have done in `tx`. The error then is a conflict, to be passed on; the message
  // is delivered again at the head of a transaction. In anybody else's transaction: fine.
  virtual Result<> alone(Transaction& tx) = 0;

  virtual void start() = 0;
  // Starts nothing more. Lets transactions under way end, and asynchronous deliveries for at most `grace` (machine
  // time); those not done by then are delivered again at the next start.
  virtual void stop(Millis grace) = 0;
  void stop() { stop(Millis(0)); }

  // Something outside (an Invoke under way) that settling waits for.
  virtual std::shared_ptr<void> hold() = 0;
  // True when nothing is due, under way or held.
  virtual bool settled() = 0;

  // Moves the clock forward by `span`, stopping at each due instant in order: sets the clock to it, lets all of it and
  // what it sets off settle, then goes on. A running clock continues from there, shifted. Returns what ran, in order.
  // `settle_timeout` bounds the wait at one instant (machine time); past it, an Internal error that names what hangs.
  virtual Result<std::vector<Ran>> advance(Millis span, Millis settle_timeout) = 0;

  // What is due next, soonest first, at most `limit`.
  virtual std::vector<Timer> upcoming(std::size_t limit) = 0;
  // What ran last, newest last, at most `limit` (a bounded memory of this process: it starts empty).
  virtual std::vector<Ran> recent(std::size_t limit) = 0;
};

std::unique_ptr<Background> make_background(Store& store, Clock& clock);

}  // namespace orrery
