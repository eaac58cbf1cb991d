// The table that a restore makes.
#include "services/dynamodb/backups/new_table.h"
#include "services/dynamodb/backups/restore.h"
#include "services/record.h"

#include <algorithm>
#include <set>

namespace orrery::dynamodb {
namespace {

template <class T>
bool same(const T& a, const T& b) {
  return wire::to_document(wire::shape_for<T>(), &a) == wire::to_document(wire::shape_for<T>(), &b);
}

bool same_keys(const std::vector<KeySchemaElement>& a, const std::vector<KeySchemaElement>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
}

bool is_on_demand(const TableDescription& table) {
  return table.BillingModeSummary && table.BillingModeSummary->BillingMode == BillingMode::PAY_PER_REQUEST;
}

ProvisionedThroughput units_of(const ProvisionedThroughputDescription& description) {
  return {description.ReadCapacityUnits.value_or(0), description.WriteCapacityUnits.value_or(0)};
}

template <class Index, class Description>
Index index_of(const Description& description) {
  Index index;
  index.IndexName = description.IndexName.value_or("");
  index.KeySchema = description.KeySchema.value_or(std::vector<KeySchemaElement>());
  index.Projection = description.Projection.value_or(Projection());
  return index;
}

// Each override is one of the source's indexes.
template <class Index, class Description>
Result<> check_indexes(const std::vector<Index>& wanted, const std::optional<std::vector<Description>>& source) {
  for (const Index& index : wanted) {
    const bool known = source && std::ranges::any_of(*source, [&](const Description& one) {
                         const auto theirs = index_of<Index>(one);
                         return theirs.IndexName == index.IndexName && same_keys(theirs.KeySchema, index.KeySchema) &&
                                same(theirs.Projection, index.Projection);
                       });
    if (!known) {
      return fail(validation_error("One or more parameter values were invalid: Index " + index.IndexName +
                                   " does not match an index of the source table"));
    }
  }
  return {};
}

template <class Index, class Description>
std::optional<std::vector<Index>> all_indexes(const std::optional<std::vector<Description>>& source) {
  std::optional<std::vector<Index>> out;
  if (!source) return out;
  for (const Description& one : *source) {
    if constexpr (requires { one.IndexStatus; }) {
      if (one.IndexStatus == IndexStatus::DELETING) continue;  // it was on its way out at the backup's instant
    }
    if (!out) out.emplace();
    out->push_back(index_of<Index>(one));
  }
  return out;
}

// Global indexes of a provisioned table have throughput of their own: their former one, or the table's.
void set_index_throughput(const TableDescription& source, CreateTableInput& input) {
  if (!input.GlobalSecondaryIndexes) return;
  for (GlobalSecondaryIndex& index : *input.GlobalSecondaryIndexes) {
    if (input.BillingMode == BillingMode::PAY_PER_REQUEST) {
      index.ProvisionedThroughput.reset();
      continue;
    }
    if (index.ProvisionedThroughput) continue;
    index.ProvisionedThroughput = input.ProvisionedThroughput;
    if (!source.GlobalSecondaryIndexes || is_on_demand(source)) continue;
    const auto former =
        std::ranges::find(*source.GlobalSecondaryIndexes, index.IndexName, &GlobalSecondaryIndexDescription::IndexName);
    if (former != source.GlobalSecondaryIndexes->end() && former->ProvisionedThroughput) {
      index.ProvisionedThroughput = units_of(*former->ProvisionedThroughput);
    }
  }
}

Result<> set_indexes(const TableDescription& source, const Overrides& overrides, CreateTableInput& input) {
  if (overrides.global_indexes) TRY(check_indexes(*overrides.global_indexes, source.GlobalSecondaryIndexes));
  if (overrides.local_indexes) TRY(check_indexes(*overrides.local_indexes, source.LocalSecondaryIndexes));
  input.GlobalSecondaryIndexes = overrides.global_indexes
                                     ? overrides.global_indexes
                                     : all_indexes<GlobalSecondaryIndex>(source.GlobalSecondaryIndexes);
  input.LocalSecondaryIndexes = overrides.local_indexes
                                    ? overrides.local_indexes
                                    : all_indexes<LocalSecondaryIndex>(source.LocalSecondaryIndexes);
  // An empty list says "none".
  if (input.GlobalSecondaryIndexes && input.GlobalSecondaryIndexes->empty()) input.GlobalSecondaryIndexes.reset();
  if (input.LocalSecondaryIndexes && input.LocalSecondaryIndexes->empty()) input.LocalSecondaryIndexes.reset();
  set_index_throughput(source, input);
  return {};
}

// Definitions of attributes that are no key any more would be refused.
std::vector<AttributeDefinition> used_definitions(const TableDescription& source, const CreateTableInput& input) {
  std::set<std::string> used;
  const auto add = [&](const std::vector<KeySchemaElement>& keys) {
    for (const KeySchemaElement& key : keys) used.insert(key.AttributeName);
  };
  add(*input.KeySchema);
  if (input.GlobalSecondaryIndexes) {
    for (const auto& index : *input.GlobalSecondaryIndexes) add(index.KeySchema);
  }
  if (input.LocalSecondaryIndexes) {
    for (const auto& index : *input.LocalSecondaryIndexes) add(index.KeySchema);
  }
  std::vector<AttributeDefinition> out;
  for (const AttributeDefinition& definition : *source.AttributeDefinitions) {
    if (used.contains(definition.AttributeName)) out.push_back(definition);
  }
  return out;
}

}  // namespace

Result<CreateTableInput> restored_input(const std::string& target, const TableDescription& source,
                                        const Overrides& overrides) {
  CreateTableInput input;
  input.TableName = target;
  input.KeySchema = source.KeySchema;
  const std::string former(is_on_demand(source) ? BillingMode::PAY_PER_REQUEST : BillingMode::PROVISIONED);
  input.BillingMode = overrides.billing_mode.value_or(former);
  input.ProvisionedThroughput = overrides.throughput;
  if (!input.ProvisionedThroughput && input.BillingMode == BillingMode::PROVISIONED && !is_on_demand(source) &&
      source.ProvisionedThroughput) {
    input.ProvisionedThroughput = units_of(*source.ProvisionedThroughput);
  }
  input.OnDemandThroughput = overrides.on_demand ? overrides.on_demand : source.OnDemandThroughput;
  if (input.BillingMode == BillingMode::PROVISIONED) input.OnDemandThroughput = overrides.on_demand;
  input.SSESpecification = overrides.sse;
  if (!overrides.sse && source.SSEDescription) {
    auto& sse = input.SSESpecification.emplace();
    sse.Enabled = true;
    sse.SSEType = source.SSEDescription->SSEType;
    sse.KMSMasterKeyId = source.SSEDescription->KMSMasterKeyArn;
  }
  if (source.TableClassSummary) input.TableClass = source.TableClassSummary->TableClass;
  TRY(set_indexes(source, overrides, input));
  input.AttributeDefinitions = used_definitions(source, input);
  return input;
}

Result<Table> begin_restore(DynamoDb& dynamodb, Call& call, Transaction& tx, const TableName& target,
                            const TableDescription& source, const Overrides& overrides, RestoreSummary summary) {
  if (const auto there = TRY(find_table(tx, target)); there != nullptr) {
    if (there->is_being_created(call.now)) {
      return fail(errors::TableInUseException("Table is in use: " + target.name));
    }
    return fail(errors::TableAlreadyExistsException("Table already exists: " + target.name));
  }
  TRY(make_table(dynamodb, call, tx, TRY(restored_input(target.name, source, overrides))));
  Table table = *TRY(find_table(tx, target));
  hide_table(table);
  table.description.RestoreSummary = std::move(summary);
  TRY(put_table(tx, target, table));
  return table;
}

std::vector<Access> restored_table(std::string_view action, const std::string& source, const std::string& target) {
  std::vector<Access> accesses{{std::string(action), source, {}}, {std::string(action), target, {}}};
  for (const char* name : {"BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}) {
    accesses.push_back({std::string("dynamodb:") + name, target, {}});
  }
  return accesses;
}

}  // namespace orrery::dynamodb
