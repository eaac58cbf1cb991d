#include "services/dynamodb/changes/log.h"

#include "store/key.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr char kVersion = 1;

void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::optional<std::uint64_t> take_u64(std::string_view& rest) {
  if (rest.size() < 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const char byte : rest.substr(0, 8)) value = value << 8 | static_cast<unsigned char>(byte);
  rest.remove_prefix(8);
  return value;
}

// u64(length + 1) bytes; 0: no item.
void append_item(std::string& out, std::optional<item::ItemView> item) {
  append_u64(out, item ? item->bytes().size() + 1 : 0);
  if (item) out += item->bytes();
}

bool take_item(std::string_view& rest, std::optional<item::Item>& out) {
  const auto length = take_u64(rest);
  if (!length || *length > rest.size() + 1) return false;
  if (*length == 0) return true;
  out = item::Item::from_encoding(std::string(rest.substr(0, *length - 1)));
  rest.remove_prefix(*length - 1);
  return true;
}

}  // namespace

std::string log_key(std::uint64_t table_number) { return KeyWriter(KeyKind::TableLog).u64(table_number).take(); }
std::string changes_prefix(std::uint64_t table_number) {
  return KeyWriter(KeyKind::TableChange).u64(table_number).take();
}
std::string change_key(std::uint64_t table_number, std::uint64_t sequence) {
  return KeyWriter(KeyKind::TableChange).u64(table_number).u64(sequence).take();
}

Result<LogHead> log_head(Reader& reader, std::uint64_t table_number) {
  const auto bytes = TRY(reader.get(log_key(table_number)));
  if (!bytes) return LogHead{};
  std::string_view rest = *bytes;
  const auto sequence = take_u64(rest);
  const auto at_ms = take_u64(rest);
  if (!at_ms) return fail(internal_error("corrupt record: table log"));
  return LogHead{*sequence, instant_from_ms(static_cast<std::int64_t>(*at_ms)), take_u64(rest).value_or(1)};
}

Result<> put_log_head(Transaction& tx, std::uint64_t table_number, const LogHead& head) {
  std::string written;
  append_u64(written, head.sequence);
  append_u64(written, static_cast<std::uint64_t>(epoch_ms(head.at)));
  append_u64(written, head.first);
  return tx.put(log_key(table_number), written);
}

Result<std::uint64_t> last_sequence(Reader& reader, std::uint64_t table_number) {
  return TRY(log_head(reader, table_number)).sequence;
}

Result<> append_change(Transaction& tx, std::uint64_t table_number, Instant now, Cause cause,
                       std::optional<item::ItemView> old, std::optional<item::ItemView> next) {
  LogHead head = TRY(log_head(tx, table_number));
  ++head.sequence;
  head.at = std::max(head.at, now);
  TRY(put_log_head(tx, table_number, head));

  std::string change(1, kVersion);
  change.reserve(32 + (old ? old->bytes().size() : 0) + (next ? next->bytes().size() : 0));
  change += static_cast<char>(cause);
  append_u64(change, static_cast<std::uint64_t>(epoch_ms(head.at)));
  append_item(change, old);
  append_item(change, next);
  return tx.put(change_key(table_number, head.sequence), change);
}

Result<ChangeHead> change_head(std::string_view key, std::string_view value) {
  KeyReader reader(key);
  reader.u64();
  ChangeHead out;
  out.sequence = reader.u64();
  if (!reader.ok() || value.size() < 10 || value.front() != kVersion) {
    return fail(internal_error("corrupt record: table change"));
  }
  out.cause = static_cast<Cause>(value[1]);
  value.remove_prefix(2);
  out.at = instant_from_ms(static_cast<std::int64_t>(take_u64(value).value_or(0)));
  return out;
}

Result<LoggedChange> decode_change(std::string_view key, std::string_view value) {
  const ChangeHead head = TRY(change_head(key, value));
  LoggedChange out{head.sequence, head.at, head.cause, {}, {}};
  value.remove_prefix(10);
  if (!take_item(value, out.old) || !take_item(value, out.next) || !value.empty()) {
    return fail(internal_error("corrupt record: table change"));
  }
  return out;
}

}  // namespace orrery::dynamodb
