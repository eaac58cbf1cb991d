// DescribeBackup, ListBackups, DeleteBackup; and who does this folder's work in the background.
#include "base/log.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/operations.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kListedAtMost = 100;
constexpr std::int64_t kBackupsAPage = 100;

BackupSummary summary_of(const BackupRecord& record) {
  BackupSummary out;
  out.TableName = record.table.TableName;
  out.TableId = record.table.TableId;
  out.TableArn = record.table.TableArn;
  out.BackupArn = record.details.BackupArn;
  out.BackupName = record.details.BackupName;
  out.BackupCreationDateTime = record.details.BackupCreationDateTime;
  out.BackupExpiryDateTime = record.details.BackupExpiryDateTime;
  out.BackupStatus = record.details.BackupStatus;
  out.BackupType = record.details.BackupType;
  out.BackupSizeBytes = record.details.BackupSizeBytes;
  return out;
}

bool is_listed(const ListBackupsInput& input, const BackupRecord& record) {
  const BackupDetails& details = record.details;
  const std::string type = input.BackupType.value_or(std::string(BackupTypeFilter::ALL));
  if (type != BackupTypeFilter::ALL && type != details.BackupType) return false;
  // "TimeRangeLowerBound is inclusive", "TimeRangeUpperBound is exclusive" (API_ListBackups.html).
  if (input.TimeRangeLowerBound && details.BackupCreationDateTime < *input.TimeRangeLowerBound) return false;
  return !input.TimeRangeUpperBound || details.BackupCreationDateTime < *input.TimeRangeUpperBound;
}

Result<> erase_backup(DynamoDb& dynamodb, Transaction& tx, const TableThing& backup, const BackupRecord& record) {
  if (!record.blob.empty()) TRY(dynamodb.blobs.release(tx, record.blob));
  return tx.erase(backup_key(backup));
}

// Runs the deliveries of `kind` as jobs: an error is logged, and the delivery tried again after a while.
void register_job(DynamoDb& dynamodb, std::string_view kind, Result<> (*run)(DynamoDb&, const Message&)) {
  dynamodb.background.on_message(
      std::string(kind), 1,
      [&dynamodb, kind = std::string(kind), run](const Message& message, std::function<void(Delivered)> done) {
        dynamodb.jobs.post(kind, [&dynamodb, run, message, done = std::move(done)] {
          const Result<> outcome = run(dynamodb, message);
          Delivered delivered;
          delivered.summary = message.kind + " " + message.id;
          if (outcome) {
            dynamodb.jobs.forget(message.id);
          } else {
            delivered.ok = false;
            delivered.retry_at = dynamodb.clock.now() + std::chrono::seconds(1 << std::min(message.attempts, 6));
            if (!dynamodb.jobs.stopping()) {
              log::error("a job of DynamoDB failed, it will be tried again",
                         {{"job", delivered.summary}, {"error", outcome.error().message}});
            }
          }
          done(std::move(delivered));
        });
      });
}

}  // namespace

Result<DescribeBackupOutput> describe_backup(Call& call, Reader& reader, const DescribeBackupInput& input) {
  const BackupRecord record = TRY(existing_backup(reader, call, input.BackupArn));
  return DescribeBackupOutput{describe(record)};
}

Result<ListBackupsOutput> list_backups(Call& call, Reader& reader, const ListBackupsInput& input) {
  const auto limit = static_cast<std::size_t>(std::min(input.Limit.value_or(kBackupsAPage), kListedAtMost));
  KeyRange range = prefix_range(backups_prefix(call.account, call.region));
  if (input.TableName) range = prefix_range(backups_prefix(TRY(parse_own_table_name(call, *input.TableName))));
  if (input.ExclusiveStartBackupArn) {
    const auto start = parse_thing("backup", *input.ExclusiveStartBackupArn);
    if (!start) return fail(validation_error("Invalid ExclusiveStartBackupArn: " + *input.ExclusiveStartBackupArn));
    range.begin = std::max(range.begin, backup_key(*start) + '\0');
  }
  ListBackupsOutput output;
  auto& summaries = output.BackupSummaries.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const BackupRecord record = TRY(decode_backup(cursor->value()));
    if (!is_listed(input, record)) continue;
    if (summaries.size() == limit) {
      output.LastEvaluatedBackupArn = summaries.back().BackupArn;
      break;
    }
    summaries.push_back(summary_of(record));
  }
  TRY(cursor->status());
  return output;
}

Result<DeleteBackupOutput> delete_backup(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                         const DeleteBackupInput& input) {
  BackupRecord record = TRY(existing_backup(tx, call, input.BackupArn));
  if (record.details.BackupStatus == BackupStatus::CREATING) {
    return fail(errors::BackupInUseException("Backup is being created: " + input.BackupArn));
  }
  if (record.details.BackupType == BackupType::SYSTEM) {
    return fail(validation_error("System backups cannot be deleted: they expire. Backup: " + input.BackupArn));
  }
  TRY(erase_backup(dynamodb, tx, *parse_thing("backup", input.BackupArn), record));
  record.details.BackupStatus = BackupStatus::DELETED;
  return DeleteBackupOutput{describe(record)};
}

Result<> expire_backup(DynamoDb& dynamodb, Transaction& tx, const Timer& timer) {
  const auto backup = parse_thing("backup", timer.id);
  if (!backup) return fail(internal_error("a timer of ours with another id: " + timer.id));
  const auto record = TRY(find_backup(tx, *backup));
  return record ? erase_backup(dynamodb, tx, *backup, *record) : Result<>();
}

void register_backups(DynamoDb& dynamodb) {
  register_job(dynamodb, kBackupMessage, &make_backup);
  register_job(dynamodb, kRecoverMessage, &recover_items);
  register_job(dynamodb, kExportMessage, &run_export);
  register_job(dynamodb, kImportMessage, &run_import);
  dynamodb.background.on_message(std::string(kRestoreMessage), [&dynamodb](Transaction& tx, const Message& message) {
    return restore_step(dynamodb, tx, message);
  });
  dynamodb.background.on_timer(std::string(kBackupExpiry), [&dynamodb](Transaction& tx, const Timer& timer) {
    return expire_backup(dynamodb, tx, timer);
  });
}

}  // namespace orrery::dynamodb
