// On-demand backups: the items of one instant, which a snapshot of the store holds still while writes go on. A small
// table is copied within the request; a large one by a job that keeps the snapshot in memory. When the server ends
// before such a job has, its snapshot is lost, and with it the instant: the backup is gone then, rather than made of
// another instant.
#include "base/log.h"
#include "services/dynamodb/backups/frames.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/operations.h"
#include "services/dynamodb/backups/past.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kItemsAtOnce = 1000;
constexpr std::int64_t kBytesAtOnce = std::int64_t{1024} * 1024;
constexpr Millis kSystemBackupsLive = std::chrono::days(35);
// What ends a walk that is long enough; never seen outside.
constexpr std::string_view kEnough = "enough";

// Copies the table's items; Error kEnough when `enough` says so.
Result<ItemWriter> copy_items(DynamoDb& dynamodb, Reader& reader, const Table& table,
                              const std::function<bool(const ItemWriter&)>& enough) {
  ItemWriter writer = TRY(ItemWriter::create(dynamodb.blobs));
  TRY(walk_items(reader, table, [&](item::ItemView item) -> Result<> {
    if (enough(writer)) return fail(internal_error(std::string(kEnough)));
    return writer.add(item);
  }));
  return writer;
}

BackupRecord new_record(const TableThing& backup, const std::string& name, const Table& table, Instant now) {
  BackupRecord record;
  record.details.BackupArn = backup.arn();
  record.details.BackupName = name;
  record.details.BackupStatus = BackupStatus::CREATING;
  record.details.BackupType = BackupType::USER;
  record.details.BackupCreationDateTime = now;
  record.details.BackupSizeBytes = 0;
  record.table = table.description;
  record.expiry_attribute = table.expiry_attribute;
  return record;
}

// The blob's content becomes the backup's.
Result<> complete(DynamoDb& dynamodb, Transaction& tx, ItemWriter& writer, const BlobInfo& blob, BackupRecord& record) {
  TRY(dynamodb.blobs.retain(tx, blob));
  record.blob = blob.id;
  record.items = writer.items();
  record.details.BackupSizeBytes = writer.bytes();
  record.details.BackupStatus = BackupStatus::AVAILABLE;
  return {};
}

Message job_message(const TableThing& backup, Instant now, json::object payload) {
  put_name(payload, backup.table);
  payload["id"] = backup.id;
  Message message;
  message.kind = kBackupMessage;
  message.id = backup.arn();
  message.due = now;
  message.created = now;
  message.payload = json::serialize(payload);
  return message;
}

Result<> abandon(DynamoDb& dynamodb, const TableThing& backup) {
  log::warning("a backup is gone: the server ended while it was being made", {{"backup", backup.arn()}});
  return dynamodb.store.transact([&](Transaction& tx) { return tx.erase(backup_key(backup)); });
}

// The second half of keep_deleted_table(): the table's remains are no longer needed.
Result<> order_erasing(DynamoDb& dynamodb, Transaction& tx, const json::value& erase) {
  Message message;
  message.kind = text_of(erase, "kind");
  message.id = text_of(erase, "id");
  message.payload = text_of(erase, "payload");
  message.due = message.created = dynamodb.clock.now();
  return dynamodb.background.post(tx, message);
}

}  // namespace

Result<CreateBackupOutput> create_backup(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                         const CreateBackupInput& input) {
  const TableName name = TRY(parse_own_table_name(call, input.TableName));
  TRY(dynamodb.background.alone(tx));
  std::shared_ptr<Reader> snapshot = dynamodb.store.snapshot();
  const auto table = TRY(find_table(*snapshot, name));
  if (table == nullptr) return fail(errors::TableNotFoundException("Table not found: " + name.name));
  if (table->is_being_created(call.now)) {
    return fail(errors::TableInUseException("Table is being created: " + name.name));
  }
  const TableThing backup{name, "backup", timed_id(call.now, *call.random)};
  BackupRecord record = new_record(backup, input.BackupName, *table, call.now);
  auto copied = copy_items(dynamodb, *snapshot, *table, [](const ItemWriter& writer) {
    return writer.items() >= kItemsAtOnce || writer.bytes() >= kBytesAtOnce;
  });
  if (copied) {
    TRY(complete(dynamodb, tx, *copied, TRY(copied->finish()), record));
  } else {
    if (copied.error().message != kEnough) return fail(std::move(copied).error());
    dynamodb.jobs.keep(tx, backup.arn(), std::move(snapshot), dynamodb.clock.monotonic_us());
    TRY(dynamodb.background.post(tx, job_message(backup, call.now, {{"number", table->number}})));
  }
  TRY(tx.put(backup_key(backup), encode_backup(record)));
  return CreateBackupOutput{record.details};
}

Result<> keep_deleted_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const TableName& name, const Table& table,
                            const Message& erase) {
  const TableThing backup{name, "backup", timed_id(call.now, *call.random)};
  BackupRecord record = new_record(backup, name.name + "$DeletedTableBackup", table, call.now);
  record.details.BackupType = BackupType::SYSTEM;
  record.details.BackupExpiryDateTime = call.now + kSystemBackupsLive;
  TRY(tx.put(backup_key(backup), encode_backup(record)));
  Timer expiry;
  expiry.kind = kBackupExpiry;
  expiry.id = backup.arn();
  expiry.due = *record.details.BackupExpiryDateTime;
  TRY(dynamodb.background.arm(tx, expiry));
  json::object payload{{"number", table.number},
                       {"erase", {{"kind", erase.kind}, {"id", erase.id}, {"payload", erase.payload}}}};
  return dynamodb.background.post(tx, job_message(backup, call.now, std::move(payload)));
}

Result<> make_backup(DynamoDb& dynamodb, const Message& message) {
  const json::value payload = TRY(parse_json(message.payload));
  const TableThing backup{name_in(payload), "backup", text_of(payload, "id")};
  const json::value* erase = find(payload, "erase");
  std::shared_ptr<Reader> snapshot = dynamodb.jobs.kept(message.id);
  // What a deleted table has left does not change any more.
  if (erase != nullptr) snapshot = dynamodb.store.snapshot();
  const auto found = TRY(find_backup(*dynamodb.store.snapshot(), backup));
  if (!found || found->details.BackupStatus != BackupStatus::CREATING) return {};
  if (snapshot == nullptr) return abandon(dynamodb, backup);

  Table table;
  table.number = static_cast<std::uint64_t>(find_int(payload, "number").value_or(0));
  ItemWriter writer =
      TRY(copy_items(dynamodb, *snapshot, table, [&](const ItemWriter&) { return dynamodb.jobs.stopping(); }));
  const BlobInfo blob = TRY(writer.finish());
  TRY(dynamodb.store.transact([&](Transaction& tx) -> Result<> {
    auto record = TRY(find_backup(tx, backup));
    if (!record || record->details.BackupStatus != BackupStatus::CREATING) return {};
    TRY(complete(dynamodb, tx, writer, blob, *record));
    TRY(tx.put(backup_key(backup), encode_backup(*record)));
    return erase != nullptr ? order_erasing(dynamodb, tx, *erase) : Result<>();
  }));
  return {};
}

}  // namespace orrery::dynamodb
