#include "services/dynamodb/tables/describing.h"

#include "services/dynamodb/tables/limits.h"

#include <algorithm>
#include <set>

namespace orrery::dynamodb {
namespace {

Projection sorted(Projection projection) {
  if (projection.NonKeyAttributes) std::ranges::sort(*projection.NonKeyAttributes);
  return projection;
}

}  // namespace

ProvisionedThroughputDescription described(const std::optional<ProvisionedThroughput>& throughput) {
  ProvisionedThroughputDescription out;
  out.NumberOfDecreasesToday = 0;
  out.ReadCapacityUnits = throughput ? throughput->ReadCapacityUnits : 0;
  out.WriteCapacityUnits = throughput ? throughput->WriteCapacityUnits : 0;
  return out;
}

TableWarmThroughputDescription warmth(const std::optional<WarmThroughput>& wanted,
                                      const std::optional<ProvisionedThroughput>& throughput) {
  TableWarmThroughputDescription out;
  out.ReadUnitsPerSecond = throughput ? throughput->ReadCapacityUnits : kInitialReadUnits;
  out.WriteUnitsPerSecond = throughput ? throughput->WriteCapacityUnits : kInitialWriteUnits;
  out.Status = "ACTIVE";
  if (!wanted) return out;
  if (wanted->ReadUnitsPerSecond) out.ReadUnitsPerSecond = wanted->ReadUnitsPerSecond;
  if (wanted->WriteUnitsPerSecond) out.WriteUnitsPerSecond = wanted->WriteUnitsPerSecond;
  return out;
}

GlobalSecondaryIndexDescription described(const TableName& table, const GlobalSecondaryIndex& index) {
  GlobalSecondaryIndexDescription out;
  out.IndexName = index.IndexName;
  out.KeySchema = index.KeySchema;
  out.Projection = sorted(index.Projection);
  out.IndexStatus = IndexStatus::ACTIVE;
  out.ProvisionedThroughput = described(index.ProvisionedThroughput);
  out.IndexArn = table.index_arn(index.IndexName);
  if (index.OnDemandThroughput &&
      (index.OnDemandThroughput->MaxReadRequestUnits || index.OnDemandThroughput->MaxWriteRequestUnits)) {
    out.OnDemandThroughput = index.OnDemandThroughput;
  }
  const TableWarmThroughputDescription warm = warmth(index.WarmThroughput, index.ProvisionedThroughput);
  out.WarmThroughput.emplace();
  out.WarmThroughput->ReadUnitsPerSecond = warm.ReadUnitsPerSecond;
  out.WarmThroughput->WriteUnitsPerSecond = warm.WriteUnitsPerSecond;
  out.WarmThroughput->Status = warm.Status;
  return out;
}

LocalSecondaryIndexDescription described(const TableName& table, const LocalSecondaryIndex& index) {
  LocalSecondaryIndexDescription out;
  out.IndexName = index.IndexName;
  out.KeySchema = index.KeySchema;
  out.Projection = sorted(index.Projection);
  out.IndexArn = table.index_arn(index.IndexName);
  return out;
}

std::optional<SSEDescription> described(const SSESpecification& specification) {
  if (!specification.Enabled.value_or(false)) return std::nullopt;
  SSEDescription out;
  out.Status = SSEStatus::ENABLED;
  out.SSEType = SSEType::KMS;
  out.KMSMasterKeyArn = specification.KMSMasterKeyId;
  return out;
}

void describe_being_made(TableDescription& description) {
  description.TableStatus = TableStatus::CREATING;
  if (!description.GlobalSecondaryIndexes) return;
  for (auto& index : *description.GlobalSecondaryIndexes) index.IndexStatus = IndexStatus::CREATING;
}

void sort_definitions(TableDescription& description) {
  std::ranges::sort(*description.AttributeDefinitions, {}, &AttributeDefinition::AttributeName);
}

void prune_definitions(TableDescription& description) {
  std::set<std::string, std::less<>> used;
  const auto use = [&](const auto& keys) {
    for (const auto& key : *keys) used.insert(key.AttributeName);
  };
  use(description.KeySchema);
  if (description.GlobalSecondaryIndexes) {
    for (const auto& index : *description.GlobalSecondaryIndexes) use(index.KeySchema);
  }
  if (description.LocalSecondaryIndexes) {
    for (const auto& index : *description.LocalSecondaryIndexes) use(index.KeySchema);
  }
  std::erase_if(*description.AttributeDefinitions, [&](const auto& one) { return !used.contains(one.AttributeName); });
}

}  // namespace orrery::dynamodb
