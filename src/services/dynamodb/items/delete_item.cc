#include "services/dynamodb/operations.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {
namespace {

Result<> check(const DeleteItemInput& input) {
  TRY(refuse("DeleteItem", {{"ConditionExpression", input.ConditionExpression.has_value()},
                            {"Expected", input.Expected.has_value()},
                            {"ConditionalOperator", input.ConditionalOperator.has_value()}}));
  return refuse_stray_placeholders(input.ExpressionAttributeNames.has_value(),
                                   input.ExpressionAttributeValues.has_value(), "ConditionExpression");
}

}  // namespace

Result<DeleteItemOutput> delete_item(Call& call, Transaction& tx, const DeleteItemInput& input) {
  TRY(check(input));
  const bool old_wanted = TRY(wants_old(input.ReturnValues));
  const auto table = TRY(table_for_items(tx, call, input.TableName));
  const std::string key = table->item_key(TRY(item::key_of_key(table->keys, input.Key)));

  DeleteItemOutput output;
  std::size_t old_size = 0;
  if (old_wanted || wants_capacity(input.ReturnConsumedCapacity)) {
    if (auto old = TRY(tx.get(key))) {
      old_size = item::ItemView(*old).size_bytes();
      if (old_wanted) output.Attributes = item::Item::from_encoding(*std::move(old));
    }
  }
  TRY(tx.erase(key));
  output.ConsumedCapacity = consumed(input.ReturnConsumedCapacity, input.TableName, write_units(old_size, 0));
  return output;
}

}  // namespace orrery::dynamodb
