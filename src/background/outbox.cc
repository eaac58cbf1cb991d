#include "background/outbox.h"

#include "background/rows.h"
#include "base/log.h"
#include "store/key.h"

#include <algorithm>
#include <tuple>

namespace orrery::background {
namespace {

std::string describe(const Error& error) { return error.code + ": " + error.message; }

// Of alone(): not the transaction's own conflict.
constexpr std::string_view kShared = "SharedTransaction";

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
  if (at_once_.load(std::memory_order_relaxed) != &tx) return file(tx, message);
  const Others others = others_of(message);
  if (others == Others::Before) {
    TRY(file(tx, message));
  } else if (others == Others::After) {
    TRY(remove_message(tx, message.kind, message.id));  // it may be one of them
  }
  posted_.push_back({std::move(message), others == Others::Before});
  return {};
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
    const std::span<const Row> chunk = rest.first(of_one_instant(lane.queue, rest, Chunk::kMost));
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
    const Chunk::Turn turn(chunk_, tx, lane.queue.due_of(rows.front().key));
    std::size_t done = 0;
    do {
      if (auto one = TRY(deliver_one(tx, rows[done]))) settled.push_back(*std::move(one));
    } while (++done < rows.size() && !turn.over());
    return done;
  });
  if (!count && rows.size() > 1) return 0;
  if (!count) {
    put_off_failed(lane, rows[0], count.error());
    return 1;
  }
  for (Settled& one : settled) report(std::move(one));
  return *count;
}

// nullopt: replaced by one that is due at another time. A conflict is the transaction's.
Result<std::optional<Outbox::Settled>> Outbox::deliver_one(Transaction& tx, const Row& row) {
  const std::optional<std::string> value = TRY(tx.get(row.key));
  if (!value) return std::optional<Settled>();
  std::optional<StoredMessage> stored = read_message(row.key, *value);
  if (!stored) return fail(internal_error("the message was overwritten by a newer version"));
  TRY(erase_message(tx, row.key, stored->message));
  return handle(tx, *std::move(stored));
}

// The message has no row any more, or never had one. nullopt: it was filed again, to be delivered alone.
Result<std::optional<Outbox::Settled>> Outbox::handle(Transaction& tx, StoredMessage stored) {
  Settled settled{std::move(stored), {}, {clock_.now(), {}, {}, true, {}, clock_.monotonic_us()}, {}};
  const Message& message = settled.stored.message;
  Delivered& delivered = settled.delivered;
  const Result<> handled = tx.nested([&]() -> Result<> {
    delivered = TRY(transactional_.at(message.kind)(tx, message));
    if (delivered.instead) return fail(internal_error("undone"));
    return {};
  });
  if (delivered.instead) {
    TRY(delivered.instead(tx));
  } else if (!handled) {
    if (handled.error().code == kShared) {
      TRY(file(tx, message));
      return std::optional<Settled>();
    }
    if (handled.error().kind == Error::Kind::Conflict) return fail(handled.error());
    settled.error = handled.error();
    delivered = failed(*settled.error);
    delivered.retry_at = clock_.now() + back_off(message.attempts + 1);
  }
  if (delivered.retry_at) TRY(put_off(tx, message, delivered));
  settled.ran.duration_us = clock_.monotonic_us() - settled.ran.duration_us;
  chunk_.use();
  return std::optional(std::move(settled));
}

Result<> Outbox::alone(const Transaction& tx) const {
  if (!chunk_.in(tx) || !chunk_.used()) return {};
  return fail(Error{Error::Kind::Conflict, 409, std::string(kShared), "others are served in this transaction", {}});
}

void Outbox::report(Settled settled) {
  if (settled.error) {
    log::warning("a message's handler failed, it is tried again",
                 {{"kind", settled.stored.message.kind},
                  {"id", settled.stored.message.id},
                  {"error", describe(*settled.error)},
                  {"again_at", iso8601_millis(*settled.delivered.retry_at)}});
  }
  settled.ran.kind = std::move(settled.stored.message.kind);
  settled.ran.id = std::move(settled.stored.message.id);
  settled.ran.ok = settled.delivered.ok;
  settled.ran.summary = std::move(settled.delivered.summary);
  records_.add(Records::Phase::Message, std::move(settled.ran));
}

