#include "services/dynamodb/items/bind.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

// The paths that the update names, of the item before or after; nullopt when there is nothing of them.
std::optional<item::Item> part(const ItemAction& action, const std::optional<item::Item>& item) {
  if (!item) return std::nullopt;
  std::optional<item::Item> out = action.update.updated(*item);
  if (out->empty()) out.reset();
  return out;
}

std::optional<item::Item> returned(const std::string& choice, const ItemAction& action, Outcome& outcome) {
  if (choice == ReturnValue::ALL_OLD) return std::move(outcome.old);
  if (choice == ReturnValue::ALL_NEW) return std::move(outcome.updated);
  if (choice == ReturnValue::UPDATED_OLD) return part(action, outcome.old);
  if (choice == ReturnValue::UPDATED_NEW) return part(action, outcome.updated);
  return std::nullopt;
}

}  // namespace

Result<UpdateItemOutput> update_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const UpdateItemInput& input) {
  const ItemAction action = TRY(bind_update(input));
  const auto table = TRY(table_for_items(tx, call, input.TableName));
  const std::string key = TRY(key_of(*table, action));
  Outcome outcome = TRY(perform({dynamodb, tx, call.now}, *table, key, action, true));

  UpdateItemOutput output;
  if (wants_capacity(input.ReturnConsumedCapacity)) {
    Consumption consumption;
    consumption.write(*table, outcome.old, after(action, outcome));
    output.ConsumedCapacity = consumption.told(input.ReturnConsumedCapacity, input.TableName);
  }
  output.ItemCollectionMetrics = TRY(collection_metrics(tx, *table, input.ReturnItemCollectionMetrics, input.Key));
  if (input.ReturnValues) output.Attributes = returned(*input.ReturnValues, action, outcome);
  return output;
}

}  // namespace orrery::dynamodb
