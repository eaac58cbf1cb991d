#include "services/dynamodb/operations.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"

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

Result<PutItemOutput> put_item(Call& call, Transaction& tx, const PutItemInput& input) {
  TRY(check(input));
  const bool old_wanted = TRY(wants_old(input.ReturnValues));
  const auto table = TRY(table_for_items(tx, call, input.TableName));
  const std::string key = table->item_key(TRY(item::key_of_item(table->keys, input.Item)));

  PutItemOutput output;
  std::size_t old_size = 0;
  if (old_wanted || wants_capacity(input.ReturnConsumedCapacity)) {
    if (auto old = TRY(tx.get(key))) {
      old_size = item::ItemView(*old).size_bytes();
      if (old_wanted) output.Attributes = item::Item::from_encoding(*std::move(old));
    }
  }
  TRY(tx.put(key, input.Item.bytes()));
  if (wants_capacity(input.ReturnConsumedCapacity)) {
    output.ConsumedCapacity =
        consumed(input.ReturnConsumedCapacity, input.TableName, write_units(old_size, input.Item.size_bytes()));
  }
  return output;
}

}  // namespace orrery::dynamodb
