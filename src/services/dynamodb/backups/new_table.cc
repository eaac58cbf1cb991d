#include "services/dynamodb/backups/new_table.h"

#include "base/encode.h"

namespace orrery::dynamodb {

Result<> make_table(DynamoDb&, Call& call, Transaction& tx, const CreateTableInput& input) {
  TRY(create_table(call, tx, input));
  return {};
}

void hide_table(Table& table) { table.description.TableStatus = TableStatus::CREATING; }
void show_table(Table& table) { table.description.TableStatus = TableStatus::ACTIVE; }

Result<> drop_hidden_table(DynamoDb& dynamodb, Transaction& tx, const TableName& name, const Table& table) {
  TRY(tx.erase(table_key(name)));
  Message erase;
  erase.kind = kEraseMessage;
  erase.id = std::to_string(table.number);
  erase.payload = hex(table.items_prefix());
  erase.due = erase.created = dynamodb.clock.now();
  return dynamodb.background.post(tx, erase);
}

}  // namespace orrery::dynamodb
