// Tables that restores and imports make: nobody sees their items until all are there.
#pragma once

#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// As CreateTable.
Result<> make_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const CreateTableInput& input);
// CREATING, and ACTIVE.
void hide_table(Table& table);
void show_table(Table& table);
// One that did not come about, with what was written of it.
Result<> drop_hidden_table(DynamoDb& dynamodb, Transaction& tx, const TableName& name, const Table& table);

}  // namespace orrery::dynamodb
