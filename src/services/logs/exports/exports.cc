#include "services/logs/exports/exports.h"

#include "services/logs/operations.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::logs {
namespace {

constexpr std::int64_t kDefaultPage = 50;

// "Each account can only have one active (RUNNING or PENDING) export task at a time."
Result<> check_none_active(Reader& reader, const Call& call) {
  const auto cursor = reader.scan(prefix_range(exports_prefix(call.account, call.region)));
  while (cursor->next()) {
    if (TRY(decode_export(cursor->value())).active()) {
      return fail(errors::LimitExceededException("Resource limit exceeded."));
    }
  }
  return cursor->status();
}

// The service writes such an object first, to find out whether it may.
Result<> test_bucket(Logs& logs, Transaction& tx, const ExportRecord& record) {
  const std::string key = *record.task.destinationPrefix + "/aws-logs-write-test";
  const auto written = put_object(logs, tx, record, key, "Permission Check Successful", "text/plain");
  if (written) return {};
  const Error& error = written.error();
  if (error.kind != Error::Kind::Api) return fail(error);
  if (error.code == "NoSuchBucket") {
    return invalid("The given bucket does not exist. Please make sure the bucket is valid.");
  }
  return invalid(
      "Please ensure that the CreateExportTask caller has been granted s3:PutObject access to the bucket. (" +
      error.message + ")");
}

}  // namespace

bool ExportRecord::active() const {
  const std::string code = task.status ? task.status->code.value_or("") : "";
  return code == ExportTaskStatusCode::PENDING || code == ExportTaskStatusCode::RUNNING ||
         code == ExportTaskStatusCode::PENDING_CANCEL;
}

std::string exports_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::LogExport).text(account).text(region).take();
}
std::string export_key(std::string_view account, std::string_view region, std::string_view id) {
  return KeyWriter(KeyKind::LogExport).text(account).text(region).text(id).take();
}

Result<ExportRecord> decode_export(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  const json::value* task = find(document, "task");
  const json::value* principal = find(document, "principal");
  if (task == nullptr || principal == nullptr) return fail(internal_error("corrupt record: log export"));
  ExportRecord record;
  TRY(wire::from_document(wire::shape_for<ExportTask>(), *task, &record.task, false));
  record.account = text_of(document, "account");
  record.region = text_of(document, "region");
  record.stream_prefix = text_of(document, "stream_prefix");
  record.principal = read_principal(*principal);
  return record;
}

Result<> put_export(Transaction& tx, const ExportRecord& record) {
  return put_record(tx, export_key(record.account, record.region, *record.task.taskId),
                    json::object{{"task", wire::to_document(wire::shape_for<ExportTask>(), &record.task)},
                                 {"account", record.account},
                                 {"region", record.region},
                                 {"stream_prefix", record.stream_prefix},
                                 {"principal", principal_document(record.principal)}});
}

Result<json::value> put_object(Logs& logs, Transaction& tx, const ExportRecord& record, const std::string& key,
                               std::string_view content, std::string_view content_type) {
  Caller caller;
  caller.principal = record.principal;
  caller.account = record.account;
  caller.region = record.region;
  caller.called_via = {"logs.amazonaws.com"};
  return logs.dispatcher.upload(
      tx, caller, "s3", "PutObject",
      json::object{{"Bucket", *record.task.destination}, {"Key", key}, {"ContentType", content_type}}, content);
}

std::string export_payload(const ExportRecord& record) {
  return encode_record(
      json::object{{"account", record.account}, {"region", record.region}, {"id", *record.task.taskId}});
}

Result<CreateExportTaskResponse> create_export_task(Logs& logs, Call& call, Transaction& tx,
                                                    const CreateExportTaskRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  if (input.from >= input.to) return invalid("The start time must be before the end time.");
  // "You must specify a time that is not earlier than when this log group was created."
  if (input.to < epoch_ms(group.created)) {
    return invalid("The end time must not be earlier than the log group's creation.");
  }
  TRY(check_none_active(tx, call));
  ExportRecord record;
  record.account = call.account;
  record.region = call.region;
  record.stream_prefix = input.logStreamNamePrefix.value_or("");
  if (call.principal != nullptr) record.principal = *call.principal;
  ExportTask& task = record.task;
  task.taskId = call.random->uuid();
  task.taskName = input.taskName;
  task.logGroupName = group.name;
  task.from = input.from;
  task.to = input.to;
  task.destination = input.destination;
  task.destinationPrefix = input.destinationPrefix.value_or("exportedlogs");
  while (task.destinationPrefix->ends_with('/')) task.destinationPrefix->pop_back();
  task.status.emplace().code = ExportTaskStatusCode::PENDING;
  task.status->message = "The export task is waiting.";
  task.executionInfo.emplace().creationTime = epoch_ms(call.now);
  TRY(test_bucket(logs, tx, record));
  TRY(put_export(tx, record));
  Message message;
  message.kind = kExportMessage;
  message.id = *task.taskId;
  message.due = message.created = call.now;
  message.payload = export_payload(record);
  TRY(logs.background.post(tx, message));
  return CreateExportTaskResponse{task.taskId};
}

Result<DescribeExportTasksResponse> describe_export_tasks(Call& call, Reader& reader,
                                                          const DescribeExportTasksRequest& input) {
  DescribeExportTasksResponse output;
  auto& tasks = output.exportTasks.emplace();
  if (input.taskId) {
    const auto bytes = TRY(reader.get(export_key(call.account, call.region, *input.taskId)));
    if (!bytes) return fail(errors::ResourceNotFoundException("The specified export task does not exist."));
    tasks.push_back(TRY(decode_export(*bytes)).task);
    return output;
  }
  output.nextToken =
      TRY(scan_page(reader, prefix_range(exports_prefix(call.account, call.region)),
                    {input.nextToken, input.limit.value_or(kDefaultPage)}, [&](Cursor& cursor) -> Result<bool> {
                      ExportTask task = TRY(decode_export(cursor.value())).task;
                      if (input.statusCode && task.status->code != input.statusCode) return false;
                      tasks.push_back(std::move(task));
                      return true;
                    }));
  return output;
}

Result<wire::Empty> cancel_export_task(Call& call, Transaction& tx, const CancelExportTaskRequest& input) {
  const auto bytes = TRY(tx.get(export_key(call.account, call.region, input.taskId)));
  if (!bytes) return fail(errors::ResourceNotFoundException("The specified export task does not exist."));
  ExportRecord record = TRY(decode_export(*bytes));
  const std::string code = record.task.status->code.value_or("");
  if (code != ExportTaskStatusCode::PENDING && code != ExportTaskStatusCode::RUNNING) {
    return fail(errors::InvalidOperationException("The specified export task has already finished"));
  }
  // What has not begun is over at once; the work looks, now and then, whether it is still wanted.
  const bool waiting = code == ExportTaskStatusCode::PENDING;
  record.task.status->code = waiting ? ExportTaskStatusCode::CANCELLED : ExportTaskStatusCode::PENDING_CANCEL;
  record.task.status->message = "The export task was cancelled.";
  if (waiting) record.task.executionInfo->completionTime = epoch_ms(call.now);
  TRY(put_export(tx, record));
  return wire::Empty{};
}

}  // namespace orrery::logs
