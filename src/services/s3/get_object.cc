// GetObject and HeadObject: the same answer, with and without its body.
#include "services/s3/access.h"
#include "services/s3/checksums.h"
#include "services/s3/conditions.h"
#include "services/s3/errors.h"
#include "services/s3/names.h"
#include "services/s3/operations.h"
#include "services/s3/range.h"
#include "services/s3/records.h"

#include <algorithm>

namespace orrery::s3 {
namespace {

class InlineBody final : public ReplyBody {
 public:
  InlineBody(std::string body, ByteRange range) : body_(std::move(body)), range_(range) {}
  std::optional<std::uint64_t> length() const override { return range_.length; }
  Result<std::string_view> next() override {
    if (given_) return std::string_view();
    given_ = true;
    return std::string_view(body_).substr(range_.offset, range_.length);
  }

 private:
  std::string body_;
  ByteRange range_;
  bool given_ = false;
};

class BlobBody final : public ReplyBody {
 public:
  explicit BlobBody(std::unique_ptr<BlobReader> reader) : reader_(std::move(reader)) {}
  std::optional<std::uint64_t> length() const override { return reader_->size(); }
  Result<std::string_view> next() override { return reader_->read(); }

 private:
  std::unique_ptr<BlobReader> reader_;
};

// What the request asks for that is not built.
template <class Input>
Result<> check_features(const Input& input) {
  TRY(check_key(input.Key));
  // "null" is the version of every object in a bucket without versioning.
  if (input.VersionId && *input.VersionId != "null") return fail(not_built("versionId"));
  if (input.SSECustomerAlgorithm) return fail(not_built("x-amz-server-side-encryption-customer-algorithm"));
  if (input.SSECustomerKey) return fail(not_built("x-amz-server-side-encryption-customer-key"));
  if (input.Range && input.PartNumber) {
    return fail(errors::InvalidRequest("Cannot specify both Range header and partNumber query parameter"));
  }
  if (input.PartNumber && (*input.PartNumber < 1 || *input.PartNumber > 10'000)) {
    return fail(invalid_argument("Part number must be an integer between 1 and 10000, inclusive", "partNumber",
                                 std::to_string(*input.PartNumber)));
  }
  return {};
}

// "If the object you request doesn't exist, the error depends on whether you also have the s3:ListBucket permission"
// (API/API_GetObject.html): 404 with it, 403 without.
template <class Input>
Result<ObjectRecord> existing_object(Call& call, Reader& reader, const Input& input, WithBody with_body) {
  TRY(own_bucket(reader, call, input.Bucket, input.ExpectedBucketOwner));
  auto object = TRY(find_object(reader, input.Bucket, input.Key, with_body));
  if (object) return *std::move(object);
  TRY(call.authorizer->check(reader, call, {"s3:ListBucket", bucket_arn(input.Bucket), {}}));
  return fail(no_such_key(input.Key));
}

template <class Input>
Result<> check_conditions(Call& call, const Input& input, const ObjectRecord& object) {
  const ReadConditions conditions{input.IfMatch, input.IfNoneMatch, input.IfModifiedSince, input.IfUnmodifiedSince};
  const Judgement judgement = judge(conditions, object.etag, object.last_modified);
  if (judgement.verdict == Verdict::Proceed) return {};
  if (judgement.verdict == Verdict::Failed) return fail(precondition_failed(judgement.condition));
  // RFC 9110 section 15.4.5: a 304 carries what a cache needs.
  auto& headers = call.reply.headers;
  headers.emplace_back("ETag", object.quoted_etag());
  headers.emplace_back("Last-Modified", http_date(object.last_modified));
  for (const char* name : {"Cache-Control", "Expires"}) {
    if (const auto value = object.header(name)) headers.emplace_back(name, *value);
  }
  return fail(api_error("NotModified", "Not Modified", 304));
}

struct Portion {
  ByteRange range;
  bool partial = false;  // 206 with Content-Range
};

template <class Input>
Result<Portion> portion_of(Call& call, const Input& input, const ObjectRecord& object) {
  if (input.PartNumber) {
    // An object that was not uploaded in parts is its own first part.
    if (*input.PartNumber != 1) {
      return fail(api_error("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
                      .with("PartNumberRequested", std::to_string(*input.PartNumber))
                      .with("ActualPartCount", "1"));
    }
    return Portion{{0, object.size}, object.size > 0};
  }
  const RequestedRange requested = parse_range(input.Range.value_or(""), object.size);
  switch (requested.kind) {
    case RangeKind::Whole:
      return Portion{{0, object.size}, false};
    case RangeKind::Part:
      return Portion{requested.range, true};
    case RangeKind::Unsatisfiable:
      break;
  }
  call.reply.headers.emplace_back("Content-Range", "bytes */" + std::to_string(object.size));
  return fail(api_error("InvalidRange", "The requested range is not satisfiable", 416)
                  .with("RangeRequested", *input.Range)
                  .with("ActualObjectSize", std::to_string(object.size)));
}

template <class Output, class Input>
Output describe(Call& call, const Input& input, const ObjectRecord& object, const Portion& portion) {
  Output output;
  output.AcceptRanges = "bytes";
  output.LastModified = object.last_modified;
  output.ETag = object.quoted_etag();
  if (!object.metadata.empty()) output.Metadata = object.metadata;
  if (object.storage_class != StorageClass::STANDARD) output.StorageClass = object.storage_class;
  output.WebsiteRedirectLocation = object.header("x-amz-website-redirect-location");

  const auto either = [&](const std::optional<std::string>& asked, const char* name) {
    return asked ? asked : object.header(name);
  };
  output.ContentType = either(input.ResponseContentType, "Content-Type");
  output.CacheControl = either(input.ResponseCacheControl, "Cache-Control");
  output.ContentDisposition = either(input.ResponseContentDisposition, "Content-Disposition");
  output.ContentEncoding = either(input.ResponseContentEncoding, "Content-Encoding");
  output.ContentLanguage = either(input.ResponseContentLanguage, "Content-Language");
  output.Expires = input.ResponseExpires ? http_date(*input.ResponseExpires) : object.header("Expires");

  if (portion.partial) {
    output.ContentRange = portion.range.content_range(object.size);
    call.reply.status = 206;
  }
  // The stored checksum is that of the whole object; a range has none.
  const bool whole = portion.range.length == object.size;
  if (whole && input.ChecksumMode.value_or("") == ChecksumMode::ENABLED) {
    show_checksum(object.checksum_algorithm, object.checksum, output);
  }
  return output;
}

bool is_archived(const ObjectRecord& object) {
  return object.storage_class == StorageClass::GLACIER || object.storage_class == StorageClass::DEEP_ARCHIVE;
}

}  // namespace

Result<GetObjectOutput> get_object(S3& s3, Call& call, Reader& reader, const GetObjectRequest& input) {
  TRY(check_features(input));
  ObjectRecord object = TRY(existing_object(call, reader, input, WithBody::Yes));
  TRY(check_conditions(call, input, object));
  if (is_archived(object)) {
    return fail(errors::InvalidObjectState("The operation is not valid for the object's storage class")
                    .with("StorageClass", object.storage_class));
  }
  const Portion portion = TRY(portion_of(call, input, object));
  auto output = describe<GetObjectOutput>(call, input, object, portion);
  if (object.blob.empty()) {
    call.reply.body = std::make_unique<InlineBody>(std::move(object.body), portion.range);
  } else {
    call.reply.body =
        std::make_unique<BlobBody>(TRY(s3.blobs.open(object.blob, portion.range.offset, portion.range.length)));
  }
  return output;
}

Result<HeadObjectOutput> head_object(Call& call, Reader& reader, const HeadObjectRequest& input) {
  TRY(check_features(input));
  const ObjectRecord object = TRY(existing_object(call, reader, input, WithBody::No));
  TRY(check_conditions(call, input, object));
  const Portion portion = TRY(portion_of(call, input, object));
  call.reply.length = portion.range.length;
  return describe<HeadObjectOutput>(call, input, object, portion);
}

}  // namespace orrery::s3
