// ExportTableToPointInTime, DescribeExport, ListExports. The work itself is export_job.cc's.
#include "base/encode.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/operations.h"
#include "services/dynamodb/backups/recovery.h"
#include "services/dynamodb/backups/transfers.h"
#include "services/paging.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kExportsAPage = 25;
// "The export period … must be between 15 minutes and 24 hours" (developerguide/S3DataExport_Requesting.html).
constexpr Millis kShortestPeriod = std::chrono::minutes(15);
constexpr Millis kLongestPeriod = std::chrono::hours(24);

Error not_found_export(const std::string& arn) { return errors::ExportNotFoundException("Export not found: " + arn); }

// Whole seconds of clients: the second in which recovery began is within the window.
Result<Instant> within(const RecoveryWindow& window, Instant at, const char* member) {
  if (at < window.earliest && at >= std::chrono::floor<std::chrono::seconds>(window.earliest)) return window.earliest;
  if (window.contains(at)) return at;
  return fail(errors::InvalidExportTimeException(
      std::string("The specified ") + member + " is outside of the point in time recovery window: it must be between " +
      iso8601_millis(window.earliest) + " and " + iso8601_millis(window.latest)));
}

Result<> set_period(const ExportTableToPointInTimeInput& input, const RecoveryWindow& window, ExportDescription& out) {
  if (input.ExportTime) {
    return fail(validation_error("ExportTime cannot be specified for an incremental export"));
  }
  if (!input.IncrementalExportSpecification || !input.IncrementalExportSpecification->ExportFromTime) {
    return fail(
        validation_error("IncrementalExportSpecification.ExportFromTime is required for an incremental export"));
  }
  const auto& wanted = *input.IncrementalExportSpecification;
  auto& period = out.IncrementalExportSpecification.emplace();
  period.ExportFromTime = TRY(within(window, *wanted.ExportFromTime, "ExportFromTime"));
  const Instant latest = std::min(window.latest, *period.ExportFromTime + kLongestPeriod);
  period.ExportToTime = TRY(within(window, wanted.ExportToTime.value_or(latest), "ExportToTime"));
  period.ExportViewType = wanted.ExportViewType.value_or(std::string(ExportViewType::NEW_AND_OLD_IMAGES));
  // Between the times as they were asked for.
  const Millis span = *period.ExportToTime - *wanted.ExportFromTime;
  if (span < Millis(0)) {
    return fail(validation_error("ExportFromTime must be before ExportToTime"));
  }
  if (span < kShortestPeriod || span > kLongestPeriod) {
    return fail(
        validation_error("The difference between ExportFromTime and ExportToTime must be between 15 minutes and "
                         "24 hours"));
  }
  return {};
}

Result<> set_instants(const ExportTableToPointInTimeInput& input, const RecoveryWindow& window,
                      ExportDescription& out) {
  out.ExportType = input.ExportType.value_or(std::string(ExportType::FULL_EXPORT));
  if (out.ExportType == ExportType::INCREMENTAL_EXPORT) return set_period(input, window, out);
  if (input.IncrementalExportSpecification) {
    return fail(validation_error("IncrementalExportSpecification can be specified only for an incremental export"));
  }
  out.ExportTime = TRY(within(window, input.ExportTime.value_or(window.latest), "ExportTime"));
  return {};
}

void set_destination(const ExportTableToPointInTimeInput& input, const TableThing& thing, ExportDescription& out) {
  out.S3Bucket = input.S3Bucket;
  out.S3BucketOwner = input.S3BucketOwner;
  out.S3Prefix = input.S3Prefix;
  out.S3SseAlgorithm = input.S3SseAlgorithm.value_or(std::string(S3SseAlgorithm::AES256));
  out.S3SseKmsKeyId = input.S3SseKmsKeyId;
  out.ExportFormat = input.ExportFormat.value_or(std::string(ExportFormat::DYNAMODB_JSON));
  std::string folder = input.S3Prefix.value_or("");
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  out.ExportManifest = folder + "AWSDynamoDB/" + thing.id + "/manifest-summary.json";
}

std::string digest_of(const ExportTableToPointInTimeInput& input) {
  return hex(view(sha256(to_text(wire::to_document(wire::shape_for<ExportTableToPointInTimeInput>(), &input)))));
}

