#include "services/dynamodb/indexes/backfill.h"
#include "services/dynamodb/tables/checks.h"
#include "services/dynamodb/tables/describing.h"
#include "services/dynamodb/tables/update_table.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

using Descriptions = std::vector<GlobalSecondaryIndexDescription>;

Descriptions& indexes_of(TableDescription& description) {
  auto& indexes = description.GlobalSecondaryIndexes;
  return indexes ? *indexes : indexes.emplace();
}

bool is_local(const Table& table, std::string_view name) {
  const auto& indexes = table.description.LocalSecondaryIndexes;
  return indexes && std::ranges::any_of(*indexes, [&](const auto& one) { return one.IndexName == name; });
}

Error in_use(const TableUpdate& update, std::string_view what, std::string_view index) {
  return errors::ResourceInUseException("Attempt to change a resource which is still in use: " + std::string(what) +
                                        " Table: " + update.name.name + " Index: " + std::string(index));
}

// The global index of that name. `verb`: "delete" or "update", for the message.
Result<GlobalSecondaryIndexDescription*> existing_index(TableUpdate& update, const std::string& name,
                                                        std::string_view verb) {
  Descriptions& indexes = indexes_of(update.after.description);
  const auto found = std::ranges::find_if(indexes, [&](const auto& one) { return one.IndexName == name; });
  if (found != indexes.end()) return &*found;
  if (is_local(update.before, name)) {
    return fail(
        validation_error("Cannot " + std::string(verb) + " an index that is not a GlobalSecondaryIndex: " + name));
  }
  return fail(errors::ResourceNotFoundException("Requested resource not found: Index " + name + " for table " +
                                                update.name.name));
}

// One index at a time is made or dropped.
Result<> check_free(const TableUpdate& update) {
  const auto& indexes = update.before.description.GlobalSecondaryIndexes;
  if (!indexes) return {};
  const bool busy = std::ranges::any_of(*indexes, [](const auto& one) {
    return one.IndexStatus == IndexStatus::CREATING || one.IndexStatus == IndexStatus::DELETING;
  });
  if (busy) return fail(too_many_online());
  return {};
}

Result<> check_new_throughput(const TableUpdate& update, const CreateGlobalSecondaryIndexAction& wanted) {
  const bool on_demand = update.after.is_on_demand();
  if (on_demand && wanted.ProvisionedThroughput) {
    return fail(invalid_value("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: " +
                              wanted.IndexName + " when BillingMode is PAY_PER_REQUEST"));
  }
  if (!on_demand && !wanted.ProvisionedThroughput) {
    return fail(invalid_value("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: " +
                              wanted.IndexName));
  }
  if (wanted.ProvisionedThroughput) {
    TRY(check_capacity(*wanted.ProvisionedThroughput, wanted.IndexName, update.name.region));
  }
  if (wanted.OnDemandThroughput) TRY(check_on_demand(*wanted.OnDemandThroughput, on_demand, wanted.IndexName));
  if (wanted.WarmThroughput) TRY(check_warm(*wanted.WarmThroughput, wanted.ProvisionedThroughput, wanted.IndexName));
  return {};
}

// The table's definitions and those of the request that it has not; those that no key uses go again.
Result<> define_keys(TableUpdate& update, const CreateGlobalSecondaryIndexAction& wanted) {
  if (!update.input.AttributeDefinitions) {
    return fail(invalid_value("AttributeDefinitions is not specified for index: " + wanted.IndexName));
  }
  Definitions& known = *update.after.description.AttributeDefinitions;
  for (const AttributeDefinition& definition : *update.input.AttributeDefinitions) {
    if (!is_defined(known, definition.AttributeName)) known.push_back(definition);
  }
  return check_index_schema(wanted.KeySchema, known);
}

Result<> make_index(TableUpdate& update, const CreateGlobalSecondaryIndexAction& wanted) {
  Descriptions& indexes = indexes_of(update.after.description);
  if (update.before.find_index(wanted.IndexName) != nullptr || is_local(update.before, wanted.IndexName)) {
    return fail(validation_error("Attempting to create an index which already exists"));
  }
  TRY(check_free(update));
  TRY(define_keys(update, wanted));
  TRY(check_new_throughput(update, wanted));
  if (indexes.size() >= kMostGlobalIndexes) {
    return fail(errors::LimitExceededException(
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of " +
        std::to_string(kMostGlobalIndexes)));
  }
  GlobalSecondaryIndex index;
  index.IndexName = wanted.IndexName;
  index.KeySchema = wanted.KeySchema;
  index.Projection = wanted.Projection;
  index.ProvisionedThroughput = wanted.ProvisionedThroughput;
  index.OnDemandThroughput = wanted.OnDemandThroughput;
  index.WarmThroughput = wanted.WarmThroughput;
  indexes.push_back(described(update.name, index));
  indexes.back().IndexStatus = IndexStatus::CREATING;
  indexes.back().Backfilling = true;
  prune_definitions(update.after.description);
  sort_definitions(update.after.description);
  TRY(check_projected_count(projected_count(update.after.description)));
  TRY(number_indexes(update.tx, update.after));
  update.updating = true;
  return start_backfill(update.dynamodb, update.tx, update.call.now, update.name, update.after,
                        *update.after.find_index(wanted.IndexName));
}

