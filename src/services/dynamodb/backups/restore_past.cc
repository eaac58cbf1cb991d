// RestoreTableToPointInTime: the table's items as they were are gathered into a blob by a job, from which they are
// written as those of a backup are.
#include "base/log.h"
#include "services/dynamodb/backups/frames.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/new_table.h"
#include "services/dynamodb/backups/past.h"
#include "services/dynamodb/backups/recovery.h"
#include "services/dynamodb/backups/restore.h"

namespace orrery::dynamodb {
namespace {

Result<TableName> source_of(const Call& call, const RestoreTableToPointInTimeInput& input) {
  if (input.SourceTableArn) return parse_table_arn(call, *input.SourceTableArn);
  if (!input.SourceTableName) {
    return fail(validation_error("One of SourceTableName and SourceTableArn must be specified"));
  }
  return parse_own_table_name(call, *input.SourceTableName);
}

Result<Instant> instant_of(Reader& reader, const Call& call, const TableName& source, const Table& table,
                           const RestoreTableToPointInTimeInput& input) {
  const auto window = TRY(recovery_window(reader, table, call.now));
  if (!window) {
    return fail(errors::PointInTimeRecoveryUnavailableException("Point in time recovery is not enabled for table '" +
                                                                source.name + "'"));
  }
  const bool latest = input.UseLatestRestorableTime.value_or(false);
  if (latest == input.RestoreDateTime.has_value()) {
    return fail(validation_error(latest ? "RestoreDateTime cannot be specified when UseLatestRestorableTime is true"
                                        : "RestoreDateTime or UseLatestRestorableTime must be specified"));
  }
  if (latest) return window->latest;
  Instant at = *input.RestoreDateTime;
  // Clients send whole seconds: the second in which recovery began is within the window.
  if (at < window->earliest && at >= std::chrono::floor<std::chrono::seconds>(window->earliest)) at = window->earliest;
  if (!window->contains(at)) {
    return fail(errors::InvalidRestoreTimeException(
        "The specified restore time is outside of the point in time recovery window: it must be between " +
        iso8601_millis(window->earliest) + " and " + iso8601_millis(window->latest)));
  }
  return at;
}

// The items cannot be had any more: no table, rather than one with others.
Result<> give_up(DynamoDb& dynamodb, const TableName& target, std::uint64_t number, const std::string& why) {
  log::error("a restore to a point in time has failed", {{"table", target.arn()}, {"reason", why}});
  return dynamodb.store.transact([&](Transaction& tx) -> Result<> {
    const auto table = TRY(find_table(tx, target));
    if (table == nullptr || table->number != number) return {};
    return drop_hidden_table(dynamodb, tx, target, *table);
  });
}

}  // namespace

Result<RestoreTableToPointInTimeOutput> restore_table_to_point_in_time(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                                       const RestoreTableToPointInTimeInput& input) {
  if (input.VectorIndexOverride) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement dynamodb:RestoreTableToPointInTime with VectorIndexOverride.",
                          501));
  }
  const TableName source = TRY(source_of(call, input));
  const TableName target = TRY(parse_own_table_name(call, input.TargetTableName));
  TRY(dynamodb.background.alone(tx));
  std::shared_ptr<Reader> snapshot = dynamodb.store.snapshot();
  const auto former = TRY(find_table(*snapshot, source));
  if (former == nullptr) return fail(errors::TableNotFoundException("Table not found: " + source.name));
  const Instant at = TRY(instant_of(*snapshot, call, source, *former, input));

  RestoreSummary summary;
  summary.SourceTableArn = source.arn();
  summary.RestoreDateTime = at;
  summary.RestoreInProgress = true;
  const Table table = TRY(begin_restore(dynamodb, call, tx, target, former->description, overrides_of(input), summary));

  json::object payload;
  put_name(payload, target);
  payload["source"] = source.name;
  payload["source_region"] = source.region;
  payload["source_number"] = former->number;
  payload["at"] = epoch_ms(at);
  Message message;
  message.kind = kRecoverMessage;
  message.id = std::to_string(table.number);
  message.due = message.created = call.now;
  message.payload = json::serialize(payload);
  dynamodb.jobs.keep(tx, message.id, std::move(snapshot), dynamodb.clock.monotonic_us());
  TRY(dynamodb.background.post(tx, message));

  RestoreTableToPointInTimeOutput output;
  output.TableDescription = table.description;
  output.TableDescription->ItemCount = 0;
  output.TableDescription->TableSizeBytes = 0;
  return output;
}

Result<> recover_items(DynamoDb& dynamodb, const Message& message) {
  const json::value payload = TRY(parse_json(message.payload));
  const TableName target = name_in(payload);
  const TableName source{target.account, text_of(payload, "source_region"), text_of(payload, "source")};
  const std::uint64_t number = std::stoull(message.id);
  const Instant at = instant_from_ms(find_int(payload, "at").value_or(0));

  // Without the snapshot of the request (the server has been started anew): from what is there now, which leads back to
  // the same instant while the table and its log are there.
  std::shared_ptr<Reader> snapshot = dynamodb.jobs.kept(message.id);
  const bool afresh = snapshot == nullptr;
  if (afresh) snapshot = dynamodb.store.snapshot();
  const auto table = TRY(find_table(*snapshot, source));
  const auto source_number = static_cast<std::uint64_t>(find_int(payload, "source_number").value_or(0));
  if (table == nullptr || table->number != source_number) {
    return give_up(dynamodb, target, number, "the source table was deleted before its items had been gathered");
  }
  const auto window = TRY(recovery_window(*snapshot, *table, dynamodb.clock.now()));
  if (afresh && (!window || at < window->earliest)) {
    return give_up(dynamodb, target, number, "the instant cannot be recovered any more");
  }

  ItemWriter writer = TRY(ItemWriter::create(dynamodb.blobs));
  TRY(walk_items_at(*snapshot, *table, at, [&](item::ItemView item) -> Result<> {
    if (dynamodb.jobs.stopping()) return fail(internal_error("the server stops"));
    return writer.add(item);
  }));
  const BlobInfo blob = TRY(writer.finish());
  TRY(dynamodb.store.transact([&](Transaction& tx) -> Result<> {
    const auto restored = TRY(find_table(tx, target));
    // Done already (a crash before this message went), or deleted.
    if (restored == nullptr || restored->number != number) return {};
    if (!restored->is_being_created(dynamodb.clock.now()) || TRY(tx.get(gathered_key(number)))) return {};
    TRY(tx.put(gathered_key(number), "1"));
    RestoreProgress progress;
    progress.target = target;
    progress.number = number;
    progress.expected = writer.items();
    return start_restoring(dynamodb, tx, blob, progress);
  }));
  return {};
}

}  // namespace orrery::dynamodb
