#include "services/dynamodb/items/cancellation.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"

#include <set>

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kMostBytesTogether = std::size_t{4} * 1024 * 1024;

// Store keys, in order. As in TransactWriteItems, a key that does not match its table cancels the transaction.
Result<std::vector<std::string>> keys_of(Reader& reader, const Call& call, const TransactGetItemsInput& input,
                                         const std::vector<MaybeProjection>& projections,
                                         std::vector<std::shared_ptr<const Table>>& tables) {
  for (const TransactGetItem& one : input.TransactItems) {
    tables.push_back(TRY(table_for_items(reader, call, one.Get.TableName)));
  }
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    TRY(check_key_paths(projections[i], tables[i]->keys));
    auto key = item::key_of_key(tables[i]->keys, input.TransactItems[i].Get.Key);
    if (key) {
      keys.push_back(tables[i]->item_key(*key));
      continue;
    }
    if (key.error().message.starts_with("One or more parameter values are not valid.")) {
      return fail(std::move(key).error());
    }
    Cancellation cancellation(tables.size());
    TRY(cancellation.note(i, std::move(key).error()));
    return fail(cancellation.error());
  }
  if (std::set<std::string_view>(keys.begin(), keys.end()).size() != keys.size()) {
    return fail(validation_error("Transaction request cannot include multiple operations on one item"));
  }
  return keys;
}

// All or nothing.
Result<> spend(Throughput& throughput, const std::vector<std::shared_ptr<const Table>>& tables,
               const std::vector<std::optional<std::string>>& found) {
  Cancellation cancellation(tables.size());
  std::vector<Charge> all;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Consumption one;
    one.table(kTransactional * read_units(found[i] ? item::ItemView(*found[i]).size_bytes() : 0, true));
    const auto charges = one.charges(*tables[i], Use::Read);
    if (auto checked = throughput.check(charges); !checked) TRY(cancellation.note(i, std::move(checked).error()));
    all.insert(all.end(), charges.begin(), charges.end());
  }
  if (cancellation.any()) return fail(cancellation.error());
  throughput.take(all);
  return {};
}

}  // namespace

// One snapshot serves all: no half of a transaction is seen, and nobody is in the way.
Result<TransactGetItemsOutput> transact_get_items(DynamoDb& dynamodb, Call& call, Reader& reader,
                                                  const TransactGetItemsInput& input) {
  std::vector<MaybeProjection> projections;
  for (const TransactGetItem& one : input.TransactItems) {
    projections.push_back(
        TRY(bind_projection(one.Get.ProjectionExpression, one.Get.ExpressionAttributeNames, std::nullopt)));
  }
  std::vector<std::shared_ptr<const Table>> tables;
  const auto keys = TRY(keys_of(reader, call, input, projections, tables));
  const auto found = TRY(reader.multi_get(keys));
  if (dynamodb.throughput.enforced()) TRY(spend(dynamodb.throughput, tables, found));

  TransactGetItemsOutput output;
  output.Responses.emplace(keys.size());
  std::map<std::string_view, Consumption> consumed;
  std::size_t total = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const item::ItemView item = found[i] ? item::ItemView(*found[i]) : item::ItemView();
    total += item.size_bytes();
    consumed[input.TransactItems[i].Get.TableName].table(kTransactional * read_units(item.size_bytes(), true));
    if (!found[i]) continue;
    (*output.Responses)[i].Item = projections[i] ? projections[i]->apply(item) : item::Item(item);
  }
  if (total > kMostBytesTogether) {
    return fail(validation_error("The aggregate size of the items in the transaction cannot exceed 4 MB"));
  }
  Meter meter(dynamodb.throughput);
  for (std::size_t i = 0; meter.notes() && i < keys.size(); ++i) {
    Consumption one;
    one.table(kTransactional * read_units(found[i] ? item::ItemView(*found[i]).size_bytes() : 0, true));
    meter.note(*tables[i], one, Use::Read);
  }
  if (wants_capacity(input.ReturnConsumedCapacity)) {
    output.ConsumedCapacity.emplace();
    for (const auto& [name, consumption] : consumed) {
      output.ConsumedCapacity->push_back(*consumption.told(input.ReturnConsumedCapacity, name, Split::Reads));
    }
  }
  return output;
}

}  // namespace orrery::dynamodb
