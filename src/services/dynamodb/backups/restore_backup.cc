// RestoreTableFromBackup.
#include "services/dynamodb/backups/restore.h"

namespace orrery::dynamodb {

Result<RestoreTableFromBackupOutput> restore_table_from_backup(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                               const RestoreTableFromBackupInput& input) {
  if (input.VectorIndexOverride) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement dynamodb:RestoreTableFromBackup with VectorIndexOverride.", 501));
  }
  const TableName target = TRY(parse_own_table_name(call, input.TargetTableName));
  const BackupRecord backup = TRY(existing_backup(tx, call, input.BackupArn));
  if (backup.details.BackupStatus != BackupStatus::AVAILABLE) {
    return fail(errors::BackupInUseException("Backup is being created: " + input.BackupArn));
  }
  RestoreSummary summary;
  summary.SourceBackupArn = backup.details.BackupArn;
  summary.SourceTableArn = backup.table.TableArn;
  summary.RestoreDateTime = backup.details.BackupCreationDateTime;
  summary.RestoreInProgress = true;
  const Table table = TRY(begin_restore(dynamodb, call, tx, target, backup.table, overrides_of(input), summary));
  RestoreProgress progress;
  progress.target = target;
  progress.number = table.number;
  progress.expected = backup.items;
  TRY(start_restoring(dynamodb, tx, {backup.blob, 0}, progress));
  // As it stands now: a small table is complete.
  RestoreTableFromBackupOutput output;
  output.TableDescription = TRY(find_table(tx, target))->description;
  output.TableDescription->ItemCount = 0;
  output.TableDescription->TableSizeBytes = 0;
  return output;
}

}  // namespace orrery::dynamodb
