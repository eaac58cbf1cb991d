#include "services/dynamodb/backups/operations.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/describing.h"
#include "services/dynamodb/tables/erasing.h"
#include "services/dynamodb/tables/policies.h"
#include "services/dynamodb/tables/tables.h"
#include "services/tags.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

Result<> check_idle(const TableName& name, const Table& table, Instant now) {
  const std::string in_use = "Attempt to change a resource which is still in use: ";
  if (is_being_made(table, now)) {
    return fail(errors::ResourceInUseException(in_use + "Table is being created: " + name.name));
  }
  const auto& indexes = table.description.GlobalSecondaryIndexes;
  const auto idle = [](const auto& index) { return index.IndexStatus == IndexStatus::ACTIVE; };
  if (!indexes || std::ranges::all_of(*indexes, idle)) return {};
  return fail(errors::ResourceInUseException(
      in_use + "Cannot delete table while indexes are being created, updated, or deleted."));
}

}  // namespace

Result<DeleteTableOutput> delete_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteTableInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  const auto table = TRY(existing_table(tx, name));
  TRY(check_idle(name, *table, call.now));
  if (table->description.DeletionProtectionEnabled.value_or(false)) {
    return fail(validation_error(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
        "first."));
  }
  TRY(tx.erase(table_key(name)));
  TRY(tx.erase(stat_key(table->number)));
  TRY(erase_tags(tx, name.arn()));
  TRY(tx.erase_range(prefix_range(policies_prefix(name))));
  std::vector<std::string> left{table->items_prefix()};
  for (const Index& index : table->indexes) {
    TRY(tx.erase(stat_key(index.number)));
    left.push_back(index.entries_prefix());
  }
  const Message erase = erase_message(call.now, table->number, left);
  // What could be recovered until now still can: by the backup that is made before the items go.
  if (table->recoverable_since) {
    TRY(keep_deleted_table(dynamodb, call, tx, name, *table, erase));
  } else {
    TRY(dynamodb.background.post(tx, erase));
  }
  TRY(changes_of_deleted_table(dynamodb, call, tx, name, *table));

  DeleteTableOutput output;
  output.TableDescription = table->description;
  output.TableDescription->TableStatus = TableStatus::DELETING;
  return output;
}

}  // namespace orrery::dynamodb
