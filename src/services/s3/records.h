// What S3 keeps in the store: a record a bucket, a record an object.
#pragma once

#include "services/call.h"
#include "shapes/s3.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::s3 {

struct BucketRecord {
  std::string name;
  std::string account;   // the owner
  std::string region;    // "us-east-1"
  std::string location;  // the LocationConstraint it was created with; empty in us-east-1
  Instant created;
};

// Bodies up to this many bytes stand in the record itself: one read gives the whole object.
inline constexpr std::uint64_t kInlineMost = std::uint64_t{64} * 1024;

struct ObjectRecord {
  std::uint64_t size = 0;
  std::string etag;                          // without its quotes
  Instant last_modified;                     // whole seconds, as in HTTP's dates
  std::string checksum_algorithm, checksum;  // "CRC32C" and base64
  std::string storage_class = "STANDARD";
  // As they are replied: ("Content-Type", "text/plain").
  std::vector<std::pair<std::string, std::string>> headers;
  std::map<std::string, std::string> metadata;  // x-amz-meta-
  std::string blob;                             // id; empty: the body is `body`
  std::string body;

  std::optional<std::string> header(std::string_view name) const;
  std::string quoted_etag() const { return '"' + etag + '"'; }
};

std::string bucket_key(std::string_view bucket);
// The buckets whose names start with `prefix`.
KeyRange buckets_range(std::string_view prefix);
std::string object_key(std::string_view bucket, std::string_view key);
// The objects of the bucket whose keys start with `prefix`.
KeyRange objects_range(std::string_view bucket, std::string_view prefix);
// The object's key; empty for what object_key() has not made.
std::string key_of(std::string_view store_key);

std::string encode_bucket(const BucketRecord& bucket);
Result<BucketRecord> decode_bucket(std::string_view bytes);
std::string encode_object(const ObjectRecord& object);
enum class WithBody : std::uint8_t { No, Yes };
Result<ObjectRecord> decode_object(std::string_view bytes, WithBody with_body);

// nullopt: no such thing.
Result<std::optional<BucketRecord>> find_bucket(Reader& reader, std::string_view bucket);
Result<std::optional<ObjectRecord>> find_object(Reader& reader, std::string_view bucket, std::string_view key,
                                                WithBody with_body);

// The caller's bucket. Errors: NoSuchBucket; AccessDenied when it belongs to somebody else, or not to whom the caller
// expects (x-amz-expected-bucket-owner).
Result<BucketRecord> own_bucket(Reader& reader, const Call& call, const std::string& bucket,
                                const std::optional<std::string>& expected_owner);

// The canonical user id of an account: 64 hex digits.
Owner owner_of(std::string_view account);

}  // namespace orrery::s3
