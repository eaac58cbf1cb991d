#include "services/dynamodb/backups/restore.h"

#include "services/dynamodb/backups/frames.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/new_table.h"
#include "services/dynamodb/indexes/entries.h"
#include "store/key.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kItemsAStep = 500;
constexpr std::uint64_t kBytesAStep = std::uint64_t{2} * 1024 * 1024;

Message step_message(const RestoreProgress& progress, Instant now) {
  json::object payload;
  put_name(payload, progress.target);
  payload["blob"] = progress.blob;
  payload["offset"] = progress.offset;
  payload["written"] = progress.written;
  payload["expected"] = progress.expected;
  Message message;
  message.kind = kRestoreMessage;
  message.id = std::to_string(progress.number);
  message.due = message.created = now;
  message.payload = json::serialize(payload);
  return message;
}

Result<RestoreProgress> progress_of(const Message& message) {
  const json::value payload = TRY(parse_json(message.payload));
  RestoreProgress progress;
  progress.target = name_in(payload);
  progress.number = std::stoull(message.id);
  progress.blob = text_of(payload, "blob");
  progress.offset = static_cast<std::uint64_t>(find_int(payload, "offset").value_or(0));
  progress.written = find_int(payload, "written").value_or(0);
  progress.expected = find_int(payload, "expected").value_or(0);
  return progress;
}

// Writes the next items; true at the end.
Result<bool> write_items(DynamoDb& dynamodb, Transaction& tx, const Table& table, RestoreProgress& progress) {
  ItemReader items = TRY(ItemReader::open(dynamodb.blobs, progress.blob, progress.offset));
  const std::uint64_t from = progress.offset;
  for (std::int64_t count = 0; count < kItemsAStep && items.offset() - from < kBytesAStep; ++count) {
    const auto item = TRY(items.next());
    if (!item) return true;
    const std::string key = TRY(item::key_of_item(table.keys, *item));
    TRY(tx.put(table.item_key(key), item->bytes()));
    TRY(update_entries(tx, table, key, std::nullopt, *item));
    ++progress.written;
    progress.offset = items.offset();
  }
  return false;
}

// The table is there for everybody.
Result<> finish(Transaction& tx, const RestoreProgress& progress, const Table& restored) {
  if (progress.written != progress.expected) {
    return fail(internal_error("a backup of " + std::to_string(progress.expected) + " items holds " +
                               std::to_string(progress.written)));
  }
  Table table = restored;
  show_table(table);
  if (table.description.RestoreSummary) table.description.RestoreSummary->RestoreInProgress = false;
  return put_table(tx, progress.target, table);
}

// True at the end.
Result<bool> write_step(DynamoDb& dynamodb, Transaction& tx, RestoreProgress& progress) {
  const auto table = TRY(find_table(tx, progress.target));
  const bool there = table != nullptr && table->number == progress.number;
  if (there && !TRY(write_items(dynamodb, tx, *table, progress))) return false;
  if (there) TRY(finish(tx, progress, *table));
  TRY(dynamodb.blobs.release(tx, progress.blob));
  TRY(tx.erase(gathered_key(progress.number)));
  return true;
}

}  // namespace

std::string gathered_key(std::uint64_t table_number) {
  return KeyWriter(KeyKind::Meta).text("dynamodb.gathered").u64(table_number).take();
}

Result<> start_restoring(DynamoDb& dynamodb, Transaction& tx, const BlobInfo& blob, RestoreProgress progress) {
  TRY(dynamodb.blobs.retain(tx, blob));
  progress.blob = blob.id;
  progress.offset = kFirstItem;
  if (TRY(write_step(dynamodb, tx, progress))) return {};
  return dynamodb.background.post(tx, step_message(progress, dynamodb.clock.now()));
}

Result<Delivered> restore_step(DynamoDb& dynamodb, Transaction& tx, const Message& message) {
  RestoreProgress progress = TRY(progress_of(message));
  Delivered delivered;
  delivered.summary = "restored " + progress.target.arn();
  if (TRY(write_step(dynamodb, tx, progress))) return delivered;
  delivered.retry_at = message.due;
  delivered.payload = step_message(progress, message.due).payload;
  return delivered;
}

}  // namespace orrery::dynamodb
