#include "background/outbox.h"

#include "background/rows.h"
#include "base/log.h"
#include "store/key.h"

namespace orrery::background {
namespace {

std::string describe(const Error& error) { return error.code + ": " + error.message; }

Delivered failed(const Error& error) {
  Delivered delivered;
  delivered.ok = false;
  delivered.summary = describe(error);
  return delivered;
}

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
  if (chunk_.in(tx) && message.kind == chunk_kind_) chunk_.filed(message.due);
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
  for (std::span<const Row> rest = rows; !rest.empty();) {
    const std::string id = read_message(rest.front().key, rest.front().value)->message.id;
    if (!agenda_->begin(lane.queue, rest.front().key, "message " + lane.kind + " " + id, clock_)) break;
    const std::span<const Row> chunk = rest.first(of_one_instant(lane.queue, rest));
    std::size_t delivered = deliver(lane, chunk);
    if (delivered == 0) delivered = deliver(lane, chunk.first(1));  // one of them may spoil the transaction of all
    rest = rest.subspan(delivered);
  }
  return true;
}

// In one transaction; how many. 0: that of several failed, and none was.
std::size_t Outbox::deliver(Lane& lane, std::span<const Row> rows) {
  std::vector<Settled> settled;
  chunk_kind_ = lane.kind;
  const Result<std::size_t> count = store_.transact([&](Transaction& tx) -> Result<std::size_t> {
    settled.clear();
    const Chunk::Turn turn(chunk_, tx, lane.queue.due_of(rows.front().key), clock_.monotonic_us());
    std::size_t done = 0;
    do {
      if (auto one = TRY(deliver_one(tx, lane, rows[done]))) settled.push_back(*std::move(one));
    } while (++done < rows.size() && !turn.over(clock_.monotonic_us()));
    return done;
  });
  if (!count && rows.size() > 1) return 0;
  if (!count) {
    put_off_failed(lane, rows[0], count.error());
    return 1;
  }
  for (Settled& one : settled) report(lane, std::move(one));
  return *count;
}

// nullopt: replaced by one that is due at another time. A conflict is the transaction's.
Result<std::optional<Outbox::Settled>> Outbox::deliver_one(Transaction& tx, const Lane& lane, const Row& row) {
  Ran ran{clock_.now(), lane.kind, {}, true, {}, clock_.monotonic_us()};
  const std::optional<std::string> value = TRY(tx.get(row.key));
  if (!value) return std::optional<Settled>();
  std::optional<StoredMessage> stored = read_message(row.key, *value);
  if (!stored) return fail(internal_error("the message was overwritten by a newer version"));
  TRY(erase_message(tx, row.key, stored->message));
  Delivered delivered;
  const Result<> handled = tx.nested([&]() -> Result<> {
    delivered = TRY(transactional_.at(lane.kind)(tx, stored->message));
    if (delivered.instead) return fail(internal_error("undone"));
    return {};
  });
  std::optional<Error> error;
  if (delivered.instead) {
    TRY(delivered.instead(tx));
  } else if (!handled) {
    if (handled.error().kind == Error::Kind::Conflict) return fail(handled.error());
    error = handled.error();
    delivered = failed(*error);
    delivered.retry_at = clock_.now() + back_off(stored->message.attempts + 1);
  }
  if (delivered.retry_at) TRY(put_off(tx, stored->message, delivered));
  ran.duration_us = clock_.monotonic_us() - ran.duration_us;
  return std::optional(Settled{*std::move(stored), std::move(delivered), std::move(ran), std::move(error)});
}

void Outbox::report(const Lane& lane, Settled settled) {
  if (settled.error) {
    log::warning("a message's handler failed, it is tried again",
                 {{"kind", lane.kind},
                  {"id", settled.stored.message.id},
                  {"error", describe(*settled.error)},
                  {"again_at", iso8601_millis(*settled.delivered.retry_at)}});
  }
  settled.ran.id = std::move(settled.stored.message.id);
  settled.ran.ok = settled.delivered.ok;
  settled.ran.summary = std::move(settled.delivered.summary);
  records_.add(Records::Phase::Message, std::move(settled.ran));
}

// The transaction of this one alone failed: file it anew, for later on the Orrery's clock.
void Outbox::put_off_failed(Lane& lane, const Row& row, const Error& error) {
  Settled settled{*read_message(row.key, row.value), failed(error), {clock_.now(), lane.kind, {}, true, {}}, error};
  const Result<> filed = store_.transact([&](Transaction& tx) -> Result<> {
    const std::optional<std::string> value = TRY(tx.get(row.key));
    const std::optional<StoredMessage> stored = value ? read_message(row.key, *value) : std::nullopt;
    settled.delivered.retry_at = clock_.now() + back_off(settled.stored.message.attempts + 1);
    if (!stored || stored->stamp != settled.stored.stamp)
      return {};  // replaced meanwhile: nothing was tried of the new one
    TRY(erase_message(tx, row.key, stored->message));
    return put_off(tx, stored->message, settled.delivered);
  });
  report(lane, std::move(settled));
  if (filed) return;
  log::error("a message cannot be put off, trying again in a second", {{"error", describe(filed.error())}});
  const std::lock_guard lock(agenda_->mutex);
  lane.queue.lower(row.key);
  lane.queue.paused_until_us = clock_.monotonic_us() + 1'000'000;
}

}  // namespace orrery::background
