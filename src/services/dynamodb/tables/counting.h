// How many items a table has. A counter written by each put would be the hottest key of the store, and the service
// itself updates its figures "approximately every six hours" (API_TableDescription.html, ItemCount). So: a small table
// is counted when it is described, hence exactly; of a large one the last full count is told, at most six hours old,
// which the background makes in steps when someone asks. Until the first one is done, the figures are what was seen so
// far of the table: a lower bound.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

struct TableCount {
  std::int64_t items = 0;
  std::int64_t bytes = 0;
};

// `number`: the table's, or one of its indexes'.
Result<TableCount> count_items(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name,
                               std::uint64_t number);
// ItemCount and size of the table and of each index in the description.
Result<> fill_counts(DynamoDb& dynamodb, const Call& call, Transaction& tx, const TableName& name, const Table& table,
                     TableDescription& description);

}  // namespace orrery::dynamodb
