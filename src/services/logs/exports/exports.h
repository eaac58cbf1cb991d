// Export tasks: a group's events as files in a bucket
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html).
//
//   PREFIX/aws-logs-write-test
//   PREFIX/TASK-ID/STREAM/000000.gz, 000001.gz, …     lines of "2026-03-01T12:00:00.000Z MESSAGE"
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"
#include "shapes/logs.h"

#include <string>
#include <string_view>

namespace orrery::logs {

inline constexpr std::string_view kExportMessage = "logs.export";

Result<CreateExportTaskResponse> create_export_task(Logs& logs, Call& call, Transaction& tx,
                                                    const CreateExportTaskRequest& input);
Result<DescribeExportTasksResponse> describe_export_tasks(Call& call, Reader& reader,
                                                          const DescribeExportTasksRequest& input);
Result<wire::Empty> cancel_export_task(Call& call, Transaction& tx, const CancelExportTaskRequest& input);

// LogExport -> record: {"task": ExportTask, "stream_prefix": …, "principal": in whose name objects are written}
struct ExportRecord {
  ExportTask task;
  std::string account, region;
  std::string stream_prefix;
  auth::Principal principal;

  bool active() const;  // waiting or under way
};
std::string export_key(std::string_view account, std::string_view region, std::string_view id);
std::string exports_prefix(std::string_view account, std::string_view region);
Result<ExportRecord> decode_export(std::string_view bytes);
Result<> put_export(Transaction& tx, const ExportRecord& record);

Result<json::value> put_object(Logs& logs, Transaction& tx, const ExportRecord& record, const std::string& key,
                               std::string_view content, std::string_view content_type);

// export_job.cc: the work, on the exports' own thread. It may run again after a crash, and writes the same objects.
Result<> run_export(Logs& logs, const Message& message);
std::string export_payload(const ExportRecord& record);

}  // namespace orrery::logs
