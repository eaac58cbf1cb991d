#include "services/dynamodb/changes/log.h"

#include "store/key.h"

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

struct Head {
  std::uint64_t sequence = 0;
  std::uint64_t at_ms = 0;
};

Result<Head> head_of(Reader& reader, std::uint64_t table_number) {
  const auto bytes = TRY(reader.get(log_key(table_number)));
  if (!bytes) return Head{};
  std::string_view rest = *bytes;
  const auto sequence = take_u64(rest);
  const auto at_ms = take_u64(rest);
  if (!at_ms) return fail(internal_error("corrupt record: table log"));
  return Head{*sequence, *at_ms};
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

Result<std::uint64_t> last_sequence(Reader& reader, std::uint64_t table_number) {
  return TRY(head_of(reader, table_number)).sequence;
}

Result<> append_change(Transaction& tx, std::uint64_t table_number, Instant now, Cause cause,
                       std::optional<item::ItemView> old, std::optional<item::ItemView> next) {
  Head head = TRY(head_of(tx, table_number));
  ++head.sequence;
  head.at_ms = std::max(head.at_ms, static_cast<std::uint64_t>(epoch_ms(now)));
  std::string written;
  append_u64(written, head.sequence);
  append_u64(written, head.at_ms);
  TRY(tx.put(log_key(table_number), written));

  std::string change(1, kVersion);
  change.reserve(32 + (old ? old->bytes().size() : 0) + (next ? next->bytes().size() : 0));
  change += static_cast<char>(cause);
  append_u64(change, head.at_ms);
  append_item(change, old);
  append_item(change, next);
  return tx.put(change_key(table_number, head.sequence), change);
}

Result<LoggedChange> decode_change(std::string_view key, std::string_view value) {
  KeyReader reader(key);
  reader.u64();
  LoggedChange out;
  out.sequence = reader.u64();
  const auto broken = [] { return fail(internal_error("corrupt record: table change")); };
  if (!reader.ok() || value.size() < 2 || value.front() != kVersion) return broken();
  out.cause = static_cast<Cause>(value[1]);
  value.remove_prefix(2);
  const auto at_ms = take_u64(value);
  if (!at_ms) return broken();
  out.at = instant_from_ms(static_cast<std::int64_t>(*at_ms));
  if (!take_item(value, out.old) || !take_item(value, out.next) || !value.empty()) return broken();
  return out;
}

}  // namespace orrery::dynamodb
