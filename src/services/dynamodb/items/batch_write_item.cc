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

item::ItemView subject_of(const WriteRequest& request) {
  return request.PutRequest ? request.PutRequest->Item : request.DeleteRequest->Key;
}

// Unlike PutItem, a batch says no more of an item without its key than that it does not match.
Result<std::string> key_of(const Table& table, const WriteRequest& request) {
  if (!request.PutRequest) return item::key_of_key(table.keys, request.DeleteRequest->Key);
  const auto lacks = [&](const item::KeyAttribute& attribute) {
    const auto value = request.PutRequest->Item.find(attribute.name);
    return !value || value->type() != attribute.type;
  };
  if (lacks(table.keys.partition) || (table.keys.sort && lacks(*table.keys.sort))) {
    return fail(validation_error("The provided key element does not match the schema"));
  }
  return item::key_of_item(table.keys, request.PutRequest->Item);
}

// Writes the requests for one table, whose keys are known.
class TableWriter {
 public:
  TableWriter(const ChangeContext& context, const Table& table, bool priced)
      : context_(context), table_(table), priced_(priced) {}

  // False: there is no throughput left for it, and it is not written.
  Result<bool> write(const std::string& key, const WriteRequest& request) {
    // What has to be read for the price is read only when the price is asked for.
    const auto old = TRY(read_old(context_.tx, table_, key, priced_ || context_.meter.on()));
    std::optional<item::ItemView> next;
    if (request.PutRequest) next = request.PutRequest->Item;
    if (context_.meter.on() && !spend(old, next)) return false;
    TRY(change_item(context_, table_, key, old, next));
    if (priced_ || context_.meter.notes()) consumption_.write(table_, old, next);
    return true;
  }
  // Of the last write() that was false.
  const std::optional<Error>& refusal() const { return refusal_; }
  const Consumption& consumption() const { return consumption_; }

 private:
  bool spend(const std::optional<item::Item>& old, std::optional<item::ItemView> next) {
    Consumption one;
    one.write(table_, old, next);
    auto spent = context_.meter.spend(one.charges(table_, Use::Write));
    if (spent) return true;
    refusal_ = std::move(spent).error();
    return false;
  }

  const ChangeContext& context_;
  const Table& table_;
  const bool priced_;
  Consumption consumption_;
  std::optional<Error> refusal_;
};

}  // namespace

// All in one transaction, which is more than the service promises; hence nothing is left unprocessed but what there is
// no throughput for.
Result<BatchWriteItemOutput> batch_write_item(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                              const BatchWriteItemInput& input) {
  TRY(check(input));
  BatchWriteItemOutput output;
  output.UnprocessedItems.emplace();
  const bool priced = wants_capacity(input.ReturnConsumedCapacity);
  if (priced) output.ConsumedCapacity.emplace();

  const ChangeContext context{dynamodb, tx, call.now};
  CollectionMetrics collections(input.ReturnItemCollectionMetrics);
  std::set<std::pair<std::uint64_t, std::string>> keys;  // by table number
  bool any = false;
  std::optional<Error> refusal;
  for (const auto& [name, requests] : input.RequestItems) {
    const auto table = TRY(table_for_items(tx, call, name));
    TableWriter writer(context, *table, priced);
    for (const WriteRequest& request : requests) {
      const auto [one, fresh] = keys.emplace(table->number, TRY(key_of(*table, request)));
      if (!fresh) return fail(validation_error("Provided list of item keys contains duplicates"));
      if (TRY(writer.write(one->second, request))) {
        any = true;
      } else {
        (*output.UnprocessedItems)[name].push_back(request);
      }
    }
    for (const WriteRequest& request : requests) TRY(collections.add(tx, *table, name, subject_of(request)));
    context.meter.note(*table, writer.consumption(), Use::Write);
    if (writer.refusal()) refusal = writer.refusal();
    if (priced) {
      output.ConsumedCapacity->push_back(*writer.consumption().told(input.ReturnConsumedCapacity, name));
    }
  }
  if (refusal && !any) return fail(*std::move(refusal));
  output.ItemCollectionMetrics = std::move(collections).take();
  return output;
}

}  // namespace orrery::dynamodb