// A request with a client token that was served lately.
Result<std::optional<Export>> former(Reader& reader, const TableName& table, const std::string& token, Instant now) {
  const auto cursor = reader.scan(prefix_range(exports_prefix(table)), Direction::Reverse);
  while (cursor->next()) {
    Export found = TRY(decode_export(cursor->value()));
    if (found.description.StartTime && now - *found.description.StartTime > kTokenLives) break;
    if (found.description.ClientToken == token) return std::optional<Export>(std::move(found));
  }
  TRY(cursor->status());
  return std::optional<Export>();
}

}  // namespace

Result<ExportTableToPointInTimeOutput> export_table_to_point_in_time(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                                     const ExportTableToPointInTimeInput& input) {
  if (input.FilterSpecification) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement dynamodb:ExportTableToPointInTime with FilterSpecification.",
                          501));
  }
  const TableName name = TRY(parse_table_arn(call, input.TableArn));
  const std::string digest = digest_of(input);
  if (input.ClientToken) {
    if (const auto found = TRY(former(tx, name, *input.ClientToken, call.now))) {
      if (found->digest == digest) return ExportTableToPointInTimeOutput{found->description};
      return fail(errors::ExportConflictException("There was a conflict: the client token " + *input.ClientToken +
                                                  " was used with other parameters"));
    }
  }
  TRY(dynamodb.background.alone(tx));
  std::shared_ptr<Reader> snapshot = dynamodb.store.snapshot();
  const auto table = TRY(find_table(*snapshot, name));
  if (table == nullptr) return fail(errors::TableNotFoundException("Table not found: " + name.name));
  const auto window = TRY(recovery_window(*snapshot, *table, call.now));
  if (!window) {
    return fail(errors::PointInTimeRecoveryUnavailableException("Point in time recovery is not enabled for table '" +
                                                                name.name + "'"));
  }
  const TableThing thing{name, "export", timed_id(call.now, *call.random)};
  Export made;
  ExportDescription& out = made.description;
  out.ExportArn = thing.arn();
  out.ExportStatus = ExportStatus::IN_PROGRESS;
  out.StartTime = call.now;
  out.TableArn = name.arn();
  out.TableId = table->description.TableId;
  out.ClientToken = input.ClientToken;
  TRY(set_instants(input, *window, out));
  set_destination(input, thing, out);
  TRY(check_bucket_access(call, tx, input.S3Bucket, "s3:PutObject", *out.ExportManifest));
  made.principal = *call.principal;
  made.digest = digest;
  TRY(tx.put(export_key(thing), encode(made)));
  dynamodb.jobs.keep(tx, thing.arn(), std::move(snapshot), dynamodb.clock.monotonic_us());
  TRY(dynamodb.background.post(tx, transfer_message(kExportMessage, thing, table->number, call.now)));
  return ExportTableToPointInTimeOutput{out};
}

Result<DescribeExportOutput> describe_export(Call& call, Reader& reader, const DescribeExportInput& input) {
  const auto thing = parse_thing("export", input.ExportArn);
  if (!thing || thing->table.account != call.account) return fail(not_found_export(input.ExportArn));
  const auto bytes = TRY(reader.get(export_key(*thing)));
  if (!bytes) return fail(not_found_export(input.ExportArn));
  const Export found = TRY(decode_export(*bytes));
  return DescribeExportOutput{found.description};
}

Result<ListExportsOutput> list_exports(Call& call, Reader& reader, const ListExportsInput& input) {
  const auto limit = static_cast<std::size_t>(input.MaxResults.value_or(kExportsAPage));
  KeyRange range = prefix_range(exports_prefix(call.account, call.region));
  if (input.TableArn) range = prefix_range(exports_prefix(TRY(parse_table_arn(call, *input.TableArn))));
  if (input.NextToken) {
    const auto position = page_position(*input.NextToken);
    if (!position) return fail(validation_error("Invalid NextToken"));
    range.begin = std::max(range.begin, *position);
  }
  ListExportsOutput output;
  auto& summaries = output.ExportSummaries.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (summaries.size() == limit) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    const ExportDescription description = TRY(decode_export(cursor->value())).description;
    summaries.push_back({description.ExportArn, description.ExportStatus, description.ExportType});
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::dynamodb
