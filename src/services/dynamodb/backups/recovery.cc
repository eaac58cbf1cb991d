// Continuous backups: point-in-time recovery switched on and off, and described.
#include "services/dynamodb/backups/recovery.h"

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/changes/trimming.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kDefaultDays = 35;

Result<ContinuousBackupsDescription> describe_recovery(Reader& reader, const Table& table, Instant now) {
  ContinuousBackupsDescription out;
  // "Continuous backups is ENABLED on all tables at table creation" (API_DescribeContinuousBackups.html).
  out.ContinuousBackupsStatus = ContinuousBackupsStatus::ENABLED;
  auto& recovery = out.PointInTimeRecoveryDescription.emplace();
  recovery.PointInTimeRecoveryStatus =
      table.recoverable_since ? PointInTimeRecoveryStatus::ENABLED : PointInTimeRecoveryStatus::DISABLED;
  if (!table.recoverable_since) return out;
  recovery.RecoveryPeriodInDays = table.recovery_days;
  const RecoveryWindow window = *TRY(recovery_window(reader, table, now));
  recovery.EarliestRestorableDateTime = window.earliest;
  recovery.LatestRestorableDateTime = std::chrono::floor<std::chrono::seconds>(window.latest);
  return out;
}

Result<std::shared_ptr<const Table>> table_of(Reader& reader, const TableName& name) {
  auto table = TRY(find_table(reader, name));
  if (table == nullptr) return fail(errors::TableNotFoundException("Table not found: " + name.name));
  return table;
}

}  // namespace

Result<std::optional<RecoveryWindow>> recovery_window(Reader& reader, const Table& table, Instant now) {
  if (!table.recoverable_since) return std::optional<RecoveryWindow>();
  const LogHead head = TRY(log_head(reader, table.number));
  const Instant earliest = std::max(*table.recoverable_since, now - std::chrono::days(table.recovery_days));
  return std::optional(RecoveryWindow{earliest, std::max({earliest, now, head.at})});
}

Result<DescribeContinuousBackupsOutput> describe_continuous_backups(Call& call, Reader& reader,
                                                                    const DescribeContinuousBackupsInput& input) {
  const auto table = TRY(table_of(reader, TRY(parse_table_name(call, input.TableName))));
  const ContinuousBackupsDescription description = TRY(describe_recovery(reader, *table, call.now));
  return DescribeContinuousBackupsOutput{description};
}

Result<UpdateContinuousBackupsOutput> update_continuous_backups(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                                const UpdateContinuousBackupsInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  Table table = *TRY(table_of(tx, name));
  if (table.is_being_created(call.now)) {
    return fail(errors::ContinuousBackupsUnavailableException("Backups are being enabled for the table: " + name.name +
                                                              ". Please retry later"));
  }
  const PointInTimeRecoverySpecification& wanted = input.PointInTimeRecoverySpecification;
  if (!wanted.PointInTimeRecoveryEnabled) {
    table.recoverable_since.reset();
  } else {
    // What a shorter period has let go stays gone: a longer one begins where that one does.
    if (const auto window = TRY(recovery_window(tx, table, call.now))) {
      table.recoverable_since = window->earliest;
    } else {
      table.recoverable_since = call.now;
      table.recovery_days = kDefaultDays;
    }
    table.recovery_days = wanted.RecoveryPeriodInDays.value_or(table.recovery_days);
  }
  TRY(put_table(tx, name, table));
  TRY(watch_log(dynamodb, tx, name, table.number, call.now));
  const ContinuousBackupsDescription description = TRY(describe_recovery(tx, table, call.now));
  return UpdateContinuousBackupsOutput{description};
}

}  // namespace orrery::dynamodb
