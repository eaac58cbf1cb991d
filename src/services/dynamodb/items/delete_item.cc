#include "services/dynamodb/items/bind.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {

Result<DeleteItemOutput> delete_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteItemInput& input) {
  const bool old_wanted = TRY(wants_old(input.ReturnValues));
  const ItemAction action = TRY(bind_delete(input));
  const auto table = TRY(table_for_items(tx, call, input.TableName));
  const std::string key = TRY(key_of(*table, action));
  const bool priced = wants_capacity(input.ReturnConsumedCapacity);
  Outcome outcome = TRY(perform({dynamodb, tx, call.now}, *table, key, action, old_wanted || priced));

  DeleteItemOutput output;
  if (priced) {
    Consumption consumption;
    consumption.write(*table, outcome.old, std::nullopt);
    output.ConsumedCapacity = consumption.told(input.ReturnConsumedCapacity, input.TableName);
  }
  output.ItemCollectionMetrics = TRY(collection_metrics(tx, *table, input.ReturnItemCollectionMetrics, input.Key));
  if (old_wanted) output.Attributes = std::move(outcome.old);
  return output;
}

}  // namespace orrery::dynamodb
