// What this folder does in the background. Jobs (jobs.h) may run again after a crash: each looks first at what is done
// already.
#pragma once

#include "services/dynamodb/dynamodb.h"

#include <string_view>

namespace orrery::dynamodb {

inline constexpr std::string_view kBackupMessage = "dynamodb.backup";        // a job
inline constexpr std::string_view kRecoverMessage = "dynamodb.recover";      // a job
inline constexpr std::string_view kExportMessage = "dynamodb.export";        // a job
inline constexpr std::string_view kImportMessage = "dynamodb.import";        // a job
inline constexpr std::string_view kRestoreMessage = "dynamodb.restore";      // one step a delivery
inline constexpr std::string_view kBackupExpiry = "dynamodb.backup-expiry";  // a timer

// create_backup.cc: copies the items of a large table, or of a deleted one.
Result<> make_backup(DynamoDb& dynamodb, const Message& message);
// backups.cc: a system backup has reached its age.
Result<> expire_backup(DynamoDb& dynamodb, Transaction& tx, const Timer& timer);
// restore.cc: writes the next items of a table that is being restored.
Result<Delivered> restore_step(DynamoDb& dynamodb, Transaction& tx, const Message& message);
// restore_past.cc: gathers the items that a table had, and lets restore_step() go on from there.
Result<> recover_items(DynamoDb& dynamodb, const Message& message);
// export_job.cc, import_job.cc
Result<> run_export(DynamoDb& dynamodb, const Message& message);
Result<> run_import(DynamoDb& dynamodb, const Message& message);

}  // namespace orrery::dynamodb
