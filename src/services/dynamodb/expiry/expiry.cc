#include "services/dynamodb/expiry/expiry.h"

#include "services/dynamodb/expiry/rows.h"
#include "store/key.h"

#include <algorithm>
#include <limits>

namespace orrery::dynamodb {
namespace {

constexpr std::uint64_t kNotArmed = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kYear9999 = 253'402'300'799;

Message step_message(const Table& table, std::string_view kind, Instant now) {
  Message message;
  message.kind = kind;
  message.id = std::to_string(table.expiry_number);
  message.due = now;
  message.created = now;
  message.payload = table.description.TableArn.value_or("");
  return message;
}

}  // namespace

std::optional<std::uint64_t> expiry_of(const Table& table, std::optional<item::ItemView> item) {
  if (!item) return std::nullopt;
  const auto value = item->find(table.expiry_attribute);
  std::int64_t when = 0;
  if (!value || value->type() != item::Type::N || !value->number().to_int64(when)) return std::nullopt;
  if (when < 0 || when > kYear9999) return std::nullopt;
  return static_cast<std::uint64_t>(when);
}

std::uint64_t oldest_expiry(Instant now) {
  const auto then = std::chrono::floor<std::chrono::seconds>(now - std::chrono::years(5)).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, then));
}

Result<> update_expiry(const ChangeContext& context, const Table& table, std::string_view key,
                       std::optional<item::ItemView> old, std::optional<item::ItemView> next) {
  const auto before = expiry_of(table, old);
  const auto after = expiry_of(table, next);
  if (before == after) return {};
  if (before) TRY(context.tx.erase(expiry_key(table.expiry_number, *before, key)));
  if (!after || *after < oldest_expiry(context.now)) return {};
  TRY(context.tx.put(expiry_key(table.expiry_number, *after, key), {}));
  return arm_expiry(context.dynamodb, context.tx, table, *after);
}

Result<> start_expiry(DynamoDb& dynamodb, const Call& call, Transaction& tx, Table& table,
                      const std::string& attribute) {
  table.expiry_attribute = attribute;
  table.expiry_number = TRY(next_table_number(tx));
  return dynamodb.background.post(tx, step_message(table, kFillExpiryMessage, call.now));
}

Result<> stop_expiry(DynamoDb& dynamodb, const Call& call, Transaction& tx, const Table& table) {
  if (table.expiry_attribute.empty()) return {};
  TRY(dynamodb.background.disarm(tx, kExpiryTimer, std::to_string(table.expiry_number)));
  return dynamodb.background.post(tx, step_message(table, kEraseExpiryMessage, call.now));
}

std::string armed_key(std::uint64_t expiry_number) { return KeyWriter(KeyKind::TableExpiry).u64(expiry_number).take(); }
std::string expiry_key(std::uint64_t expiry_number, std::uint64_t when, std::string_view item_key) {
  return KeyWriter(KeyKind::TableExpiry).u64(expiry_number).u64(when).raw(item_key).take();
}
KeyRange expiries_until(std::uint64_t expiry_number, std::uint64_t last) {
  return {expiry_key(expiry_number, 0, {}), expiry_key(expiry_number, last + 1, {})};
}
KeyRange expiries(std::uint64_t expiry_number) {
  return {expiry_key(expiry_number, 0, {}), prefix_range(armed_key(expiry_number)).end};
}

Result<ExpiryEntry> read_expiry(std::string_view key) {
  KeyReader reader(key);
  reader.u64();
  ExpiryEntry entry;
  entry.when = reader.u64();
  entry.item_key = reader.rest();
  if (!reader.ok()) return fail(internal_error("corrupt record: expiry"));
  return entry;
}

Result<> arm_expiry(DynamoDb& dynamodb, Transaction& tx, const Table& table, std::uint64_t when) {
  const std::string key = armed_key(table.expiry_number);
  const auto armed = TRY(tx.get(key));
  // As in keys: a kind, then the number.
  if (armed && KeyReader(*armed).u64() <= when) return {};
  TRY(tx.put(key, KeyWriter(KeyKind::TableExpiry).u64(when).view()));
  return dynamodb.background.arm(
      tx, {std::string(kExpiryTimer), std::to_string(table.expiry_number),
           instant_from_ms(static_cast<std::int64_t>(when) * 1000), table.description.TableArn.value_or("")});
}

Result<> take_back_armed(Transaction& tx, std::uint64_t expiry_number) {
  return tx.put(armed_key(expiry_number), KeyWriter(KeyKind::TableExpiry).u64(kNotArmed).view());
}

Result<> expiry_due(DynamoDb& dynamodb, Transaction& tx, const Timer& timer) {
  TRY(take_back_armed(tx, std::stoull(timer.id)));
  Message message;
  message.kind = kExpireMessage;
  message.id = timer.id;
  message.due = timer.now;
  message.created = timer.now;
  message.payload = timer.payload;
  return dynamodb.background.post(tx, message);
}

}  // namespace orrery::dynamodb
