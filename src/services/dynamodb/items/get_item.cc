#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// Reads are consistent whether ConsistentRead says so or not; it decides what they cost.
Result<GetItemOutput> get_item(DynamoDb& dynamodb, Call& call, Reader& reader, const GetItemInput& input) {
  const auto projection =
      TRY(bind_projection(input.ProjectionExpression, input.ExpressionAttributeNames, input.AttributesToGet));
  const auto table = TRY(table_for_items(reader, call, input.TableName));
  TRY(check_key_paths(projection, table->keys));
  const std::string key = table->item_key(TRY(item::key_of_key(table->keys, input.Key)));

  GetItemOutput output;
  if (auto found = TRY(reader.get(key))) output.Item = item::Item::from_encoding(*std::move(found));
  Meter meter(dynamodb.throughput);
  if (meter.on() || meter.notes() || wants_capacity(input.ReturnConsumedCapacity)) {
    const std::size_t size = output.Item ? output.Item->size_bytes() : 0;
    Consumption consumption;
    consumption.table(read_units(size, input.ConsistentRead.value_or(false)));
    if (meter.on()) TRY(meter.spend(consumption.charges(*table, Use::Read)));
    meter.note(*table, consumption, Use::Read);
    output.ConsumedCapacity = consumption.told(input.ReturnConsumedCapacity, input.TableName);
  }
  if (projection && output.Item) output.Item = projection->apply(*output.Item);
  return output;
}

}  // namespace orrery::dynamodb
