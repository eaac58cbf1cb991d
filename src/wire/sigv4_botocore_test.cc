// Requests as botocore 1.44 signs and sends them, with its clock at 2026-03-01T17:00:00Z.
#include "wire/aws_chunked.h"
#include "wire/sigv4_testing.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

struct Row {
  std::string_view name;
  ErrorStyle style;
  std::string_view method, path, query, headers, body;
};

constexpr Row kRows[] = {
    {"dynamodb PutItem", ErrorStyle::Json, "POST", "/", "",
     "Host: 127.0.0.1:4566\n"
     "X-Amz-Target: DynamoDB_20120810.PutItem\n"
     "Content-Type: application/x-amz-json-1.0\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/dynamodb/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
     "Signature=ded613048bd1a8c8d532d47cf727fff43f3122e099b9453fa0cbec373536a893\n"
     "Content-Length: 76\n",
     "{\"TableName\": \"orders\", \"Item\": {\"id\": {\"S\": \"\\u00e9 1\"}, \"n\": {\"N\": \"42\"}}}"},
    {"dynamodb with a session", ErrorStyle::Json, "POST", "/", "",
     "Host: 127.0.0.1:4566\n"
     "X-Amz-Target: DynamoDB_20120810.ListTables\n"
     "Content-Type: application/x-amz-json-1.0\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Security-Token: AQoDYXdzEPT//////////wEXAMPLE+token/with=signs==\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/dynamodb/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
     "Signature=4c9847da51bb83b01b061a3f290ec9a7eace3962cd02cfef4db4f5ef4881af9f\n"
     "Content-Length: 2\n",
     "{}"},
    {"iam CreateRole", ErrorStyle::Query, "POST", "/", "",
     "Host: 127.0.0.1:4566\n"
     "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/iam/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date, "
     "Signature=6813ee181e2c29a2185767e702d27c103ead96538dc6a4a0125e763869d6273b\n"
     "Content-Length: 98\n",
     "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%22a%22%3A%22b+c%22%7D"},
    {"sts GetCallerIdentity", ErrorStyle::Query, "POST", "/", "",
     "Host: 127.0.0.1:4566\n"
     "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/sts/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date, "
     "Signature=6176ede49334e6047400dff0d730a57b3f025c1b60637140a09cd413b02cf371\n"
     "Content-Length: 43\n",
     "Action=GetCallerIdentity&Version=2011-06-15"},
    {"lambda Invoke by ARN", ErrorStyle::RestJson, "POST",
     "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/invocations",
     "Qualifier=%24LATEST",
     "Host: 127.0.0.1:4566\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/lambda/aws4_request, "
     "SignedHeaders=host;x-amz-date, Signature=e8e9d45aa233bd31d1d83ee8b822b48d3059d2a8e9eaabdf6ea9bf476f110008\n"
     "Content-Length: 7\n",
     "{\"x\":1}"},
    {"logs", ErrorStyle::Json, "POST", "/", "",
     "Host: 127.0.0.1:4566\n"
     "X-Amz-Target: Logs_20140328.FilterLogEvents\n"
     "Content-Type: application/x-amz-json-1.1\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/logs/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
     "Signature=66d26ec5d46b351024844185eb916c0518c477e3ea70522aa030e890554fe351\n"
     "Content-Length: 60\n",
     "{\"logGroupName\": \"/aws/lambda/f\", \"filterPattern\": \"\\u00e9\"}"},
    {"s3 PutObject", ErrorStyle::S3, "PUT",
     "/photos/a%20b/%C3%BC%2B~%281%29%2A%27%21%26%3D%40%3A%24%2C%3B%3F%23%25.txt", "",
     "Host: 127.0.0.1:4566\n"
     "x-amz-meta-k:   v  w \n"
     "x-amz-checksum-crc32: NhCmhg==\n"
     "x-amz-sdk-checksum-algorithm: CRC32\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Content-SHA256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-meta-k;x-amz-sdk-checksum-"
     "algorithm, Signature=631a98e716e39a9c37ae5649429a519e92b3e03b749e917fff9b0208d27885fc\n"
     "Content-Length: 5\n",
     "hello"},
    {"s3 GetObject with dots and slashes", ErrorStyle::S3, "GET", "/photos/a/./b//../c", "",
     "Host: 127.0.0.1:4566\n"
     "x-amz-checksum-mode: ENABLED\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Content-SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-checksum-mode;x-amz-content-sha256;x-amz-date, "
     "Signature=7b05b3400b5a063aaf479042cae961f893fbf2bef603b327f403f91f64f2a6ad\n",
     ""},
    {"s3 ListObjectsV2", ErrorStyle::S3, "GET", "/photos",
     "list-type=2&prefix=a%20b%2Bc%2F%C3%A9&delimiter=%2F&start-after=&encoding-type=url",
     "Host: 127.0.0.1:4566\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Content-SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
     "Signature=b8561ea6570366712eae616b1be23da49f0d32f0167c3e5d5b7ec09446c87e24\n",
     ""},
    {"s3 DeleteObjects", ErrorStyle::S3, "POST", "/photos", "delete",
     "Host: 127.0.0.1:4566\n"
     "x-amz-checksum-crc32: 2dGkzA==\n"
     "x-amz-sdk-checksum-algorithm: CRC32\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Content-SHA256: 63431156e1bc0af740f40e32294e50be777d9d3cf4d5b219279f53b83d11d5bf\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm, "
     "Signature=abbd822d1d79f000043c6f9f9ad394543b37a44acb72638406d3aba12fc24f3a\n"
     "Content-Length: 94\n",
     "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>x</Key></Object></Delete>"},
    {"s3 upload with a trailing checksum", ErrorStyle::S3, "PUT", "/photos/k", "",
     "Host: 127.0.0.1:4566\n"
     "x-amz-sdk-checksum-algorithm: SHA256\n"
     "Transfer-Encoding: chunked\n"
     "Content-Encoding: aws-chunked\n"
     "X-Amz-Trailer: x-amz-checksum-sha256\n"
     "X-Amz-Decoded-Content-Length: 11\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Content-SHA256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, "
     "SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-sdk-"
     "checksum-algorithm;x-amz-trailer, Signature=2c3996479f12d1f847eab49e26c96ae9370907921f3e8411802b9ac55e66fcff\n",
     "b\r\nhello world\r\n0\r\nx-amz-checksum-sha256:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=\r\n\r\n"},
    {"s3 virtual host with a session", ErrorStyle::S3, "HEAD", "/", "",
     "Host: photos.s3.amazonaws.com\n"
     "X-Amz-Date: 20260301T170000Z\n"
     "X-Amz-Security-Token: TOKEN==\n"
     "X-Amz-Content-SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
     "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
     "Signature=7c531aa540369cbb050465e039fd7dd7b46c90d6a535e62f85f05f494340dd04\n",
     ""},
    {"s3 presigned get", ErrorStyle::S3, "GET", "/photos/a%20b/%C3%BC%2B.txt",
     "response-content-type=text%2Fplain%3B%20charset%3Dutf-8&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
     "AKIDEXAMPLE%2F20260301%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260301T170000Z&X-Amz-Expires=3600&X-Amz-"
     "SignedHeaders=host&X-Amz-Signature=78b976d48c6bc35b25c1c82e3e728f98ed36d381dd8ad9fa557ed34e0e16eda7",
     "Host: 127.0.0.1:4566\n", ""},
    {"s3 presigned put with a session", ErrorStyle::S3, "PUT", "/photos/k",
     "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260301%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-"
     "Date=20260301T170000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token=A%2BB%2FC%3D%3D&X-Amz-"
     "Signature=187845ab139ceb0f1cc4f5a957811225c324165b43b8dd2c154cc7d702da565b",
     "Host: 127.0.0.1:4566\n", ""},
    {"sts presigned", ErrorStyle::Query, "POST", "/",
     "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%"
     "2F20260301%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T170000Z&X-Amz-Expires=60&X-Amz-SignedHeaders="
     "host&X-Amz-Signature=bf8917ceec1fd61e169b98c80230c52841ab38c2b5ff950f779dfc2ac51c467c",
     "Host: 127.0.0.1:4566\n", ""},
};

