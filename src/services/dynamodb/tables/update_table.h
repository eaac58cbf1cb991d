// The parts of UpdateTable: each works on a copy of the table, which is stored when all have agreed.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

#include <optional>

namespace orrery::dynamodb {

struct TableUpdate {
  DynamoDb& dynamodb;
  const Call& call;
  Transaction& tx;
  const TableName& name;
  const UpdateTableInput& input;
  const Table& before;
  Table after;
  bool updating = false;  // the reply says so: it takes the service a while
};

// What can be said of the request without the table: which members it may have together, and their form.
// ValidationException; NotImplemented for what Orrery does not do.
Result<> check_update(const UpdateTableInput& input, std::string_view region);

// LimitExceededException: one index at a time is made or dropped.
Error too_many_online();

// BillingMode, ProvisionedThroughput, OnDemandThroughput, WarmThroughput of the table.
Result<> update_throughput(TableUpdate& update);
// GlobalSecondaryIndexUpdates.
Result<> update_indexes(TableUpdate& update);

// Brings `described` to `wanted`; counts decreases, of which there may be few a day (LimitExceededException).
Result<> change_capacity(ProvisionedThroughputDescription& described, const ProvisionedThroughput& wanted, Instant now);
// Merges `wanted` into `described`; -1 takes a maximum away. `index`: for messages; empty: the table.
Result<> change_on_demand(std::optional<OnDemandThroughput>& described, const OnDemandThroughput& wanted,
                          bool on_demand, std::string_view index);
// ValidationException when it would become less.
Result<> change_warmth(std::optional<std::int64_t>& described, std::optional<std::int64_t> wanted,
                       std::string_view name, std::string_view index);

}  // namespace orrery::dynamodb
