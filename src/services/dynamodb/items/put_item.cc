#include "services/dynamodb/items/change.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

Result<> check(const PutItemInput& input) {
  TRY(refuse("PutItem", {{"ConditionExpression", input.ConditionExpression.has_value()},
                         {"Expected", input.Expected.has_value()},
                         {"ConditionalOperator", input.ConditionalOperator.has_value()}}));
  TRY(refuse_stray_placeholders(input.ExpressionAttributeNames.has_value(), input.ExpressionAttributeValues.has_value(),
                                "ConditionExpression"));
  return check_item_size(input.Item);
}

}  // namespace

Result<PutItemOutput> put_item(DynamoDb& dynamodb, Call& call, Transaction& tx, const PutItemInput& input) {
  TRY(check(input));
  const bool old_wanted = TRY(wants_old(input.ReturnValues));
  const auto table = TRY(table_for_items(tx, call, input.TableName));
  const std::string key = TRY(item::key_of_item(table->keys, input.Item));
  const bool priced = wants_capacity(input.ReturnConsumedCapacity);
  auto old = TRY(read_old(tx, *table, key, old_wanted || priced));
  TRY(change_item({dynamodb, tx, call.now}, *table, key, old, input.Item));

  PutItemOutput output;
  if (priced) {
    const std::size_t old_size = old ? old->size_bytes() : 0;
    output.ConsumedCapacity =
        consumed(input.ReturnConsumedCapacity, input.TableName, write_units(old_size, input.Item.size_bytes()));
  }
  if (old_wanted) output.Attributes = std::move(old);
  return output;
}

}  // namespace orrery::dynamodb
