// What DescribeTable says of the things that a request has specified: used by whatever makes tables and indexes.
#pragma once

#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// Nothing specified: on demand, which is told as 0.
ProvisionedThroughputDescription described(const std::optional<ProvisionedThroughput>& throughput);
// ACTIVE. What was not asked for is what the throughput gives.
TableWarmThroughputDescription warmth(const std::optional<WarmThroughput>& wanted,
                                      const std::optional<ProvisionedThroughput>& throughput);
// IndexStatus is ACTIVE: of a table that is made with the index.
GlobalSecondaryIndexDescription described(const TableName& table, const GlobalSecondaryIndex& index);
LocalSecondaryIndexDescription described(const TableName& table, const LocalSecondaryIndex& index);
// nullopt: a key that AWS owns, of which the service says nothing either.
std::optional<SSEDescription> described(const SSESpecification& specification);

// By CreateTable with a delay, or by a restore: operations on items do not find the table before it is done.
inline bool is_being_made(const Table& table, Instant now) {
  return table.is_being_created(now) || table.description.TableStatus == TableStatus::CREATING;
}
// Of a table that is being made: everything is CREATING.
void describe_being_made(TableDescription& description);

// The service tells definitions and projected attributes by name.
void sort_definitions(TableDescription& description);
// Definitions of attributes that are no longer a key of anything go.
void prune_definitions(TableDescription& description);

}  // namespace orrery::dynamodb
