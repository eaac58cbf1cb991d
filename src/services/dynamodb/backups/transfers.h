// Exports and imports: what is stored of them, and the way to their buckets.
//
//   TableExport -> record: {"description": ExportDescription, "principal": who, "digest": of the request}
//   TableImport -> record: {"description": ImportTableDescription, …}
#pragma once

#include "services/dispatcher.h"
#include "services/dynamodb/backups/records.h"
#include "services/dynamodb/dynamodb.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

template <class Description>
struct Transfer {
  Description description;
  auth::Principal principal;  // in whose name objects are written and read
  std::string digest;         // of the request, for its client token
};
using Export = Transfer<ExportDescription>;
using Import = Transfer<ImportTableDescription>;

std::string export_key(const TableThing& thing);
std::string exports_prefix(std::string_view account, std::string_view region);
std::string exports_prefix(const TableName& table);
std::string import_key(std::string_view account, std::string_view region, std::string_view id);
std::string imports_prefix(std::string_view account, std::string_view region);

std::string encode(const Export& transfer);
std::string encode(const Import& transfer);
Result<Export> decode_export(std::string_view bytes);
Result<Import> decode_import(std::string_view bytes);

// The message of a job with its payload.
Message transfer_message(std::string_view kind, const TableThing& thing, std::uint64_t table_number, Instant now);
struct TransferJob {
  TableThing thing;
  std::uint64_t table_number = 0;
};
Result<TransferJob> transfer_of(std::string_view kind, const Message& message);

// Where imports report lines that they could not take (developerguide/S3DataImport.Requesting.html).
inline constexpr std::string_view kImportLogGroup = "/aws-dynamodb/imports";

// "An idempotent request with the same client token": for 8 hours after it (API_ExportTableToPointInTime.html).
inline constexpr Millis kTokenLives = std::chrono::hours(8);

// Whether the caller may do that in the bucket, with all that limits them now; the job has only their name.
Result<> check_bucket_access(const Call& call, Reader& reader, const std::string& bucket, std::string_view action,
                             const std::string& key);

// Calls of S3 in somebody's name, each a transaction of its own.
class Bucket {
 public:
  Bucket(DynamoDb& dynamodb, Caller caller, std::string name, std::optional<std::string> owner)
      : dynamodb_(dynamodb), caller_(std::move(caller)), name_(std::move(name)), owner_(std::move(owner)) {}

  // Returns the ETag, without its quotes.
  Result<std::string> put(const std::string& key, std::string_view body, std::string_view content_type);
  struct Listed {
    std::string key, etag;
    std::uint64_t size = 0;
  };
  // Those that start with `prefix` and come after `after`, at most a thousand, in order.
  Result<std::vector<Listed>> list(const std::string& prefix, const std::string& after);
  // A piece of an object that must not have changed since it was listed; shorter at its end.
  Result<std::string> read(const Listed& object, std::uint64_t offset, std::size_t length);

 private:
  json::object request(std::string_view key_member, const std::string& key) const;

  DynamoDb& dynamodb_;
  Caller caller_;
  std::string name_;
  std::optional<std::string> owner_;
};

// What a description says of an error of S3: "S3NoSuchBucket".
std::string failure_code(const Error& error);

}  // namespace orrery::dynamodb
