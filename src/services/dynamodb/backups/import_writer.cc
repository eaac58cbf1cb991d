#include "services/dynamodb/backups/import_writer.h"

#include "base/log.h"
#include "services/dynamodb/indexes/entries.h"
#include "services/dynamodb/items/requests.h"

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kPutAtOnce = 500;
constexpr std::size_t kBytesPutAtOnce = std::size_t{2} * 1024 * 1024;
// "If the number of errors exceeds 10,000, logging stops" (developerguide/S3DataImport.Validation.html).
constexpr std::int64_t kMostReported = 10'000;
constexpr std::size_t kReportedAtOnce = 500;

}  // namespace

ImportWriter::ImportWriter(DynamoDb& dynamodb, const TransferJob& job, Import& record, const Table& table,
                           Caller caller)
    : dynamodb_(dynamodb),
      job_(job),
      record_(record),
      description_(record.description),
      table_(table),
      caller_(std::move(caller)) {
  // From the start, also when a crash has ended a former attempt.
  description_.ProcessedItemCount = description_.ImportedItemCount = 0;
  description_.ErrorCount = description_.ProcessedSizeBytes = 0;
}

void ImportWriter::begin_object(const std::string& key) {
  object_ = key;
  line_ = 0;
}

Result<std::string> ImportWriter::key_of(const item::Item& item) const {
  std::string key = TRY(item::key_of_item(table_.keys, item));
  TRY(check_item_size(item));
  TRY(check_index_keys(table_, item));
  return key;
}

Result<> ImportWriter::take(Result<item::Item> parsed) {
  ++line_;
  ++*description_.ProcessedItemCount;
  auto key = parsed ? key_of(*parsed) : Result<std::string>(fail(parsed.error()));
  if (!key) {
    note_error(key.error().message);
    return {};
  }
  pending_bytes_ += parsed->bytes().size();
  pending_.emplace_back(*std::move(key), *std::move(parsed));
  return pending_.size() < kPutAtOnce && pending_bytes_ < kBytesPutAtOnce ? Result<>() : flush();
}

Result<> ImportWriter::write(Transaction& tx) const {
  const auto table = TRY(find_table(tx, job_.thing.table));
  if (table == nullptr || table->number != table_.number) {
    return fail(api_error(kTableGone, "The table was deleted while it was being imported"));
  }
  for (const auto& [key, item] : pending_) {
    const std::string stored = table_.item_key(key);
    // Of two items with one key the later stays; so do the index entries of it alone.
    std::optional<item::Item> old;
    if (!table_.indexes.empty()) {
      if (auto bytes = TRY(tx.get(stored))) old = item::Item::from_encoding(*std::move(bytes));
    }
    std::optional<item::ItemView> before;
    if (old) before = old->view();
    TRY(update_entries(tx, table_, key, before, item.view()));
    TRY(tx.put(stored, item.bytes()));
  }
  return tx.put(import_key(job_.thing.table.account, job_.thing.table.region, job_.thing.id), encode(record_));
}

Result<> ImportWriter::flush() {
  *description_.ImportedItemCount += static_cast<std::int64_t>(pending_.size());
  TRY(dynamodb_.store.transact([&](Transaction& tx) { return write(tx); }));
  pending_.clear();
  pending_bytes_ = 0;
  report_errors();
  return {};
}

void ImportWriter::note_error(const std::string& why) {
  ++*description_.ErrorCount;
  if (reported_ == kMostReported) return;
  ++reported_;
  const json::object report{
      {"itemS3Pointer",
       {{"bucket", description_.S3BucketSource->S3Bucket}, {"key", object_}, {"itemIndex", line_ - 1}}},
      {"importArn", *description_.ImportArn},
      {"errorMessages", json::array{why}}};
  errors_.push_back(json::object{{"timestamp", epoch_ms(dynamodb_.clock.now())}, {"message", json::serialize(report)}});
  if (errors_.size() >= kReportedAtOnce) report_errors();
}

// In the log group that the service has for it; a caller without the right to write there still gets the count.
void ImportWriter::report_errors() {
  if (errors_.empty()) return;
  const json::object group{{"logGroupName", kImportLogGroup}};
  json::object stream = group;
  stream["logStreamName"] = job_.thing.id + "/error";
  json::object events = stream;
  events["logEvents"] = std::exchange(errors_, json::array());
  const auto dispatch = [&](std::string_view operation, const json::object& input) {
    return dynamodb_.store.transact(
        [&](Transaction& tx) { return dynamodb_.dispatcher.dispatch(tx, caller_, "logs", operation, input); });
  };
  (void)dispatch("CreateLogGroup", group);  // there already, mostly
  (void)dispatch("CreateLogStream", stream);
  const auto written = dispatch("PutLogEvents", events);
  if (!written) {
    log::warning("errors of an import could not be reported",
                 {{"import", *description_.ImportArn}, {"error", written.error().message}});
  }
}

}  // namespace orrery::dynamodb
