#include "background/rows.h"

#include "store/key.h"

#include <algorithm>

namespace orrery::background {
namespace {

constexpr char kVersion = 1;  // of the values below; the first byte of each

std::uint64_t to_u64(Instant t) { return static_cast<std::uint64_t>(epoch_ms(t)); }
Instant to_instant(std::uint64_t ms) { return instant_from_ms(static_cast<long long>(ms)); }

void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::string index_key(KeyKind index, std::string_view kind, std::string_view id) {
  return KeyWriter(index).text(kind).text(id).take();
}

std::string index_value(Instant due) {
  std::string value(1, kVersion);
  append_u64(value, to_u64(due));
  return value;
}

// When the row that the index names is due.
Result<std::optional<Instant>> indexed_due(Transaction& tx, const std::string& index) {
  const std::optional<std::string> value = TRY(tx.get(index));
  if (!value) return std::optional<Instant>();
  KeyReader reader(*value);
  const Instant due = to_instant(reader.u64());
  if (!reader.ok() || value->front() != kVersion) {
    return fail(internal_error("an index entry of the background work is of an unknown version"));
  }
  return std::optional(due);
}

}  // namespace

Instant storable(Instant due) { return std::max(due, Instant()); }

std::string timer_key(Instant due, std::string_view kind, std::string_view id) {
  return KeyWriter(KeyKind::Timer).u64(to_u64(storable(due))).text(kind).text(id).take();
}

std::optional<Timer> read_timer(std::string_view key, std::string_view value) {
  KeyReader reader(key);
  Timer timer;
  timer.due = to_instant(reader.u64());
  timer.kind = reader.text();
  timer.id = reader.text();
  if (!reader.ok() || value.empty() || value.front() != kVersion) return std::nullopt;
  timer.payload = value.substr(1);
  return timer;
}

std::string outbox_prefix(std::string_view kind) { return KeyWriter(KeyKind::Outbox).text(kind).take(); }

std::string message_key(std::string_view kind, Instant due, std::string_view id) {
  return KeyWriter(KeyKind::Outbox).text(kind).u64(to_u64(storable(due))).text(id).take();
}

std::string message_value(const Message& message, std::uint64_t stamp) {
  std::string value(1, kVersion);
  append_u64(value, stamp);
  append_u64(value, static_cast<std::uint64_t>(message.attempts));
  append_u64(value, to_u64(message.created));
  value += message.payload;
  return value;
}

std::optional<StoredMessage> read_message(std::string_view key, std::string_view value) {
  if (value.empty() || value.front() != kVersion) return std::nullopt;
  StoredMessage stored;
  KeyReader name(key);
  stored.message.kind = name.text();
  stored.message.due = to_instant(name.u64());
  stored.message.id = name.text();
  KeyReader rest(value);
  stored.stamp = rest.u64();
  stored.message.attempts = static_cast<int>(rest.u64());
  stored.message.created = to_instant(rest.u64());
  stored.message.payload = rest.rest();
  if (!name.ok() || !rest.ok()) return std::nullopt;
  return stored;
}

Result<> put_timer(Transaction& tx, const Timer& timer) {
  TRY(tx.put(timer_key(timer.due, timer.kind, timer.id), kVersion + timer.payload));
  return tx.put(index_key(KeyKind::TimerIndex, timer.kind, timer.id), index_value(storable(timer.due)));
}

Result<std::optional<std::string>> file_timer(Transaction& tx, const Timer& timer) {
  const std::string index = index_key(KeyKind::TimerIndex, timer.kind, timer.id);
  const std::string key = timer_key(timer.due, timer.kind, timer.id);
  std::optional<std::string> former;
  if (const auto due = TRY(indexed_due(tx, index))) former = timer_key(*due, timer.kind, timer.id);
  if (former && *former != key) TRY(tx.erase(*former));
  TRY(put_timer(tx, timer));
  return former;
}

Result<std::optional<std::string>> file_message(Transaction& tx, const Message& message, std::uint64_t stamp) {
  const std::string index = index_key(KeyKind::OutboxIndex, message.kind, message.id);
  const std::string key = message_key(message.kind, message.due, message.id);
  std::optional<std::string> former;
  if (const auto due = TRY(indexed_due(tx, index))) former = message_key(message.kind, *due, message.id);
  if (former && *former != key) TRY(tx.erase(*former));
  TRY(tx.put(key, message_value(message, stamp)));
  TRY(tx.put(index, index_value(storable(message.due))));
  return former;
}

Result<std::optional<std::string>> remove_timer(Transaction& tx, std::string_view kind, std::string_view id) {
  const std::string index = index_key(KeyKind::TimerIndex, kind, id);
  const std::optional<Instant> due = TRY(indexed_due(tx, index));
  if (!due) return std::optional<std::string>();
  std::string key = timer_key(*due, kind, id);
  TRY(tx.erase(key));
  TRY(tx.erase(index));
  return std::optional(std::move(key));
}

Result<> remove_message(Transaction& tx, std::string_view kind, std::string_view id) {
  const std::string index = index_key(KeyKind::OutboxIndex, kind, id);
  const std::optional<Instant> due = TRY(indexed_due(tx, index));
  if (!due) return {};
  TRY(tx.erase(message_key(kind, *due, id)));
  return tx.erase(index);
}

Result<> erase_timer_index(Transaction& tx, const Timer& timer) {
  return tx.erase(index_key(KeyKind::TimerIndex, timer.kind, timer.id));
}

Result<> erase_message(Transaction& tx, std::string_view key, const Message& message) {
  TRY(tx.erase(key));
  return tx.erase(index_key(KeyKind::OutboxIndex, message.kind, message.id));
}

}  // namespace orrery::background
