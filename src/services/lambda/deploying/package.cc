#include "services/lambda/deploying/package.h"

#include "base/encode.h"
#include "services/lambda/operations.h"

#include <filesystem>

namespace orrery::lambda {
namespace {

constexpr std::size_t kZipMostBytes = std::size_t{50} * 1024 * 1024;     // in the request
constexpr std::size_t kS3ZipMostBytes = std::size_t{250} * 1024 * 1024;  // from a bucket

Error not_fetched(const Error& error) {
  return errors::InvalidParameterValueException("Error occurred while GetObject. S3 Error Code: " + error.code +
                                                ". S3 Error Message: " + error.message);
}

// In a bucket without versions an object has one, "null" (docs.aws.amazon.com/AmazonS3/latest/userguide/
// versioning-workflows.html): of any other that it is not there, unless the object or the right to it is missing.
Error missing_version(Lambda& lambda, const Caller& caller, const PackageSource& source) {
  const auto current = lambda.store.transact([&](Transaction& tx) {
    return lambda.dispatcher.dispatch(tx, caller, "s3", "HeadObject",
                                      json::object{{"Bucket", *source.bucket}, {"Key", *source.key}});
  });
  if (!current) return not_fetched(current.error());
  return not_fetched(api_error("NoSuchVersion", "The specified version does not exist.", 404));
}

Result<std::string> from_bucket(Lambda& lambda, const Call& call, const PackageSource& source) {
  json::object object{{"Bucket", *source.bucket}, {"Key", *source.key}};
  if (source.version) object["VersionId"] = *source.version;
  const Caller caller{*call.principal, call.account, call.region, {}};
  auto fetched = lambda.store.transact(
      [&](Transaction& tx) { return lambda.dispatcher.fetch(tx, caller, "s3", "GetObject", object, kS3ZipMostBytes); });
  if (fetched) return fetched;
  if (source.version && fetched.error().code == "NotImplemented") {
    return fail(missing_version(lambda, caller, source));
  }
  return fail(not_fetched(fetched.error()));
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
