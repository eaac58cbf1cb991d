#include "services/lambda/deploying/package.h"

#include "base/encode.h"
#include "services/lambda/operations.h"

#include <filesystem>

namespace orrery::lambda {
namespace {

constexpr std::size_t kZipMostBytes = std::size_t{50} * 1024 * 1024;     // in the request
constexpr std::size_t kS3ZipMostBytes = std::size_t{250} * 1024 * 1024;  // from a bucket

Result<std::string> from_bucket(Lambda& lambda, const Call& call, const PackageSource& source) {
  json::object object{{"Bucket", *source.bucket}, {"Key", *source.key}};
  if (source.version) object["VersionId"] = *source.version;
  const Caller caller{*call.principal, call.account, call.region, {}};
  auto fetched = lambda.store.transact(
      [&](Transaction& tx) { return lambda.dispatcher.fetch(tx, caller, "s3", "GetObject", object, kS3ZipMostBytes); });
  if (fetched || fetched.error().code == "NotImplemented") return fetched;
  return fail(
      errors::InvalidParameterValueException("Error occurred while GetObject. S3 Error Code: " + fetched.error().code +
                                             ". S3 Error Message: " + fetched.error().message));
}

Result<std::string> package_bytes(Lambda& lambda, const Call& call, const PackageSource& source,
                                  std::string_view operation) {
  if (source.zip) {
    if (source.bucket || source.key || source.version) {
      return fail(errors::InvalidParameterValueException(
          "Please do not provide other FunctionCode parameters when providing a ZipFile."));
    }
    if (source.zip->size() > kZipMostBytes) {
      return fail(errors::RequestTooLargeException("Request must be smaller than 69905067 bytes for the " +
                                                   std::string(operation) + " operation"));
    }
    return *source.zip;
  }
  if (source.bucket && source.key) return from_bucket(lambda, call, source);
  return fail(errors::InvalidParameterValueException("Please provide a source for function code."));
}

// What the files of an unpacked archive take; it may have been unpacked for somebody else before.
std::int64_t bytes_in(const std::string& folder) {
  std::int64_t sum = 0;
  std::error_code failed;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failed)) {
    if (entry.is_regular_file(failed) && !entry.is_symlink(failed)) {
      sum += static_cast<std::int64_t>(entry.file_size(failed));
    }
  }
  return sum;
}

}  // namespace

Result<Package> take_package(Lambda& lambda, const Call& call, const PackageSource& source,
                             std::string_view operation) {
  const std::string bytes = TRY(package_bytes(lambda, call, source, operation));
  const auto hash = sha256(bytes);
  Package package;
  package.code_key = hex(view(hash));
  package.sha256_base64 = base64(view(hash));
  package.zipped_bytes = static_cast<std::int64_t>(bytes.size());
  const auto writer = TRY(lambda.blobs.create());
  TRY(writer->write(bytes));
  package.blob = TRY(writer->finish());
  package.unzipped_bytes = bytes_in(TRY(unpacked(lambda, package.blob.id, package.code_key)));
  return package;
}

}  // namespace orrery::lambda
