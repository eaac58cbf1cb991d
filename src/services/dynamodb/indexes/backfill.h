// Global secondary indexes on a live table: one that is new is back-filled in steps, one that is dropped is erased in
// steps. From the transaction that adds an index on, each write maintains it; a step enters what was there before.
//
// A step reads a run of the table's keys and then each item by a read that is validated at commit: either a concurrent
// write comes first, and the step enters what it wrote, or the step does, and the write replaces the entry. Items whose
// index key attributes have another type, or are empty or too long, are passed over, as the service does
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html).
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// Orders the back-fill of an index that is in the table's description as CREATING. At its end it is ACTIVE.
Result<> start_backfill(DynamoDb& dynamodb, Transaction& tx, Instant now, const TableName& name, const Table& table,
                        const Index& index);
// Orders the end of an index that is in the description as DELETING, and no longer in table.indexes: its entries go,
// then its description.
Result<> start_drop(DynamoDb& dynamodb, Transaction& tx, Instant now, const TableName& name, const Index& index);

}  // namespace orrery::dynamodb
