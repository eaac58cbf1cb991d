// What the two ways of restoring have in common: the new table, made from the description of the old one and the
// request's overrides, and its items, written in steps from a blob (frames.h) while the table is CREATING and nobody
// can see them.
#pragma once

#include "blob/blob.h"
#include "services/dynamodb/backups/operations.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::dynamodb {

struct Overrides {
  std::optional<std::string> billing_mode;
  std::optional<std::vector<GlobalSecondaryIndex>> global_indexes;
  std::optional<std::vector<LocalSecondaryIndex>> local_indexes;
  std::optional<ProvisionedThroughput> throughput;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<SSESpecification> sse;
};
template <class Input>
Overrides overrides_of(const Input& input) {
  return {input.BillingModeOverride,           input.GlobalSecondaryIndexOverride, input.LocalSecondaryIndexOverride,
          input.ProvisionedThroughputOverride, input.OnDemandThroughputOverride,   input.SSESpecificationOverride};
}

// The request that makes a table like `source`. "You can choose to exclude some or all of the indexes at the time of
// restore"; others than the source's cannot be added (API_RestoreTableFromBackup.html). Error: ValidationException.
Result<CreateTableInput> restored_input(const std::string& target, const TableDescription& source,
                                        const Overrides& overrides);

// Makes the table, CREATING. Tags, streams, TTL, recovery and protection are not taken over, as in the service. Errors:
// TableAlreadyExistsException, TableInUseException, ValidationException.
Result<Table> begin_restore(DynamoDb& dynamodb, Call& call, Transaction& tx, const TableName& target,
                            const TableDescription& source, const Overrides& overrides, RestoreSummary summary);

// There while the items of a restore to a point in time are being written: what a job looks at that runs again.
std::string gathered_key(std::uint64_t table_number);

struct RestoreProgress {
  TableName target;
  std::uint64_t number = 0;
  std::string blob;
  std::uint64_t offset = 0;
  std::int64_t written = 0;   // items
  std::int64_t expected = 0;  // items
};
// Retains the blob and writes the first items; what does not fit goes on in the background.
Result<> start_restoring(DynamoDb& dynamodb, Transaction& tx, const BlobInfo& blob, RestoreProgress progress);

}  // namespace orrery::dynamodb
