#include "services/dynamodb/backups/export_files.h"

#include "base/encode.h"
#include "item/codec.h"
#include "item/key.h"
#include "services/dynamodb/backups/ion.h"

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kFileBytes = std::size_t{4} * 1024 * 1024;  // compressed

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

// The time of a write in microseconds, as both formats write numbers.
std::string micros_of(Instant at) { return std::to_string(epoch_ms(at) * 1000); }

void append_item(bool ion, const char* name, item::ItemView item, std::string& out) {
  if (ion) {
    out.append(name).append(":");
    append_ion(item, out);
  } else {
    out.append("\"").append(name).append("\":");
    item::append_json(item, out);
  }
}

}  // namespace

ExportFiles::ExportFiles(const ExportDescription& description, std::string export_id, Bucket& bucket)
    : description_(description),
      id_(std::move(export_id)),
      bucket_(bucket),
      ion_(description.ExportFormat == ExportFormat::ION),
      incremental_(description.ExportType == ExportType::INCREMENTAL_EXPORT) {
  std::string prefix = description.S3Prefix.value_or("");
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  folder_ = prefix + "AWSDynamoDB/" + id_ + "/";
  data_folder_ = incremental_ ? prefix + "AWSDynamoDB/data/" : folder_ + "data/";
}

Result<> ExportFiles::start() {
  TRY(bucket_.put(folder_ + "_started", "", "application/octet-stream"));
  return {};
}

Result<> ExportFiles::add(item::ItemView item) {
  line_ = ion_ ? "$ion_1_0 {" : "{";
  append_item(ion_, "Item", item, line_);
  line_ += "}\n";
  return add_line(item.size_bytes());
}

Result<> ExportFiles::add(const Table& table, const NetChange& change) {
  const bool with_old =
      description_.IncrementalExportSpecification->ExportViewType == ExportViewType::NEW_AND_OLD_IMAGES;
  const item::Item keys = item::key_attributes(table.keys, change.next ? *change.next : *change.old);
  const std::string micros = micros_of(change.at);
  line_ = ion_ ? "$ion_1_0 {Record:{Metadata:{WriteTimestampMicros:" + micros + ".},"
               : R"({"Metadata":{"WriteTimestampMicros":{"N":")" + micros + R"("}},)";
  append_item(ion_, "Keys", keys, line_);
  if (with_old && change.old) {
    line_ += ',';
    append_item(ion_, "OldImage", *change.old, line_);
  }
  if (change.next) {
    line_ += ',';
    append_item(ion_, "NewImage", *change.next, line_);
  }
  line_ += ion_ ? "}}\n" : "}\n";
  return add_line((change.old ? change.old->size_bytes() : 0) + (change.next ? change.next->size_bytes() : 0));
}

Result<> ExportFiles::add_line(std::size_t item_bytes) {
  file_.write(line_);
  ++file_items_;
  ++items_;
  bytes_ += static_cast<std::int64_t>(item_bytes);
  return file_.size() >= kFileBytes ? end_file() : Result<>();
}

Result<> ExportFiles::end_file() {
  const std::string content = file_.finish();
  // The name follows from the export's: one that runs again after a crash writes the same files.
  const std::string name = hex(view(sha256(id_ + "/" + std::to_string(files_)))).substr(0, 26);
  const std::string key = data_folder_ + name + (ion_ ? ".ion.gz" : ".json.gz");
  const std::string etag = TRY(bucket_.put(key, content, "application/gzip"));
  manifest_ += json::serialize(json::object{
      {"itemCount", file_items_}, {"md5Checksum", base64(md5(content))}, {"etag", etag}, {"dataFileS3Key", key}});
  manifest_ += '\n';
  ++files_;
  file_ = GzipWriter();
  file_items_ = 0;
  return {};
}

Result<> ExportFiles::put_with_md5(const std::string& name, std::string_view content) {
  TRY(bucket_.put(folder_ + name + ".json", content, "application/json"));
  TRY(bucket_.put(folder_ + name + ".md5", base64(md5(content)), "text/plain"));
  return {};
}

std::string ExportFiles::summary(Instant end) const {
  const ExportDescription& of = description_;
  json::object out;
  out["version"] = incremental_ ? "2023-08-01" : "2020-06-30";
  out["exportArn"] = *of.ExportArn;
  out["startTime"] = iso8601_millis(*of.StartTime);
  out["endTime"] = iso8601_millis(end);
  out["tableArn"] = *of.TableArn;
  out["tableId"] = text_or_null(of.TableId);
  if (incremental_) {
    out["exportFromTime"] = iso8601_millis(*of.IncrementalExportSpecification->ExportFromTime);
    out["exportToTime"] = iso8601_millis(*of.IncrementalExportSpecification->ExportToTime);
  } else {
    out["exportTime"] = iso8601_millis(*of.ExportTime);
  }
  out["s3Bucket"] = *of.S3Bucket;
  out["s3Prefix"] = text_or_null(of.S3Prefix);
  out["s3SseAlgorithm"] = *of.S3SseAlgorithm;
  out["s3SseKmsKeyId"] = text_or_null(of.S3SseKmsKeyId);
  out["manifestFilesS3Key"] = folder_ + "manifest-files.json";
  out["billedSizeBytes"] = bytes_;
  out["itemCount"] = items_;
  out["outputFormat"] = *of.ExportFormat;
  if (incremental_) out["outputView"] = *of.IncrementalExportSpecification->ExportViewType;
  out["exportType"] = *of.ExportType;
  return json::serialize(out);
}

Result<> ExportFiles::finish(Instant end) {
  if (file_items_ > 0 || files_ == 0) TRY(end_file());  // at least one
  TRY(put_with_md5("manifest-files", manifest_));
  return put_with_md5("manifest-summary", summary(end));
}

}  // namespace orrery::dynamodb
