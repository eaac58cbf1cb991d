// What is done in steps: deleting what has expired, entering the items of a table whose expiry is turned on, erasing
// the entries of one that has none any more.
#include "base/arn.h"
#include "base/encode.h"
#include "services/dynamodb/expiry/rows.h"
#include "services/dynamodb/tables/metrics.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kItemsAStep = 100;
constexpr std::size_t kBytesAStep = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kFilledAStep = 2000;
constexpr std::size_t kErasedAStep = 2000;

// The table that a message is about, or nullptr when it is gone, or its expiry another than the message's.
Result<std::shared_ptr<const Table>> table_of(Reader& reader, std::string_view table_arn, const std::string& id) {
  const auto arn = Arn::parse(table_arn);
  if (!arn) return fail(internal_error("a message of ours with another payload: " + std::string(table_arn)));
  auto table =
      TRY(find_table(reader, {arn->account, arn->region, arn->resource.substr(std::string_view("table/").size())}));
  if (table == nullptr || table->expiry_attribute.empty() || std::to_string(table->expiry_number) != id) {
    return std::shared_ptr<const Table>();
  }
  return table;
}

// Up to a step's worth of the entries that are due; `next` is the first one that is left, if any.
Result<std::vector<std::string>> due_entries(Transaction& tx, const Table& table, std::optional<ExpiryEntry>& next,
                                             std::uint64_t now_s) {
  std::vector<std::string> keys;
  const auto cursor = tx.scan(expiries(table.expiry_number));
  while (cursor->next()) {
    ExpiryEntry entry = TRY(read_expiry(cursor->key()));
    if (entry.when > now_s || keys.size() == kItemsAStep) {
      next = std::move(entry);
      break;
    }
    keys.emplace_back(cursor->key());
  }
  TRY(cursor->status());
  return keys;
}

// Deletes the item of the entry, when it still expires then; returns its size.
Result<std::size_t> expire(const ChangeContext& context, const Table& table, const std::string& entry_key) {
  const ExpiryEntry entry = TRY(read_expiry(entry_key));
  TRY(context.tx.erase(entry_key));
  auto bytes = TRY(context.tx.get(table.item_key(entry.item_key)));
  if (!bytes) return 0;
  const auto item = item::Item::from_encoding(*std::move(bytes));
  if (expiry_of(table, item) != entry.when) return 0;
  TRY(change_item(context, table, entry.item_key, item, std::nullopt));
  return item.bytes().size();
}

}  // namespace

Result<Delivered> expire_step(DynamoDb& dynamodb, Transaction& tx, const Message& message) {
  Delivered delivered;
  const auto table = TRY(table_of(tx, message.payload, message.id));
  if (table == nullptr) return delivered;
  const Instant now = dynamodb.clock.now();
  const auto now_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, epoch_ms(now) / 1000));
  std::optional<ExpiryEntry> next;
  const auto keys = TRY(due_entries(tx, *table, next, now_s));
  std::size_t bytes = 0;
  std::size_t done = 0;
  double gone = 0;
  while (done < keys.size() && bytes < kBytesAStep) {
    const std::size_t size = TRY(expire({dynamodb, tx, now, Cause::TimeToLive}, *table, keys[done]));
    bytes += size;
    gone += size > 0 ? 1 : 0;
    ++done;
  }
  if (MetricSink* const metrics = dynamodb.throughput.metrics(); metrics != nullptr && gone > 0) {
    tx.on_commit([metrics, arn = message.payload, gone] { publish_expired(*metrics, arn, gone); });
  }
  delivered.summary = "items of " + message.payload + " expired: " + std::to_string(done);
  if (done < keys.size() || (next && next->when <= now_s)) {
    delivered.retry_at = message.due;
  } else if (next) {
    TRY(arm_expiry(dynamodb, tx, *table, next->when));
  }
  return delivered;
}

// The payload: the table's ARN, and after a space the key to go on from, in hex.
Result<Delivered> fill_expiry_step(DynamoDb& dynamodb, Transaction& tx, const Message& message) {
  Delivered delivered;
  const std::string_view payload = message.payload;
  const auto space = payload.find(' ');
  const std::string arn(payload.substr(0, space));
  const auto table = TRY(table_of(tx, arn, message.id));
  if (table == nullptr) return delivered;
  KeyRange range = prefix_range(table->items_prefix());
  if (space != std::string_view::npos) range.begin = unhex(payload.substr(space + 1)).value_or(range.begin);
  const std::string prefix = table->items_prefix();
  const std::uint64_t oldest = oldest_expiry(dynamodb.clock.now());
  std::optional<std::uint64_t> earliest;
  std::size_t seen = 0;
  std::size_t bytes = 0;
  const auto cursor = tx.scan(range);
  while (cursor->next()) {
    if (seen++ == kFilledAStep || bytes >= kBytesAStep) {
      delivered.retry_at = message.due;
      delivered.payload = arn + " " + hex(cursor->key());
      break;
    }
    bytes += cursor->value().size();
    // An item that is changed meanwhile has entered itself; the entry of what it was is passed over when it is due.
    const auto when = expiry_of(*table, item::ItemView(cursor->value()));
    if (!when || *when < oldest) continue;
    TRY(tx.put(expiry_key(table->expiry_number, *when, cursor->key().substr(prefix.size())), {}));
    earliest = std::min(earliest.value_or(*when), *when);
  }
  TRY(cursor->status());
  if (earliest) TRY(arm_expiry(dynamodb, tx, *table, *earliest));
  delivered.summary = "items of " + arn + " looked at for their expiry: " + std::to_string(seen);
  return delivered;
}

Result<Delivered> erase_expiry_step(Transaction& tx, const Message& message) {
  Delivered delivered;
  const std::uint64_t number = std::stoull(message.id);
  std::vector<std::string> keys;
  const auto cursor = tx.scan(prefix_range(armed_key(number)));
  while (keys.size() < kErasedAStep && cursor->next()) keys.emplace_back(cursor->key());
  TRY(cursor->status());
  for (const std::string& key : keys) TRY(tx.erase(key));
  if (keys.size() == kErasedAStep) delivered.retry_at = message.due;
  delivered.summary = "forgot expiries of " + message.payload;
  return delivered;
}

}  // namespace orrery::dynamodb
