// Buckets: made, found, listed, deleted.
#include "services/paging.h"
#include "services/s3/errors.h"
#include "services/s3/names.h"
#include "services/s3/operations.h"
#include "services/s3/records.h"
#include "services/s3/storage_metrics.h"

#include <algorithm>

namespace orrery::s3 {
namespace {

constexpr std::string_view kFirstRegion = "us-east-1";
constexpr std::int64_t kBucketsMost = 10'000;

// "EU" is the old name of eu-west-1 (API/API_GetBucketLocation.html).
std::string region_of(const std::string& constraint) { return constraint == "EU" ? "eu-west-1" : constraint; }

bool is_location(const std::string& constraint) {
  for (const wire::Member& member : wire::shape_for<CreateBucketConfiguration>().members) {
    if (member.name == "LocationConstraint") return std::ranges::count(member.shape->enum_values, constraint) != 0;
  }
  return false;
}

// us-east-1 is the global endpoint: it creates buckets anywhere and has no name as a constraint; every other region
// wants its own (API/API_CreateBucket.html).
Result<> check_location(const std::string& endpoint_region, const std::string& constraint) {
  const auto incompatible = [](const std::string& what) {
    return fail(api_error("IllegalLocationConstraintException",
                          "The " + what +
                              " location constraint is incompatible for the region specific endpoint this request was "
                              "sent to.",
                          400));
  };
  if (constraint.empty()) {
    if (endpoint_region == kFirstRegion) return {};
    return incompatible("unspecified");
  }
  if (!is_location(constraint)) {
    return fail(api_error("InvalidLocationConstraint", "The specified location-constraint is not valid", 400)
                    .with("LocationConstraint", constraint));
  }
  if (endpoint_region != kFirstRegion && region_of(constraint) != endpoint_region) return incompatible(constraint);
  return {};
}

// What would change the bucket's meaning and is not built is refused by name.
Result<> check_features(const CreateBucketRequest& input) {
  if (input.ACL && *input.ACL != BucketCannedACL::private_) {
    return fail(api_error("InvalidBucketAclWithObjectOwnership",
                          "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", 400));
  }
  if (input.GrantFullControl) return fail(not_built("x-amz-grant-full-control"));
  if (input.GrantRead) return fail(not_built("x-amz-grant-read"));
  if (input.GrantReadACP) return fail(not_built("x-amz-grant-read-acp"));
  if (input.GrantWrite) return fail(not_built("x-amz-grant-write"));
  if (input.GrantWriteACP) return fail(not_built("x-amz-grant-write-acp"));
  if (input.ObjectLockEnabledForBucket.value_or(false)) return fail(not_built("x-amz-bucket-object-lock-enabled"));
  if (input.ObjectOwnership.value_or(std::string(ObjectOwnership::BucketOwnerEnforced)) !=
      ObjectOwnership::BucketOwnerEnforced) {
    return fail(not_built("x-amz-object-ownership"));
  }
  if (input.BucketNamespace.value_or("global") != BucketNamespace::global) {
    return fail(not_built("x-amz-bucket-namespace"));
  }
  if (!input.CreateBucketConfiguration) return {};
  const auto& configuration = *input.CreateBucketConfiguration;
  if (configuration.Location) return fail(not_built("CreateBucketConfiguration.Location"));
  if (configuration.Bucket) return fail(not_built("CreateBucketConfiguration.Bucket"));
  if (configuration.Tags) return fail(not_built("CreateBucketConfiguration.Tags"));
  return {};
}

}  // namespace

Result<CreateBucketOutput> create_bucket(S3& s3, Call& call, Transaction& tx, const CreateBucketRequest& input) {
  if (!is_bucket_name(input.Bucket)) {
    return fail(
        api_error("InvalidBucketName", "The specified bucket is not valid.", 400).with("BucketName", input.Bucket));
  }
  TRY(check_features(input));
  const std::string constraint = input.CreateBucketConfiguration
                                     ? input.CreateBucketConfiguration->LocationConstraint.value_or("")
                                     : std::string();
  TRY(check_location(call.region, constraint));

  CreateBucketOutput output;
  output.Location = "/" + input.Bucket;
  const std::string region = constraint.empty() ? std::string(kFirstRegion) : region_of(constraint);
  if (const auto existing = TRY(find_bucket(tx, input.Bucket))) {
    if (existing->account != call.account) {
      return fail(errors::BucketAlreadyExists("The requested bucket name is not available. The bucket namespace is "
                                              "shared by all users of the system. Please select a different name and "
                                              "try again.")
                      .with("BucketName", input.Bucket));
    }
    // "Amazon S3 returns 200 OK in the North Virginia Region" (API/ErrorResponses.html, BucketAlreadyOwnedByYou).
    if (existing->region == kFirstRegion && region == kFirstRegion) return output;
    return fail(errors::BucketAlreadyOwnedByYou(
                    "Your previous request to create the named bucket succeeded and you already own it.")
                    .with("BucketName", input.Bucket));
  }
  BucketRecord bucket{input.Bucket, call.account, region, constraint,
                      std::chrono::floor<std::chrono::seconds>(call.now)};
  TRY(tx.put(bucket_key(input.Bucket), encode_bucket(bucket)));
  TRY(arm_measuring(s3, tx, call.now));
  return output;
}

Result<HeadBucketOutput> head_bucket(Call& call, Reader& reader, const HeadBucketRequest& input) {
  const auto bucket = TRY(own_bucket(reader, call, input.Bucket, input.ExpectedBucketOwner));
  HeadBucketOutput output;
  output.BucketRegion = bucket.region;
  output.AccessPointAlias = false;
  return output;
}

Result<GetBucketLocationOutput> get_bucket_location(Call& call, Reader& reader, const GetBucketLocationRequest& input) {
  const auto bucket = TRY(own_bucket(reader, call, input.Bucket, input.ExpectedBucketOwner));
  GetBucketLocationOutput output;
  if (!bucket.location.empty()) output.LocationConstraint = bucket.location;
  return output;
}

Result<ListBucketsOutput> list_buckets(Call& call, Reader& reader, const ListBucketsRequest& input) {
  const std::int64_t most = input.MaxBuckets.value_or(kBucketsMost);
  if (most < 1 || most > kBucketsMost) {
    return fail(invalid_argument("Argument max-buckets must be an integer between 1 and 10000", "max-buckets",
                                 std::to_string(most)));
  }
  KeyRange range = buckets_range(input.Prefix.value_or(""));
  if (input.ContinuationToken) {
    const auto position = page_position(*input.ContinuationToken);
    if (!position) {
      return fail(invalid_argument("The continuation token provided is incorrect", "continuation-token",
                                   *input.ContinuationToken));
    }
    range.begin = std::max(range.begin, bucket_key(*position) + '\0');
  }
  ListBucketsOutput output;
  output.Owner = owner_of(call.account);
  output.Prefix = input.Prefix;
  output.Buckets.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const auto bucket = TRY(decode_bucket(cursor->value()));
    if (bucket.account != call.account || (input.BucketRegion && *input.BucketRegion != bucket.region)) {
      continue;
    }
    if (static_cast<std::int64_t>(output.Buckets->size()) == most) {
      output.ContinuationToken = page_token(*output.Buckets->back().Name);
      break;
    }
    Bucket shown;
    shown.Name = bucket.name;
    shown.CreationDate = bucket.created;
    shown.BucketRegion = bucket.region;
    output.Buckets->push_back(std::move(shown));
  }
  TRY(cursor->status());
  return output;
}

// The bucket's record guards against objects that appear meanwhile: PutObject reads it, validated, and this erases it
// *before* it looks. With row locks, the erasing waits for those who have read it and the snapshot of the scan is taken
// after; a serializable SQL engine sees the read-write cycle by itself.
Result<wire::Empty> delete_bucket(Call& call, Transaction& tx, const DeleteBucketRequest& input) {
  TRY(own_bucket(tx, call, input.Bucket, input.ExpectedBucketOwner));
  TRY(tx.erase(bucket_key(input.Bucket)));
  const auto cursor = tx.scan(objects_range(input.Bucket, ""));
  const bool any = cursor->next();
  TRY(cursor->status());
  if (any) {
    return fail(api_error("BucketNotEmpty", "The bucket you tried to delete is not empty", 409)
                    .with("BucketName", input.Bucket));
  }
  return wire::Empty{};
}

}  // namespace orrery::s3
