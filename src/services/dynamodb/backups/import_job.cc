// An import's work: object after object, piece after piece. After a crash it begins anew; the same items come under the
// same keys.
#include "blob/gzip.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/import_source.h"
#include "services/dynamodb/backups/import_writer.h"
#include "services/dynamodb/backups/new_table.h"

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kObjectPiece = std::size_t{4} * 1024 * 1024;  // of an object
constexpr std::size_t kSlice = std::size_t{64} * 1024;  // of a piece, to bound what is decompressed of it at once

std::unique_ptr<ItemSource> source_of(const ImportTableDescription& description, const Table& table) {
  if (description.InputFormat != InputFormat::CSV) return json_lines();
  CsvOptions options;
  if (description.InputFormatOptions && description.InputFormatOptions->Csv)
    options = *description.InputFormatOptions->Csv;
  return csv_rows(options.Delimiter.value_or(",")[0], options.HeaderList.value_or(std::vector<std::string>()),
                  key_types(table));
}

Result<> damaged(const std::string& key, const Error& error) {
  return fail(api_error("InvalidObject", "The object " + key + " cannot be read: " + error.message));
}

// One object's reading.
class ObjectReader {
 public:
  ObjectReader(const ImportTableDescription& description, const Table& table, ImportWriter& writer)
      : source_(source_of(description, table)),
        zipped_(description.InputCompressionType == InputCompressionType::GZIP),
        take_([&writer](Result<item::Item> parsed) { return writer.take(std::move(parsed)); }) {}

  Result<> read(const std::string& key, std::string_view piece) {
    if (!zipped_) return source_->read(piece, take_);
    any_ = any_ || !piece.empty();
    for (std::size_t at = 0; at < piece.size(); at += kSlice) {
      text_.clear();
      if (auto done = gzip_.read(piece.substr(at, kSlice), text_); !done) return damaged(key, done.error());
      TRY(source_->read(text_, take_));
    }
    return {};
  }
  Result<> finish(const std::string& key) {
    if (zipped_ && any_) {
      if (auto done = gzip_.finish(); !done) return damaged(key, done.error());
    }
    return source_->finish(take_);
  }

 private:
  std::unique_ptr<ItemSource> source_;
  bool zipped_;
  bool any_ = false;
  GzipReader gzip_;
  std::string text_;
  TakeParsed take_;
};

Result<> import_object(const Jobs& jobs, Bucket& bucket, const Bucket::Listed& object, ObjectReader reader,
                       ImportWriter& writer, std::int64_t& read) {
  writer.begin_object(object.key);
  for (std::uint64_t at = 0; at < object.size;) {
    if (jobs.stopping()) return fail(internal_error("the server stops"));
    const std::string piece = TRY(bucket.read(object, at, kObjectPiece));
    if (piece.empty()) break;
    at += piece.size();
    read += static_cast<std::int64_t>(piece.size());
    writer.processed(read);
    TRY(reader.read(object.key, piece));
  }
  return reader.finish(object.key);
}

Result<> import_objects(DynamoDb& dynamodb, const ImportTableDescription& description, const Table& table,
                        Bucket& bucket, ImportWriter& writer) {
  const std::string prefix = description.S3BucketSource->S3KeyPrefix.value_or("");
  std::string after;
  std::int64_t read = 0;
  for (;;) {
    const auto objects = TRY(bucket.list(prefix, after));
    if (objects.empty()) break;
    for (const auto& object : objects) {
      TRY(import_object(dynamodb.jobs, bucket, object, ObjectReader(description, table, writer), writer, read));
    }
    after = objects.back().key;
  }
  if (after.empty()) return fail(api_error("NoSuchKey", "No object of the bucket starts with \"" + prefix + "\""));
  return writer.flush();
}

// The table is there for everybody, or not at all.
Result<> end_import(DynamoDb& dynamodb, const TransferJob& job, Import record, const std::optional<Error>& failed) {
  return dynamodb.store.transact([&](Transaction& tx) -> Result<> {
    record.description.EndTime = dynamodb.clock.now();
    record.description.ImportStatus = failed ? ImportStatus::FAILED : ImportStatus::COMPLETED;
    const auto found = TRY(find_table(tx, job.thing.table));
    const bool there = found != nullptr && found->number == job.table_number;
    if (failed) {
      record.description.FailureCode = failed->code == kTableGone ? failed->code : failure_code(*failed);
      record.description.FailureMessage = failed->message;
      if (there) TRY(drop_hidden_table(dynamodb, tx, job.thing.table, *found));
    } else if (there) {
      Table table = *found;
      show_table(table);
      TRY(put_table(tx, job.thing.table, table));
    }
    return tx.put(import_key(job.thing.table.account, job.thing.table.region, job.thing.id), encode(record));
  });
}

}  // namespace

Result<> run_import(DynamoDb& dynamodb, const Message& message) {
  const TransferJob job = TRY(transfer_of("import", message));
  const TableName& name = job.thing.table;
  const auto snapshot = dynamodb.store.snapshot();
  const auto bytes = TRY(snapshot->get(import_key(name.account, name.region, job.thing.id)));
  if (!bytes) return {};
  Import record = TRY(decode_import(*bytes));
  if (record.description.ImportStatus != ImportStatus::IN_PROGRESS) return {};
  const auto table = TRY(find_table(*snapshot, name));
  if (table == nullptr || table->number != job.table_number) {
    return end_import(dynamodb, job, std::move(record), api_error(kTableGone, "The table was deleted"));
  }
  const Caller caller{record.principal, name.account, name.region, name.arn()};
  const S3BucketSource& source = *record.description.S3BucketSource;
  Bucket bucket(dynamodb, caller, source.S3Bucket, source.S3BucketOwner);
  ImportWriter writer(dynamodb, job, record, *table, caller);
  Result<> done = import_objects(dynamodb, record.description, *table, bucket, writer);
  if (!done && done.error().kind != Error::Kind::Api) return done;  // tried again
  std::optional<Error> failed;
  if (!done) failed = done.error();
  return end_import(dynamodb, job, std::move(record), failed);
}

}  // namespace orrery::dynamodb
