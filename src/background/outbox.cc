#include "background/outbox.h"

#include "background/rows.h"
#include "base/log.h"
#include "store/key.h"

namespace orrery::background {
namespace {

std::string describe(const Error& error) { return error.code + ": " + error.message; }

}  // namespace

// Stamps are compared within one process only (what is under way ends with it), but with rows that an earlier process
// may have written: so they start from the machine's time.
Outbox::Outbox(Store& store, const Clock& clock, std::shared_ptr<Agenda> agenda, Records& records)
    : store_(store),
      clock_(clock),
      agenda_(std::move(agenda)),
      records_(records),
      next_stamp_(static_cast<std::uint64_t>(epoch_ms(clock.machine_now())) << 20) {}

void Outbox::on(const std::string& kind, Background::TransactionalHandler handler) {
  transactional_[kind] = std::move(handler);
  const std::lock_guard lock(agenda_->mutex);
  agenda_->lanes.try_emplace(kind, kind);
}

void Outbox::on(const std::string& kind, int concurrency, Background::AsyncHandler handler) {
  async_[kind] = std::move(handler);
  const std::lock_guard lock(agenda_->mutex);
  agenda_->lanes.try_emplace(kind, kind).first->second.concurrency = std::max(1, concurrency);
}

void Outbox::on_family(const std::string& family, Background::GroupConcurrency concurrency,
                       Background::AsyncHandler handler) {
  async_[family] = std::move(handler);
  group_concurrency_[family] = std::move(concurrency);
  const std::lock_guard lock(agenda_->mutex);
  agenda_->families.insert(family);
}

Result<> Outbox::post(Transaction& tx, Message message) {
  if (message.created == Instant()) message.created = clock_.now();
  return file(tx, message);
}

Result<> Outbox::file(Transaction& tx, const Message& message) {
  TRY(file_message(tx, message, next_stamp_.fetch_add(1, std::memory_order_relaxed)));
  if (!agenda_->knows_lane(message.kind)) {
    report_unknown(message.kind);
    return {};
  }
  tx.on_commit([agenda = agenda_, kind = message.kind, key = message_key(message.kind, message.due, message.id)] {
    agenda->message_filed(kind, key);
  });
  return {};
}

Result<> Outbox::put_off(Transaction& tx, Message message, const Delivered& delivered) {
  ++message.attempts;
  message.due = *delivered.retry_at;
  if (!delivered.payload.empty()) message.payload = delivered.payload;
  return file(tx, message);
}

void Outbox::report_unknown(const std::string& kind) {
  const std::lock_guard lock(unknown_mutex_);
  if (!unknown_kinds_.insert(kind).second) return;
  log::warning("messages of an unknown kind stay and are not delivered", {{"kind", kind}});
}

void Outbox::find_kinds() {
  const std::unique_ptr<Reader> reader = store_.snapshot();
  KeyRange rest = prefix_range(KeyWriter(KeyKind::Outbox).take());
  while (true) {
    const std::unique_ptr<Cursor> cursor = reader->scan(rest);
    if (!cursor->next()) return;
    const std::string kind = KeyReader(cursor->key()).text();
    {
      const std::lock_guard lock(agenda_->mutex);
      if (agenda_->lane_of(kind) == nullptr) report_unknown(kind);
    }
    rest.begin = prefix_range(outbox_prefix(kind)).end;
  }
}

bool Outbox::deliver_due() {
  bool worked = false;
  // None of these goes before the next call: only the worker forgets lanes.
  for (Lane* lane : agenda_->lanes_with_work(clock_)) {
    if (lane->concurrency == 0) {
      worked = run_lane(*lane) || worked;
    } else if (has_room(*lane)) {
      worked = start_lane(*lane) || worked;
    }
  }
  return worked;
}

// A row of a newer version stays, and says so in the log.
bool Outbox::readable(const Row& row) {
  if (read_message(row.key, row.value)) return true;
  log::error("a message was written by a newer version and is not delivered", {{"key", row.key}});
  return false;
}

bool Outbox::run_lane(Lane& lane) {
  const std::vector<Row> rows = take_due(store_, clock_, *agenda_, lane.queue, clock_.now(), kBatch, readable);
  for (const Row& row : rows) {
    const std::string id = read_message(row.key, row.value)->message.id;
    if (!agenda_->begin(lane.queue, row.key, "message " + lane.kind + " " + id, clock_)) break;
    deliver(lane, row);
  }
  return true;
}

void Outbox::deliver(Lane& lane, const Row& row) {
  const Background::TransactionalHandler& handler = transactional_.at(lane.kind);
  Ran ran{clock_.now(), lane.kind, {}, true, {}, clock_.monotonic_us()};
  std::optional<StoredMessage> stored;
  Delivered delivered;
  Result<bool> done = store_.transact([&](Transaction& tx) -> Result<bool> {
    delivered = {};
    const std::optional<std::string> value = TRY(tx.get(row.key));
    if (!value) return false;  // replaced by one that is due at another time
    stored = read_message(row.key, *value);
    if (!stored) return fail(internal_error("the message was overwritten by a newer version"));
    TRY(erase_message(tx, row.key, stored->message));
    delivered = TRY(handler(tx, stored->message));
    if (delivered.instead) return fail(internal_error("undone"));
    if (delivered.retry_at) TRY(put_off(tx, stored->message, delivered));
    return true;
  });
  if (delivered.instead) done = settle_undone(row.key, *stored, delivered);
  if (done && !*done) return;
  if (!stored) stored = read_message(row.key, row.value);
  if (!done) {
    delivered = {};
    delivered.ok = false;
    delivered.summary = describe(done.error());
    put_off_failed(lane, row.key, *stored, done.error());
  }
  ran.id = stored->message.id;
  ran.ok = delivered.ok;
  ran.summary = std::move(delivered.summary);
  ran.duration_us = clock_.monotonic_us() - ran.duration_us;
  records_.add(Records::Phase::Message, std::move(ran));
}

// The handler's transaction was rolled back, as it wished. False: the message was replaced meanwhile.
Result<bool> Outbox::settle_undone(const std::string& key, const StoredMessage& tried, const Delivered& delivered) {
  return store_.transact([&](Transaction& tx) -> Result<bool> {
    const std::optional<std::string> value = TRY(tx.get(key));
    const std::optional<StoredMessage> stored = value ? read_message(key, *value) : std::nullopt;
    if (!stored || stored->stamp != tried.stamp) return false;
    TRY(erase_message(tx, key, stored->message));
    TRY(delivered.instead(tx));
    if (delivered.retry_at) TRY(put_off(tx, stored->message, delivered));
    return true;
  });
}

// The handler's transaction was rolled back: file the message anew, for later on the Orrery's clock.
void Outbox::put_off_failed(Lane& lane, const std::string& key, const StoredMessage& tried, const Error& error) {
  Delivered later;
  const Result<> filed = store_.transact([&](Transaction& tx) -> Result<> {
    const std::optional<std::string> value = TRY(tx.get(key));
    const std::optional<StoredMessage> stored = value ? read_message(key, *value) : std::nullopt;
    if (!stored || stored->stamp != tried.stamp) return {};  // replaced meanwhile: nothing was tried of the new one
    TRY(erase_message(tx, key, stored->message));
    later.retry_at = clock_.now() + back_off(stored->message.attempts + 1);
    return put_off(tx, stored->message, later);
  });
  log::warning("a message's handler failed, it is tried again",
               {{"kind", lane.kind},
                {"id", tried.message.id},
                {"error", describe(error)},
                {"again_at", later.retry_at ? iso8601_millis(*later.retry_at) : "now"}});
  if (filed) return;
  log::error("a message cannot be put off, trying again in a second", {{"error", describe(filed.error())}});
  const std::lock_guard lock(agenda_->mutex);
  lane.queue.lower(key);
  lane.queue.paused_until_us = clock_.monotonic_us() + 1'000'000;
}

}  // namespace orrery::background
