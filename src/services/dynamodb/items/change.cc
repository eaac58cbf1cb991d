#include "services/dynamodb/items/change.h"

#include "services/dynamodb/expiry/expiry.h"
#include "services/dynamodb/indexes/entries.h"

namespace orrery::dynamodb {

Result<std::optional<item::Item>> read_old(Transaction& tx, const Table& table, std::string_view key, bool wanted) {
  std::optional<item::Item> old;
  if (!wanted && !table.needs_old()) return old;
  if (auto bytes = TRY(tx.get(table.item_key(key)))) old = item::Item::from_encoding(*std::move(bytes));
  return old;
}

namespace {

void wake_readers(const ChangeContext& context, const Table& table) {
  const Wakes* wakes = context.dynamodb.wakes;
  if (wakes == nullptr || !table.has_stream() || !table.description.LatestStreamArn) return;
  context.tx.on_commit([wakes, arn = *table.description.LatestStreamArn] { wakes->wake(arn); });
}

}  // namespace

Result<> change_item(const ChangeContext& context, const Table& table, std::string_view key,
                     std::optional<item::ItemView> old, std::optional<item::ItemView> next) {
  if (table.needs_old()) {
    if (next) TRY(check_index_keys(table, *next));
    if (!old && !next) return {};
    TRY(update_entries(context.tx, table, key, old, next));
    // A write that changes nothing leaves no record
    // (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).
    const bool changed = !old || !next || !(*old == *next);
    if (changed && table.is_logged()) {
      TRY(append_change(context.tx, table.number, context.now, context.cause, old, next));
      wake_readers(context, table);
    }
    if (!changed) return {};
    if (!table.expiry_attribute.empty()) TRY(update_expiry(context, table, key, old, next));
  }
  const std::string stored = table.item_key(key);
  if (!next) return context.tx.erase(stored);
  return context.tx.put(stored, next->bytes());
}

}  // namespace orrery::dynamodb
