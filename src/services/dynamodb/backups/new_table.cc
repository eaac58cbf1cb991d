#include "services/dynamodb/backups/new_table.h"

#include "services/dynamodb/tables/erasing.h"

namespace orrery::dynamodb {
namespace {

constexpr Instant kWhenToldSo = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);

}  // namespace

Result<> make_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const CreateTableInput& input) {
  TRY(create_table(dynamodb, call, tx, input));
  return {};
}

void hide_table(Table& table) {
  table.ready_at = kWhenToldSo;
  table.description.TableStatus = TableStatus::CREATING;
}

void show_table(Table& table) {
  table.ready_at.reset();
  table.description.TableStatus = TableStatus::ACTIVE;
}

Result<> drop_hidden_table(DynamoDb& dynamodb, Transaction& tx, const TableName& name, const Table& table) {
  TRY(tx.erase(table_key(name)));
  std::vector<std::string> left{table.items_prefix()};
  for (const Index& index : table.indexes) left.push_back(index.entries_prefix());
  return erase_later(dynamodb, tx, dynamodb.clock.now(), table.number, left);
}

}  // namespace orrery::dynamodb
