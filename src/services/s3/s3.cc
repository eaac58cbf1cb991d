#include "services/s3/s3.h"

#include "services/s3/access.h"
#include "services/s3/condition_keys.h"
#include "services/s3/operations.h"
#include "services/s3/records.h"

namespace orrery::s3 {
namespace {

constexpr auto bucket_of = [](const Call&, const auto& input) { return bucket_arn(input.Bucket); };
// A version has actions of its own.
constexpr auto object_read = [](const Call&, const auto& input) {
  return std::vector<Access>{
      {input.VersionId ? "s3:GetObjectVersion" : "s3:GetObject", object_arn(input.Bucket, input.Key), {}}};
};

// What a bucket is made with needs the rights to set it (API_CreateBucket.html, "Permissions").
constexpr auto new_bucket = [](const Call&, const CreateBucketRequest& input) {
  const std::string bucket = bucket_arn(input.Bucket);
  std::vector<Access> accesses{{std::string(), bucket, {}}};
  if (input.ACL) accesses.push_back({"s3:PutBucketAcl", bucket, {}});
  if (input.ObjectOwnership) accesses.push_back({"s3:PutBucketOwnershipControls", bucket, {}});
  if (input.ObjectLockEnabledForBucket.value_or(false)) {
    accesses.push_back({"s3:PutBucketObjectLockConfiguration", bucket, {}});
    accesses.push_back({"s3:PutBucketVersioning", bucket, {}});
  }
  return accesses;
};
// s3:ListAllMyBuckets knows no resource.
constexpr auto all_buckets = [](const Call&, const ListBucketsRequest&) { return std::string("*"); };

// The bucket is looked up here too, so that a body for no bucket is refused before it is sent: that a bucket exists is
// no secret in S3. A write on condition of an ETag needs s3:GetObject as well (userguide/conditional-writes.html).
constexpr auto put_target = [](const Call& call, Reader& reader,
                               const PutObjectRequest& input) -> Result<std::vector<Access>> {
  TRY(own_bucket(reader, call, input.Bucket, input.ExpectedBucketOwner));
  std::vector<Access> accesses{{std::string(), object_arn(input.Bucket, input.Key), {}}};
  if (input.IfMatch) accesses.push_back({"s3:GetObject", accesses[0].resource, {}});
  if (input.Tagging && !input.Tagging->empty()) accesses.push_back({"s3:PutObjectTagging", accesses[0].resource, {}});
  if (input.ACL) accesses.push_back({"s3:PutObjectAcl", accesses[0].resource, {}});
  return accesses;
};

// A delete on condition of an ETag needs s3:GetObject as well (userguide/conditional-deletes.html).
constexpr auto delete_target = [](const Call&, const DeleteObjectRequest& input) {
  std::vector<Access> accesses{
      {input.VersionId ? "s3:DeleteObjectVersion" : "s3:DeleteObject", object_arn(input.Bucket, input.Key), {}}};
  if (input.IfMatch && *input.IfMatch != "*") accesses.push_back({"s3:GetObject", accesses[0].resource, {}});
  return accesses;
};

// Each key is authorized by itself, in delete_objects().
constexpr auto each_by_itself = [](const Call&, const DeleteObjectsRequest&) { return std::vector<Access>(); };

constexpr Operation kOperations[] = {
    transacting<create_bucket, new_bucket>("CreateBucket", "s3:CreateBucket"),
    transacting<delete_bucket, bucket_of>("DeleteBucket", "s3:DeleteBucket"),
    transacting<delete_object, delete_target>("DeleteObject", "s3:DeleteObject"),
    transacting<delete_objects, each_by_itself>("DeleteObjects", "s3:DeleteObject"),
    reading<get_bucket_location, bucket_of>("GetBucketLocation", "s3:GetBucketLocation"),
    reading<get_object, object_read>("GetObject", "s3:GetObject"),
    reading<head_bucket, bucket_of>("HeadBucket", "s3:ListBucket"),
    reading<head_object, object_read>("HeadObject", "s3:GetObject"),
    reading<list_buckets, all_buckets>("ListBuckets", "s3:ListAllMyBuckets"),
    reading<list_objects, bucket_of>("ListObjects", "s3:ListBucket"),
    reading<list_objects_v2, bucket_of>("ListObjectsV2", "s3:ListBucket"),
    receiving<put_object, put_target, open_object>("PutObject", "s3:PutObject"),
};

}  // namespace

Service s3_service(S3& s3) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &s3;
  service.condition_keys = kConditionKeys;
  service.condition_value = &condition_value;
  return service;
}

}  // namespace orrery::s3
