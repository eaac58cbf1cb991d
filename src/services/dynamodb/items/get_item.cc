#include "services/dynamodb/operations.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// Reads are consistent whether ConsistentRead says so or not; it decides what they cost.
Result<GetItemOutput> get_item(Call& call, Reader& reader, const GetItemInput& input) {
  TRY(refuse("GetItem", {{"ProjectionExpression", input.ProjectionExpression.has_value()},
                         {"AttributesToGet", input.AttributesToGet.has_value()}}));
  TRY(refuse_stray_placeholders(input.ExpressionAttributeNames.has_value(), false, {}));
  const auto table = TRY(table_for_items(reader, call, input.TableName));
  const std::string key = table->item_key(TRY(item::key_of_key(table->keys, input.Key)));

  GetItemOutput output;
  if (auto found = TRY(reader.get(key))) output.Item = item::Item::from_encoding(*std::move(found));
  if (wants_capacity(input.ReturnConsumedCapacity)) {
    const std::size_t size = output.Item ? output.Item->size_bytes() : 0;
    output.ConsumedCapacity =
        consumed(input.ReturnConsumedCapacity, input.TableName, read_units(size, input.ConsistentRead.value_or(false)));
  }
  return output;
}

}  // namespace orrery::dynamodb
