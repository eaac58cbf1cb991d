#include "services/dynamodb/items/change.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/operations.h"

#include <set>

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kMostRequests = 25;

Result<> check(const BatchWriteItemInput& input) {
  std::size_t count = 0;
  for (const auto& [table, requests] : input.RequestItems) {
    count += requests.size();
    for (const WriteRequest& request : requests) {
      if (request.PutRequest.has_value() == request.DeleteRequest.has_value()) {
        return fail(validation_error(
            request.PutRequest ? "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
                                 "the supported datatypes"
                               : "Supplied AttributeValue is empty, must contain exactly one of the supported "
                                 "datatypes"));
      }
      if (request.PutRequest) TRY(check_item_size(request.PutRequest->Item));
    }
  }
  if (count > kMostRequests) {
    return fail(validation_error("Too many items requested for the BatchWriteItem call"));
  }
  return {};
}

// One request, its key known: what has to be read for the price is read only when the price is asked for.
Result<double> write(const ChangeContext& context, const Table& table, const std::string& key,
                     const WriteRequest& request, bool priced) {
  const auto old = TRY(read_old(context.tx, table, key, priced));
  std::optional<item::ItemView> next;
  if (request.PutRequest) next = request.PutRequest->Item;
  TRY(change_item(context, table, key, old, next));
  return priced ? write_units(old ? old->size_bytes() : 0, next ? next->size_bytes() : 0) : 0.0;
}

Result<std::string> key_of(const Table& table, const WriteRequest& request) {
  return request.PutRequest ? item::key_of_item(table.keys, request.PutRequest->Item)
                            : item::key_of_key(table.keys, request.DeleteRequest->Key);
}

}  // namespace

// All in one transaction, which is more than the service promises; hence nothing is ever left unprocessed.
Result<BatchWriteItemOutput> batch_write_item(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                              const BatchWriteItemInput& input) {
  TRY(check(input));
  BatchWriteItemOutput output;
  output.UnprocessedItems.emplace();
  const bool priced = wants_capacity(input.ReturnConsumedCapacity);
  if (priced) output.ConsumedCapacity.emplace();

  const ChangeContext context{dynamodb, tx, call.now};
  std::set<std::pair<std::uint64_t, std::string>> keys;  // by table number
  for (const auto& [name, requests] : input.RequestItems) {
    const auto table = TRY(table_for_items(tx, call, name));
    double units = 0;
    for (const WriteRequest& request : requests) {
      const auto [one, fresh] = keys.emplace(table->number, TRY(key_of(*table, request)));
      if (!fresh) return fail(validation_error("Provided list of item keys contains duplicates"));
      units += TRY(write(context, *table, one->second, request, priced));
    }
    if (priced) output.ConsumedCapacity->push_back(*consumed(input.ReturnConsumedCapacity, name, units));
  }
  return output;
}

}  // namespace orrery::dynamodb