const Instant kNow = *parse_iso8601("2026-03-01T17:00:30Z");

TEST(SigV4Botocore, EveryRequestVerifies) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const testing::TextRequest text(row.style, row.method, row.path, row.query, row.headers);
    const auto seed = testing::verify(text.request, testing::kSecret, row.body, kNow);
    EXPECT_TRUE(seed) << seed.error().message;
    EXPECT_FALSE(testing::verify(text.request, "another secret", row.body, kNow));
  }
}

// Changing any one byte of the method, the path or the query makes another request of it.
TEST(SigV4Botocore, TheSignatureCoversTheRequest) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const testing::TextRequest text(row.style, row.method, row.path, row.query, row.headers);
    SignedRequest other = text.request;
    other.method = "PATCH";
    EXPECT_FALSE(testing::verify(other, testing::kSecret, row.body, kNow));
    other = text.request;
    const std::string path = std::string(row.path) + "x";
    other.raw_path = path;
    EXPECT_FALSE(testing::verify(other, testing::kSecret, row.body, kNow));
    other = text.request;
    const std::string query = std::string(row.query) + "&x=";
    other.raw_query = query;
    EXPECT_FALSE(testing::verify(other, testing::kSecret, row.body, kNow));
    const auto auth = read_authentication(text.request);
    ASSERT_TRUE(auth);
    if (needs_body_hash(*auth)) {
      EXPECT_FALSE(testing::verify(text.request, testing::kSecret, "other body", kNow));
    } else if (body_hash_follows(*auth)) {
      EXPECT_TRUE(check_body_hash(*auth, hex(view(sha256(row.body))), row.style));
      EXPECT_EQ(check_body_hash(*auth, hex(view(sha256("x"))), row.style).error().code, "XAmzContentSHA256Mismatch");
    }
  }
}

TEST(SigV4Botocore, TrailingChecksum) {
  const Row* row = std::find_if(std::begin(kRows), std::end(kRows),
                                [](const Row& r) { return r.name == "s3 upload with a trailing checksum"; });
  const testing::TextRequest text(row->style, row->method, row->path, row->query, row->headers);
  const auto auth = read_authentication(text.request);
  ASSERT_TRUE(auth);
  ASSERT_EQ(auth->payload, PayloadMode::StreamingUnsignedTrailer);
  auto seed = testing::verify(text.request, testing::kSecret, {}, kNow);
  ASSERT_TRUE(seed);
  auto options = read_aws_chunked_options(text.request, *auth);
  ASSERT_TRUE(options);
  AwsChunkedDecoder decoder(*options, *seed);
  std::string decoded;
  for (std::string_view input = row->body; !input.empty();) {
    const auto data = decoder.next(input);
    ASSERT_TRUE(data) << data.error().message;
    decoded += *data;
  }
  EXPECT_TRUE(decoder.finish());
  EXPECT_EQ(decoded, "hello world");
  ASSERT_EQ(decoder.trailers().size(), 1U);
  EXPECT_EQ(decoder.trailers()[0].first, "x-amz-checksum-sha256");
  EXPECT_EQ(decoder.trailers()[0].second, base64(view(sha256("hello world"))));
}

}  // namespace
}  // namespace orrery::wire
