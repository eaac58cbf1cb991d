// DeleteObject and DeleteObjects.
#include "services/s3/access.h"
#include "services/s3/conditions.h"
#include "services/s3/errors.h"
#include "services/s3/names.h"
#include "services/s3/operations.h"
#include "services/s3/records.h"

namespace orrery::s3 {
namespace {

constexpr std::size_t kDeletesMost = 1000;  // API/API_DeleteObjects.html

Result<> check_retention(const std::optional<bool>& bypass) {
  if (!bypass.value_or(false)) return {};
  return fail(invalid_argument("x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
                               "x-amz-bypass-governance-retention", "true"));
}

// "null" is the version of every object in a bucket without versioning.
Result<> check_version(const std::optional<std::string>& version) {
  if (version && *version != "null") return fail(not_built("versionId"));
  return {};
}

// Deleting what is not there succeeds, unless a condition asks for it.
Result<> erase_object(S3& s3, Transaction& tx, const std::string& bucket, const std::string& key,
                      const std::optional<std::string>& if_match) {
  const auto existing = TRY(find_object(tx, bucket, key, WithBody::No));
  if (if_match) {
    if (!existing) return fail(no_such_key(key));
    if (!etag_matches(*if_match, existing->etag)) return fail(precondition_failed("If-Match"));
  }
  if (!existing) return {};
  TRY(tx.erase(object_key(bucket, key)));
  if (!existing->blob.empty()) TRY(s3.blobs.release(tx, existing->blob));
  return {};
}

Result<> delete_one(S3& s3, const Call& call, Transaction& tx, const std::string& bucket,
                    const ObjectIdentifier& object) {
  Access access{"s3:DeleteObject", object_arn(bucket, object.Key), {}};
  if (object.ETag) access.context.emplace_back("s3:if-match", *object.ETag);
  TRY(call.authorizer->check(tx, call, access));
  if (object.ETag && *object.ETag != "*") {
    TRY(call.authorizer->check(tx, call, {"s3:GetObject", access.resource, {}}));
  }
  TRY(check_key(object.Key));
  TRY(check_version(object.VersionId));
  if (object.LastModifiedTime) return fail(not_built("LastModifiedTime"));
  if (object.Size) return fail(not_built("Size"));
  return erase_object(s3, tx, bucket, object.Key, object.ETag);
}

}  // namespace

Result<DeleteObjectOutput> delete_object(S3& s3, Call& call, Transaction& tx, const DeleteObjectRequest& input) {
  TRY(check_key(input.Key));
  TRY(check_version(input.VersionId));
  TRY(check_retention(input.BypassGovernanceRetention));
  if (input.IfMatchLastModifiedTime) return fail(not_built("x-amz-if-match-last-modified-time"));
  if (input.IfMatchSize) return fail(not_built("x-amz-if-match-size"));
  TRY(own_bucket(tx, call, input.Bucket, input.ExpectedBucketOwner));
  TRY(erase_object(s3, tx, input.Bucket, input.Key, input.IfMatch));
  return DeleteObjectOutput{};
}

Result<DeleteObjectsOutput> delete_objects(S3& s3, Call& call, Transaction& tx, const DeleteObjectsRequest& input) {
  if (input.Delete.Objects.empty() || input.Delete.Objects.size() > kDeletesMost) {
    return fail(api_error("MalformedXML",
                          "The XML you provided was not well-formed or did not validate against our published schema",
                          400));
  }
  TRY(check_retention(input.BypassGovernanceRetention));
  TRY(own_bucket(tx, call, input.Bucket, input.ExpectedBucketOwner));

  DeleteObjectsOutput output;
  for (const ObjectIdentifier& object : input.Delete.Objects) {
    const Result<> done = delete_one(s3, call, tx, input.Bucket, object);
    if (done) {
      if (input.Delete.Quiet.value_or(false)) continue;
      if (!output.Deleted) output.Deleted.emplace();
      output.Deleted->push_back({object.Key, object.VersionId, std::nullopt, std::nullopt});
      continue;
    }
    if (done.error().kind != ::orrery::Error::Kind::Api) return fail(done.error());
    if (!output.Errors) output.Errors.emplace();
    output.Errors->push_back({object.Key, object.VersionId, done.error().code, done.error().message});
  }
  return output;
}

}  // namespace orrery::s3
