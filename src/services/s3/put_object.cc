// PutObject: checked before its body is taken, stored once it has been taken whole.
#include "base/encode.h"
#include "services/s3/conditions.h"
#include "services/s3/errors.h"
#include "services/s3/names.h"
#include "services/s3/object_sink.h"
#include "services/s3/operations.h"
#include "services/s3/records.h"

#include <algorithm>
#include <charconv>

namespace orrery::s3 {
namespace {

constexpr std::size_t kMetadataMost = 2048;  // bytes of names and values (userguide/UsingMetadata.html)
constexpr std::string_view kDefaultType = "binary/octet-stream";
constexpr std::string_view kStorageClasses[] = {
    StorageClass::STANDARD,   StorageClass::REDUCED_REDUNDANCY,  StorageClass::STANDARD_IA,
    StorageClass::ONEZONE_IA, StorageClass::INTELLIGENT_TIERING, StorageClass::GLACIER_IR,
    StorageClass::GLACIER,    StorageClass::DEEP_ARCHIVE};

// What would change the object's meaning and is not built is refused by name, never ignored.
Result<> check_features(const PutObjectRequest& input) {
  const std::pair<bool, std::string_view> absent[] = {
      {input.Tagging.has_value(), "x-amz-tagging"},
      {input.ObjectLockMode.has_value(), "x-amz-object-lock-mode"},
      {input.ObjectLockRetainUntilDate.has_value(), "x-amz-object-lock-retain-until-date"},
      {input.ObjectLockLegalHoldStatus.has_value(), "x-amz-object-lock-legal-hold"},
      {input.ObjectLockEventHold.has_value(), "x-amz-object-lock-event-hold"},
      {input.ObjectLockEventHoldDurationDays.has_value(), "x-amz-object-lock-event-hold-duration-days"},
      {input.ObjectLockEventHoldDurationYears.has_value(), "x-amz-object-lock-event-hold-duration-years"},
      {input.SSECustomerAlgorithm.has_value(), "x-amz-server-side-encryption-customer-algorithm"},
      {input.SSECustomerKey.has_value(), "x-amz-server-side-encryption-customer-key"},
      {input.SSECustomerKeyMD5.has_value(), "x-amz-server-side-encryption-customer-key-MD5"},
      {input.SSEKMSKeyId.has_value(), "x-amz-server-side-encryption-aws-kms-key-id"},
      {input.SSEKMSEncryptionContext.has_value(), "x-amz-server-side-encryption-context"},
      {input.BucketKeyEnabled.value_or(false), "x-amz-server-side-encryption-bucket-key-enabled"},
      {input.WriteOffsetBytes.has_value(), "x-amz-write-offset-bytes"},
  };
  for (const auto& [given, header] : absent) {
    if (given) return fail(not_built(header));
  }
  if (input.ServerSideEncryption && *input.ServerSideEncryption != ServerSideEncryption::AES256) {
    return fail(not_built("x-amz-server-side-encryption"));
  }
  // New buckets have ACLs disabled (userguide/about-object-ownership.html): only those that say the same are taken.
  const bool default_acl =
      !input.ACL || *input.ACL == ObjectCannedACL::private_ || *input.ACL == ObjectCannedACL::bucket_owner_full_control;
  if (!default_acl || input.GrantFullControl || input.GrantRead || input.GrantReadACP || input.GrantWriteACP) {
    return fail(api_error("AccessControlListNotSupported", "The bucket does not allow ACLs", 400));
  }
  if (input.StorageClass && std::ranges::count(kStorageClasses, *input.StorageClass) == 0) {
    return fail(api_error("InvalidStorageClass", "The storage class you specified is not valid", 400)
                    .with("StorageClassRequested", *input.StorageClass));
  }
  if (input.IfNoneMatch && *input.IfNoneMatch != "*") return fail(not_built("If-None-Match"));
  return {};
}

Result<> check_metadata(const PutObjectRequest& input) {
  std::size_t bytes = 0;
  if (input.Metadata) {
    for (const auto& [name, value] : *input.Metadata) bytes += name.size() + value.size();
  }
  if (bytes <= kMetadataMost) return {};
  return fail(api_error("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400)
                  .with("Size", std::to_string(bytes))
                  .with("MaxSizeAllowed", std::to_string(kMetadataMost)));
}

// What the client says beforehand about the length of the object itself.
std::uint64_t announced_length(const Call& call, const PutObjectRequest& input) {
  std::uint64_t length =
      input.ContentLength.value_or(0) < 0 ? 0 : static_cast<std::uint64_t>(input.ContentLength.value_or(0));
  if (const auto decoded = call.header("x-amz-decoded-content-length")) {
    std::from_chars(decoded->data(), decoded->data() + decoded->size(), length);
  }
  return length;
}

// "aws-chunked" says how the body travelled, not what it is (API/sigv4-streaming.html).
std::string without_chunking(const std::string& encodings) {
  std::string kept;
  for (std::string_view rest = encodings; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    std::string_view one = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.empty() || one == "aws-chunked") continue;
    if (!kept.empty()) kept += ',';
    kept += one;
  }
  return kept;
}

void take_headers(const PutObjectRequest& input, ObjectRecord& object) {
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) object.headers.emplace_back(name, *value);
  };
  const std::string type = input.ContentType.value_or("");
  object.headers.emplace_back("Content-Type", type.empty() ? std::string(kDefaultType) : type);
  add("Cache-Control", input.CacheControl);
  add("Content-Disposition", input.ContentDisposition);
  add("Content-Encoding", without_chunking(input.ContentEncoding.value_or("")));
  add("Content-Language", input.ContentLanguage);
  add("Expires", input.Expires);
  add("x-amz-website-redirect-location", input.WebsiteRedirectLocation);
  if (input.Metadata) object.metadata = *input.Metadata;
}

