// ListObjects and ListObjectsV2.
#include "base/encode.h"
#include "services/paging.h"
#include "services/s3/errors.h"
#include "services/s3/listing.h"
#include "services/s3/operations.h"

#include <algorithm>

namespace orrery::s3 {
namespace {

constexpr std::int64_t kPageMost = 1000;

Result<std::int64_t> page_size(const std::optional<std::int64_t>& max_keys) {
  const std::int64_t asked = max_keys.value_or(kPageMost);
  if (asked < 0 || asked > INT32_MAX) {
    return fail(invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647", "maxKeys",
                                 std::to_string(asked)));
  }
  return std::min(asked, kPageMost);
}

// Names as the client wants them: plain, or with encoding-type=url as forms are encoded, slashes left alone.
class Spelling {
 public:
  static Result<Spelling> of(const std::optional<std::string>& encoding_type) {
    if (encoding_type && *encoding_type != EncodingType::url) {
      return fail(invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", *encoding_type));
    }
    return Spelling(encoding_type.has_value());
  }

  std::string operator()(const std::string& name) const {
    if (!url_) return name;
    const std::string encoded = percent_encode(name, true);
    std::string out;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      const bool space = encoded.compare(i, 3, "%20") == 0;
      out += space ? '+' : encoded[i];
      if (space) i += 2;
    }
    return out;
  }

 private:
  explicit Spelling(bool url) : url_(url) {}
  bool url_;
};

enum class WithOwner : std::uint8_t { No, Yes };

template <class Output>
void show(const Listing& listing, const Spelling& spell, const std::string& account, WithOwner with_owner,
          Output& output) {
  output.IsTruncated = listing.truncated;
  if (!listing.objects.empty()) output.Contents.emplace();
  for (const auto& [key, object] : listing.objects) {
    Object shown;
    shown.Key = spell(key);
    shown.LastModified = object.last_modified;
    shown.ETag = object.quoted_etag();
    shown.Size = static_cast<std::int64_t>(object.size);
    shown.StorageClass = object.storage_class;
    if (!object.checksum.empty()) {
      shown.ChecksumAlgorithm = {object.checksum_algorithm};
      shown.ChecksumType = ChecksumType::FULL_OBJECT;
    }
    if (with_owner == WithOwner::Yes) shown.Owner = owner_of(account);
    output.Contents->push_back(std::move(shown));
  }
  if (!listing.groups.empty()) output.CommonPrefixes.emplace();
  for (const std::string& group : listing.groups) output.CommonPrefixes->push_back({spell(group)});
}

// What both versions of the operation say of the request.
template <class Input, class Output>
void echo(const Input& input, const Spelling& spell, std::int64_t most, Output& output) {
  output.Name = input.Bucket;
  output.Prefix = spell(input.Prefix.value_or(""));
  if (!input.Delimiter.value_or("").empty()) output.Delimiter = spell(*input.Delimiter);
  output.MaxKeys = most;
  output.EncodingType = input.EncodingType;
}

std::string token_of(const Position& position) { return page_token((position.group ? "g" : "k") + position.key); }

Result<Position> position_of(const std::string& token) {
  const auto text = page_position(token);
  if (!text || text->size() < 2 || (text->front() != 'g' && text->front() != 'k')) {
    return fail(invalid_argument("The continuation token provided is incorrect", "continuation-token", token));
  }
  return Position{text->substr(1), text->front() == 'g'};
}

}  // namespace

Result<ListObjectsOutput> list_objects(Call& call, Reader& reader, const ListObjectsRequest& input) {
  const Spelling spell = TRY(Spelling::of(input.EncodingType));
  const std::int64_t most = TRY(page_size(input.MaxKeys));
  const auto bucket = TRY(own_bucket(reader, call, input.Bucket, input.ExpectedBucketOwner));
  const ListQuery query{input.Bucket,
                        input.Prefix.value_or(""),
                        input.Delimiter.value_or(""),
                        static_cast<std::size_t>(most),
                        {input.Marker.value_or(""), false}};
  const Listing listing = TRY(list_keys(reader, query));

  ListObjectsOutput output;
  echo(input, spell, most, output);
  output.Marker = spell(input.Marker.value_or(""));
  show(listing, spell, bucket.account, WithOwner::Yes, output);
  // "NextMarker is returned only if you have the delimiter request parameter specified" (API/API_ListObjects.html).
  if (listing.truncated && !query.delimiter.empty()) output.NextMarker = spell(listing.last.key);
  return output;
}

Result<ListObjectsV2Output> list_objects_v2(Call& call, Reader& reader, const ListObjectsV2Request& input) {
  const Spelling spell = TRY(Spelling::of(input.EncodingType));
  const std::int64_t most = TRY(page_size(input.MaxKeys));
  // "If ContinuationToken was sent, StartAfter is ignored": the token is further on.
  Position after{input.StartAfter.value_or(""), false};
  if (input.ContinuationToken) after = TRY(position_of(*input.ContinuationToken));
  const auto bucket = TRY(own_bucket(reader, call, input.Bucket, input.ExpectedBucketOwner));
  const ListQuery query{input.Bucket, input.Prefix.value_or(""), input.Delimiter.value_or(""),
                        static_cast<std::size_t>(most), std::move(after)};
  const Listing listing = TRY(list_keys(reader, query));

  ListObjectsV2Output output;
  echo(input, spell, most, output);
  output.KeyCount = static_cast<std::int64_t>(listing.count());
  output.ContinuationToken = input.ContinuationToken;
  if (input.StartAfter) output.StartAfter = spell(*input.StartAfter);
  if (listing.truncated) output.NextContinuationToken = token_of(listing.last);
  show(listing, spell, bucket.account, input.FetchOwner.value_or(false) ? WithOwner::Yes : WithOwner::No, output);
  return output;
}

}  // namespace orrery::s3
