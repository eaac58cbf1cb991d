#include "base/encode.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"
#include "services/tags.h"

namespace orrery::dynamodb {
namespace {

constexpr int kErasedAStep = 500;

}  // namespace

Result<DeleteTableOutput> delete_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const DeleteTableInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  const auto table = TRY(existing_table(tx, name));
  if (table->description.DeletionProtectionEnabled.value_or(false)) {
    return fail(validation_error(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
        "first."));
  }
  TRY(tx.erase(table_key(name)));
  TRY(tx.erase(stat_key(table->number)));
  TRY(erase_tags(tx, name.arn()));
  TRY(changes_of_deleted_table(dynamodb, call, tx, name, *table));
  Message message;
  message.kind = kEraseMessage;
  message.id = std::to_string(table->number);
  message.due = call.now;
  message.created = call.now;
  message.payload = hex(table->items_prefix());
  TRY(dynamodb.background.post(tx, message));

  DeleteTableOutput output;
  output.TableDescription = table->description;
  output.TableDescription->TableStatus = TableStatus::DELETING;
  return output;
}

// The payload is where to go on, in hex: a new step would otherwise pass over the remains of all former ones.
Result<Delivered> erase_step(Transaction& tx, const Message& message) {
  const auto from = unhex(message.payload);
  if (!from) return fail(internal_error("a message of ours with another payload: " + message.payload));
  const std::uint64_t number = std::stoull(message.id);
  KeyRange range = prefix_range(items_prefix(number));
  range.begin = *from;

  Delivered delivered;
  delivered.summary = "erased items of a deleted table";
  const auto cursor = tx.scan(range);
  int erased = 0;
  while (cursor->next()) {
    if (erased == kErasedAStep) {
      delivered.retry_at = message.due;
      delivered.payload = hex(cursor->key());
      return delivered;
    }
    TRY(tx.erase(cursor->key()));
    ++erased;
  }
  TRY(cursor->status());
  return delivered;
}

}  // namespace orrery::dynamodb