// The transaction of this one alone failed: file it anew, for later on the Orrery's clock.
void Outbox::put_off_failed(Lane& lane, const Row& row, const Error& error) {
  Settled settled{*read_message(row.key, row.value), failed(error), {clock_.now(), {}, {}, true, {}}, error};
  const Result<> filed = store_.transact([&](Transaction& tx) -> Result<> {
    const std::optional<std::string> value = TRY(tx.get(row.key));
    const std::optional<StoredMessage> stored = value ? read_message(row.key, *value) : std::nullopt;
    settled.delivered.retry_at = clock_.now() + back_off(settled.stored.message.attempts + 1);
    if (!stored || stored->stamp != settled.stored.stamp)
      return {};  // replaced meanwhile: nothing was tried of the new one
    TRY(erase_message(tx, row.key, stored->message));
    return put_off(tx, stored->message, settled.delivered);
  });
  report(std::move(settled));
  if (filed) return;
  log::error("a message cannot be put off, trying again in a second", {{"error", describe(filed.error())}});
  const std::lock_guard lock(agenda_->mutex);
  lane.queue.lower(row.key);
  lane.queue.paused_until_us = clock_.monotonic_us() + 1'000'000;
}

Outbox::Others Outbox::others_of(const Message& message) {
  if (message.due > at_once_now_ || transactional_.count(message.kind) == 0) return Others::Before;
  const std::lock_guard lock(agenda_->mutex);
  const std::optional<Instant> waiting = agenda_->lanes.at(message.kind).queue.due();
  if (!waiting) {
    // Those that this transaction has filed are not there before its commit.
    const auto same = [&](const Posted& one) { return one.filed && one.message.kind == message.kind; };
    return std::ranges::any_of(posted_, same) ? Others::After : Others::None;
  }
  return *waiting > at_once_now_ ? Others::After : Others::Before;
}

Outbox::AtOnce::AtOnce(Outbox& outbox, const Transaction& tx) : outbox_(outbox) {
  outbox_.posted_.clear();
  outbox_.at_once_now_ = outbox_.clock_.now();
  outbox_.at_once_.store(&tx, std::memory_order_relaxed);
}

Outbox::AtOnce::~AtOnce() { outbox_.at_once_.store(nullptr, std::memory_order_relaxed); }

std::size_t Outbox::AtOnce::posted() const { return outbox_.posted_.size(); }

void Outbox::AtOnce::forget(std::size_t count) { outbox_.posted_.resize(count); }

// The last one of each kind and id counts.
std::vector<Message> Outbox::AtOnce::without_row() {
  std::vector<Posted> posted = std::move(outbox_.posted_);
  const auto name = [](const Posted& one) { return std::tie(one.message.kind, one.message.id); };
  std::ranges::stable_sort(posted, [&](const Posted& a, const Posted& b) { return name(a) < name(b); });
  std::vector<Message> messages;
  messages.reserve(posted.size());
  for (std::size_t i = 0; i < posted.size(); ++i) {
    const bool replaced = i + 1 < posted.size() && name(posted[i]) == name(posted[i + 1]);
    if (!replaced && !posted[i].filed) messages.push_back(std::move(posted[i].message));
  }
  std::ranges::stable_sort(messages, [](const Message& a, const Message& b) {
    return std::tie(a.kind, a.due, a.id) < std::tie(b.kind, b.due, b.id);
  });
  return messages;
}

Result<std::vector<Outbox::Settled>> Outbox::AtOnce::deliver(Transaction& tx) {
  outbox_.at_once_.store(nullptr, std::memory_order_relaxed);  // what these post has its rows
  outbox_.chunk_kind_.clear();
  const Chunk::Turn turn(outbox_.chunk_, tx, outbox_.at_once_now_);
  std::vector<Settled> settled;
  bool wait = false;  // behind one that has to be alone, and has its row now
  for (Message& message : without_row()) {
    if (wait) {
      TRY(outbox_.file(tx, message));
      continue;
    }
    auto one = TRY(outbox_.handle(tx, {std::move(message), 0}));
    wait = !one;
    if (one) settled.push_back(*std::move(one));
  }
  return settled;
}

}  // namespace orrery::background