Result<> drop_index(TableUpdate& update, const std::string& name) {
  GlobalSecondaryIndexDescription* index = TRY(existing_index(update, name, "delete"));
  if (index->IndexStatus == IndexStatus::DELETING) return fail(in_use(update, "Index is being deleted.", name));
  // What is being made may be given up; another one that is being made or dropped is in the way.
  if (index->IndexStatus != IndexStatus::CREATING) TRY(check_free(update));
  const Index dropped = *update.before.find_index(name);
  index->IndexStatus = IndexStatus::DELETING;
  index->Backfilling.reset();
  TRY(number_indexes(update.tx, update.after));
  update.updating = true;
  return start_drop(update.dynamodb, update.tx, update.call.now, update.name, dropped);
}

Error unchanged(const std::string& name, const ProvisionedThroughput& wanted) {
  const auto read = std::to_string(wanted.ReadCapacityUnits);
  const auto write = std::to_string(wanted.WriteCapacityUnits);
  return validation_error("The provisioned throughput for the index " + name +
                          " will not change. The requested value equals the current value. Current ReadCapacityUnits "
                          "provisioned for index " +
                          name + ": " + read + ". Requested ReadCapacityUnits: " + read +
                          ". Current WriteCapacityUnits provisioned for index " + name + ": " + write +
                          ". Requested WriteCapacityUnits: " + write +
                          ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
                          "limits.");
}

Result<> change_index_capacity(const TableUpdate& update, GlobalSecondaryIndexDescription& index,
                               const ProvisionedThroughput& wanted) {
  if (update.after.is_on_demand()) {
    return fail(invalid_value("The only Updates for index: " + *index.IndexName +
                              " when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, "
                              "WarmThroughput"));
  }
  TRY(check_capacity(wanted, *index.IndexName, update.name.region));
  auto& described = *index.ProvisionedThroughput;
  if (described.ReadCapacityUnits == wanted.ReadCapacityUnits &&
      described.WriteCapacityUnits == wanted.WriteCapacityUnits) {
    return fail(unchanged(*index.IndexName, wanted));
  }
  if (update.before.is_on_demand()) {
    described.ReadCapacityUnits = wanted.ReadCapacityUnits;
    described.WriteCapacityUnits = wanted.WriteCapacityUnits;
  } else {
    TRY(change_capacity(described, wanted, update.call.now));
  }
  if (!index.WarmThroughput) index.WarmThroughput.emplace().Status = "ACTIVE";
  auto& warm = *index.WarmThroughput;
  warm.ReadUnitsPerSecond = std::max(warm.ReadUnitsPerSecond.value_or(0), wanted.ReadCapacityUnits);
  warm.WriteUnitsPerSecond = std::max(warm.WriteUnitsPerSecond.value_or(0), wanted.WriteCapacityUnits);
  return {};
}

Result<> change_index(TableUpdate& update, const UpdateGlobalSecondaryIndexAction& wanted) {
  GlobalSecondaryIndexDescription& index = *TRY(existing_index(update, wanted.IndexName, "update"));
  if (index.IndexStatus == IndexStatus::DELETING) {
    return fail(in_use(update, "Index is being deleted.", wanted.IndexName));
  }
  if (!wanted.ProvisionedThroughput && !wanted.OnDemandThroughput && !wanted.WarmThroughput) {
    return fail(invalid_value("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: " +
                              wanted.IndexName));
  }
  if (wanted.ProvisionedThroughput) TRY(change_index_capacity(update, index, *wanted.ProvisionedThroughput));
  if (wanted.OnDemandThroughput) {
    TRY(change_on_demand(index.OnDemandThroughput, *wanted.OnDemandThroughput, update.after.is_on_demand(),
                         wanted.IndexName));
  }
  if (!wanted.WarmThroughput) return {};
  if (!index.WarmThroughput) index.WarmThroughput.emplace().Status = "ACTIVE";
  auto& warm = *index.WarmThroughput;
  TRY(change_warmth(warm.ReadUnitsPerSecond, wanted.WarmThroughput->ReadUnitsPerSecond, "ReadUnitsPerSecond",
                    wanted.IndexName));
  return change_warmth(warm.WriteUnitsPerSecond, wanted.WarmThroughput->WriteUnitsPerSecond, "WriteUnitsPerSecond",
                       wanted.IndexName);
}

}  // namespace

Result<> update_indexes(TableUpdate& update) {
  if (!update.input.GlobalSecondaryIndexUpdates) return {};
  for (const GlobalSecondaryIndexUpdate& one : *update.input.GlobalSecondaryIndexUpdates) {
    if (one.Update) TRY(change_index(update, *one.Update));
  }
  for (const GlobalSecondaryIndexUpdate& one : *update.input.GlobalSecondaryIndexUpdates) {
    if (one.Create) TRY(make_index(update, *one.Create));
    if (one.Delete) TRY(drop_index(update, one.Delete->IndexName));
  }
  if (indexes_of(update.after.description).empty()) update.after.description.GlobalSecondaryIndexes.reset();
  return {};
}

}  // namespace orrery::dynamodb
