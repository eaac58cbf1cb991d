#include "services/dynamodb/operations.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"

#include <unordered_set>

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
Result<double> write(Transaction& tx, const std::string& key, const WriteRequest& request, bool priced) {
  std::size_t old_size = 0;
  if (priced) {
    if (const auto old = TRY(tx.get(key))) old_size = item::ItemView(*old).size_bytes();
  }
  if (!request.PutRequest) {
    TRY(tx.erase(key));
    return write_units(old_size, 0);
  }
  const item::Item& item = request.PutRequest->Item;
  TRY(tx.put(key, item.bytes()));
  return priced ? write_units(old_size, item.size_bytes()) : 0.0;
}

Result<std::string> key_of(const Table& table, const WriteRequest& request) {
  return table.item_key(request.PutRequest ? TRY(item::key_of_item(table.keys, request.PutRequest->Item))
                                           : TRY(item::key_of_key(table.keys, request.DeleteRequest->Key)));
}

}  // namespace

// All in one transaction, which is more than the service promises; hence nothing is ever left unprocessed.
Result<BatchWriteItemOutput> batch_write_item(Call& call, Transaction& tx, const BatchWriteItemInput& input) {
  TRY(check(input));
  BatchWriteItemOutput output;
  output.UnprocessedItems.emplace();
  const bool priced = wants_capacity(input.ReturnConsumedCapacity);
  if (priced) output.ConsumedCapacity.emplace();

  std::unordered_set<std::string> keys;
  for (const auto& [name, requests] : input.RequestItems) {
    const auto table = TRY(table_for_items(tx, call, name));
    double units = 0;
    for (const WriteRequest& request : requests) {
      const auto [key, fresh] = keys.insert(TRY(key_of(*table, request)));
      if (!fresh) return fail(validation_error("Provided list of item keys contains duplicates"));
      units += TRY(write(tx, *key, request, priced));
    }
    if (priced) output.ConsumedCapacity->push_back(*consumed(input.ReturnConsumedCapacity, name, units));
  }
  return output;
}

}  // namespace orrery::dynamodb
