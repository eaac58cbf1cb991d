// An export's work. It reads the snapshot of the request, or, after a crash, the table as it was at the same instant.
#include "services/dynamodb/backups/export_files.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/recovery.h"

namespace orrery::dynamodb {
namespace {

constexpr std::string_view kStopped = "the server stops";

// What happened comes from the caller's bucket, or from the table: not from this machine.
struct Failed {
  std::string code, message;
};

Result<> write_files(const Jobs& jobs, Reader& snapshot, const Table& table, const ExportDescription& description,
                     ExportFiles& files) {
  TRY(files.start());
  const auto go_on = [&]() -> Result<> {
    if (jobs.stopping()) return fail(internal_error(std::string(kStopped)));
    return {};
  };
  if (description.ExportType == ExportType::FULL_EXPORT) {
    return walk_items_at(snapshot, table, *description.ExportTime, [&](item::ItemView item) -> Result<> {
      TRY(go_on());
      return files.add(item);
    });
  }
  const auto& period = *description.IncrementalExportSpecification;
  return walk_changes(snapshot, table, *period.ExportFromTime, *period.ExportToTime,
                      [&](const NetChange& change) -> Result<> {
                        TRY(go_on());
                        return files.add(table, change);
                      });
}

Result<> end_export(DynamoDb& dynamodb, const TableThing& thing, const std::optional<Failed>& failed,
                    const ExportFiles* files, Instant end) {
  return dynamodb.store.transact([&](Transaction& tx) -> Result<> {
    const auto bytes = TRY(tx.get(export_key(thing)));
    if (!bytes) return {};
    Export record = TRY(decode_export(*bytes));
    ExportDescription& out = record.description;
    out.EndTime = end;
    out.ExportStatus = failed ? ExportStatus::FAILED : ExportStatus::COMPLETED;
    if (failed) {
      out.FailureCode = failed->code;
      out.FailureMessage = failed->message;
    } else {
      out.ItemCount = files->items();
      out.BilledSizeBytes = files->bytes();
    }
    return tx.put(export_key(thing), encode(record));
  });
}

Instant earliest_needed(const ExportDescription& description) {
  return description.ExportTime ? *description.ExportTime : *description.IncrementalExportSpecification->ExportFromTime;
}

}  // namespace

Result<> run_export(DynamoDb& dynamodb, const Message& message) {
  const auto [thing, table_number] = TRY(transfer_of("export", message));
  std::shared_ptr<Reader> snapshot = dynamodb.jobs.kept(message.id);
  const bool afresh = snapshot == nullptr;
  if (afresh) snapshot = dynamodb.store.snapshot();
  const auto bytes = TRY(dynamodb.store.snapshot()->get(export_key(thing)));
  if (!bytes) return {};
  const Export record = TRY(decode_export(*bytes));
  const ExportDescription& description = record.description;
  if (description.ExportStatus != ExportStatus::IN_PROGRESS) return {};

  const auto table = TRY(find_table(*snapshot, thing.table));
  const bool same = table != nullptr && table->number == table_number;
  std::optional<RecoveryWindow> window;
  if (same) window = TRY(recovery_window(*snapshot, *table, dynamodb.clock.now()));
  if (afresh && (!window || earliest_needed(description) < window->earliest)) {
    const Failed failed{"PointInTimeRecoveryUnavailable",
                        "The server was started anew during the export, and the table cannot be recovered any more"};
    return end_export(dynamodb, thing, failed, nullptr, dynamodb.clock.now());
  }
  Bucket bucket(dynamodb, {record.principal, thing.table.account, thing.table.region, thing.table.arn()},
                *description.S3Bucket, description.S3BucketOwner);
  ExportFiles files(description, thing.id, bucket);
  Result<> written = write_files(dynamodb.jobs, *snapshot, *table, description, files);
  const Instant end = dynamodb.clock.now();
  if (written) written = files.finish(end);
  std::optional<Failed> failed;
  if (!written) {
    if (written.error().kind != Error::Kind::Api) return written;  // tried again
    failed = Failed{failure_code(written.error()), written.error().message};
  }
  TRY(end_export(dynamodb, thing, failed, &files, end));
  return {};
}

}  // namespace orrery::dynamodb
