// Backups, recovery, export and import: the functions behind their rows, their authorization rules, and the handlers of
// their work in the background.
#pragma once

#include "services/dynamodb/backups/records.h"
#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"
#include "shapes/dynamodb.h"

namespace orrery::dynamodb {

// create_backup.cc
Result<CreateBackupOutput> create_backup(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                         const CreateBackupInput& input);
// For DeleteTable, of a table with point-in-time recovery: "When you delete a table that has point-in-time recovery
// enabled, DynamoDB automatically creates a backup snapshot called a system backup"
// (developerguide/PointInTimeRecovery_Howitworks.html). Made in the background from what the table leaves; once it is
// made, `erase` is posted, which must be what erases those remains.
Result<> keep_deleted_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const TableName& name, const Table& table,
                            const Message& erase);
// backups.cc
Result<DescribeBackupOutput> describe_backup(Call& call, Reader& reader, const DescribeBackupInput& input);
Result<ListBackupsOutput> list_backups(Call& call, Reader& reader, const ListBackupsInput& input);
Result<DeleteBackupOutput> delete_backup(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                         const DeleteBackupInput& input);
// restore_backup.cc
Result<RestoreTableFromBackupOutput> restore_table_from_backup(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                               const RestoreTableFromBackupInput& input);
// recovery.cc
Result<DescribeContinuousBackupsOutput> describe_continuous_backups(Call& call, Reader& reader,
                                                                    const DescribeContinuousBackupsInput& input);
Result<UpdateContinuousBackupsOutput> update_continuous_backups(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                                const UpdateContinuousBackupsInput& input);
// restore_past.cc
Result<RestoreTableToPointInTimeOutput> restore_table_to_point_in_time(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                                       const RestoreTableToPointInTimeInput& input);

// exports.cc
Result<ExportTableToPointInTimeOutput> export_table_to_point_in_time(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                                     const ExportTableToPointInTimeInput& input);
Result<DescribeExportOutput> describe_export(Call& call, Reader& reader, const DescribeExportInput& input);
Result<ListExportsOutput> list_exports(Call& call, Reader& reader, const ListExportsInput& input);
// imports.cc
Result<ImportTableOutput> import_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const ImportTableInput& input);
Result<DescribeImportOutput> describe_import(Call& call, Reader& reader, const DescribeImportInput& input);
Result<ListImportsOutput> list_imports(Call& call, Reader& reader, const ListImportsInput& input);

// Their messages and timers.
void register_backups(DynamoDb& dynamodb);

// Rules.
inline constexpr auto backup_named = [](const Call&, const auto& input) { return input.BackupArn; };
inline constexpr auto all_backups = [](const Call&, const ListBackupsInput&) { return std::string("*"); };
// What a restored table is filled by (developerguide/backuprestore_IAM.html).
std::vector<Access> restored_table(std::string_view action, const std::string& source, const std::string& target);
inline constexpr auto restored_from_backup = [](const Call& call, const RestoreTableFromBackupInput& input) {
  return restored_table("dynamodb:RestoreTableFromBackup", input.BackupArn, arn_of_table(call, input.TargetTableName));
};
inline constexpr auto restored_to_point_in_time = [](const Call& call, const RestoreTableToPointInTimeInput& input) {
  const std::string source = input.SourceTableArn.value_or(arn_of_table(call, input.SourceTableName.value_or("")));
  return restored_table("dynamodb:RestoreTableToPointInTime", source, arn_of_table(call, input.TargetTableName));
};
inline constexpr auto table_exported = [](const Call&, const ExportTableToPointInTimeInput& input) {
  return input.TableArn;
};
inline constexpr auto export_named = [](const Call&, const DescribeExportInput& input) { return input.ExportArn; };
inline constexpr auto all_exports = [](const Call&, const ListExportsInput&) { return std::string("*"); };
// "table/NAME/import/*" (service-authorization/latest/reference/list_amazondynamodb.html).
inline constexpr auto table_imported = [](const Call& call, const ImportTableInput& input) {
  return arn_of_table(call, input.TableCreationParameters.TableName) + "/import/*";
};
inline constexpr auto import_named = [](const Call&, const DescribeImportInput& input) { return input.ImportArn; };
inline constexpr auto all_imports = [](const Call&, const ListImportsInput&) { return std::string("*"); };

}  // namespace orrery::dynamodb