// userguide/conditional-writes.html.
Result<> check_write_conditions(const PutObjectRequest& input, const std::optional<ObjectRecord>& existing) {
  if (input.IfNoneMatch && existing) return fail(precondition_failed("If-None-Match"));
  if (input.IfMatch) {
    if (!existing) return fail(no_such_key(input.Key));
    if (!etag_matches(*input.IfMatch, existing->etag)) return fail(precondition_failed("If-Match"));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<PayloadSink>> open_object(S3& s3, Call& call, const PutObjectRequest& input) {
  TRY(check_key(input.Key));
  TRY(check_features(input));
  TRY(check_metadata(input));
  if (const std::uint64_t length = announced_length(call, input); length > kPutMost) {
    return fail(entity_too_large(length));
  }
  return std::unique_ptr<PayloadSink>(std::make_unique<ObjectSink>(s3.blobs, TRY(expected_checksums(call, input))));
}

Result<PutObjectOutput> put_object(S3& s3, Call& call, Transaction& tx, const PutObjectRequest& input) {
  // Read, never written: writers of one bucket do not disturb each other (see delete_bucket).
  TRY(own_bucket(tx, call, input.Bucket, input.ExpectedBucketOwner));
  const auto existing = TRY(find_object(tx, input.Bucket, input.Key, WithBody::No));
  TRY(check_write_conditions(input, existing));

  const auto& sink = static_cast<const ObjectSink&>(*call.payload);
  ObjectRecord object;
  object.size = sink.size();
  object.etag = sink.etag();
  object.last_modified = std::chrono::floor<std::chrono::seconds>(call.now);
  object.checksum_algorithm = sink.checksum_algorithm();
  object.checksum = sink.checksum();
  if (input.StorageClass) object.storage_class = *input.StorageClass;
  take_headers(input, object);
  if (sink.blob()) {
    object.blob = sink.blob()->id;
    TRY(s3.blobs.retain(tx, *sink.blob()));
  } else {
    object.body = sink.body();
  }
  TRY(tx.put(object_key(input.Bucket, input.Key), encode_object(object)));
  if (existing && !existing->blob.empty()) TRY(s3.blobs.release(tx, existing->blob));

  PutObjectOutput output;
  output.ETag = object.quoted_etag();
  show_checksum(object.checksum_algorithm, object.checksum, output);
  return output;
}

}  // namespace orrery::s3
