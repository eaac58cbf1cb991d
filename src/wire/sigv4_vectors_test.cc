// The published examples: the AWS Signature Version 4 test suite, and those of the S3 API Reference.
#include "wire/sigv4_sign.h"
#include "wire/sigv4_testing.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

// AKIDEXAMPLE, 20150830T123600Z, us-east-1, "service"; the signature is the suite's.
struct Vector {
  std::string_view name, method, path, query;
  std::string_view headers;  // besides Host and X-Amz-Date
  std::string_view signed_headers, body, signature;
};

constexpr std::string_view kUnreserved = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kVanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
constexpr std::string_view kToken =
    "X-Amz-Security-Token: AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSP"
    "fIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvl"
    "Rd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabI"
    "Qwj2ICCR/oLxBA==\n";

constexpr Vector kVectors[] = {
    {"get-vanilla", "GET", "/", "", "", "host;x-amz-date", "", kVanilla},
    {"get-vanilla-query", "GET", "/", "", "", "host;x-amz-date", "", kVanilla},
    {"get-vanilla-empty-query-key", "GET", "/", "Param1=value1", "", "host;x-amz-date", "",
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", "", "host;x-amz-date", "",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-unreserved", "GET", "/",
     "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
     "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     "", "host;x-amz-date", "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"get-vanilla-utf8-query", "GET", "/", "\341\210\264=bar", "", "host;x-amz-date", "",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-header-key-duplicate", "GET", "/", "", "My-Header1:value2\nMy-Header1:value2\nMy-Header1:value1\n",
     "host;my-header1;x-amz-date", "", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-header-value-order", "GET", "/", "",
     "My-Header1:value4\nMy-Header1:value1\nMy-Header1:value3\nMy-Header1:value2\n", "host;my-header1;x-amz-date", "",
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"get-header-value-trim", "GET", "/", "", "My-Header1: value1\nMy-Header2: \"a   b   c\"\n",
     "host;my-header1;my-header2;x-amz-date", "", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"get-unreserved", "GET", kUnreserved, "", "", "host;x-amz-date", "",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8", "GET", "/\341\210\264", "", "", "host;x-amz-date", "",
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"normalize-path/get-relative", "GET", "/example/..", "", "", "host;x-amz-date", "", kVanilla},
    {"normalize-path/get-relative-relative", "GET", "/example1/example2/../..", "", "", "host;x-amz-date", "",
     kVanilla},
    {"normalize-path/get-slash", "GET", "//", "", "", "host;x-amz-date", "", kVanilla},
    {"normalize-path/get-slash-dot-slash", "GET", "/./", "", "", "host;x-amz-date", "", kVanilla},
    {"normalize-path/get-slash-pointless-dot", "GET", "/./example", "", "", "host;x-amz-date", "",
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"normalize-path/get-slashes", "GET", "//example//", "", "", "host;x-amz-date", "",
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"normalize-path/get-space", "GET", "/example space/", "", "", "host;x-amz-date", "",
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"post-vanilla", "POST", "/", "", "", "host;x-amz-date", "",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-vanilla-query", "POST", "/", "Param1=value1", "", "host;x-amz-date", "",
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-vanilla-query-nonunreserved", "POST", "/",
     "%40%23%24%25%5E=&%2B=%2F%2C%3F%3E%3C%60%22%3B%3A%5C%7C%5D%5B%7B%7D", "", "host;x-amz-date", "",
     "66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e"},
    {"post-vanilla-query-space", "POST", "/", "p", "", "host;x-amz-date", "",
     "e71688addb58a26418614085fb730ba3faa623b461c17f48f2fbdb9361b94a9b"},
    {"post-header-key-sort", "POST", "/", "", "My-Header1:value1\n", "host;my-header1;x-amz-date", "",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-header-value-case", "POST", "/", "", "My-Header1:VALUE1\n", "host;my-header1;x-amz-date", "",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-sts-header-after", "POST", "/", "", kToken, "host;x-amz-date", "",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-sts-header-before", "POST", "/", "", kToken, "host;x-amz-date;x-amz-security-token", "",
     "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
    {"post-x-www-form-urlencoded", "POST", "/", "", "Content-Type:application/x-www-form-urlencoded\n",
     "content-type;host;x-amz-date", "Param1=value1",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"post-x-www-form-urlencoded-parameters", "POST", "/", "",
     "Content-Type:application/x-www-form-urlencoded; charset=utf8\n", "content-type;host;x-amz-date", "Param1=value1",
     "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
};

TEST(SigV4Vectors, TestSuite) {
  for (const Vector& v : kVectors) {
    SCOPED_TRACE(v.name);
    const std::string block = "Host:example.amazonaws.com\nX-Amz-Date:20150830T123600Z\n" + std::string(v.headers) +
                              "Authorization:AWS4-HMAC-SHA256 "
                              "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=" +
                              std::string(v.signed_headers) + ", Signature=" + std::string(v.signature);
    const testing::TextRequest text(ErrorStyle::Json, v.method, v.path, v.query, block);
    const auto seed = testing::verify(text.request, testing::kSecret, v.body, *parse_iso8601("2015-08-30T12:36:00Z"));
    EXPECT_TRUE(seed) << seed.error().message;
  }
}

// "Examples of how to derive a signing key", and an invocation whose path is encoded already: it is encoded twice.
TEST(SigV4Vectors, KeyAndDoubleEncoding) {
  EXPECT_EQ(hex(view(derive_signing_key(testing::kSecret, "20150830", "us-east-1", "iam"))),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  const testing::TextRequest text(
      ErrorStyle::RestJson, "POST",
      "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A892717189312%3Afunction%3Amy-rusty-fun/invocations", "",
      "Host:lambda.us-east-2.amazonaws.com\nX-Amz-Date:20210511T154045Z\n"
      "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20210511/us-east-2/lambda/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=4b93abbcc68be32bd64c18e2c71150660ab4c29bbd6c32a383a7517a88fc1804");
  EXPECT_TRUE(testing::verify(text.request, testing::kSecret, {}, *parse_iso8601("2021-05-11T15:40:45Z")));
}

const Instant kS3Day = *parse_iso8601("2013-05-24T00:00:00Z");
constexpr std::string_view kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct S3Vector {
  std::string_view method, path, query, headers, signed_headers, payload, signature;
};

constexpr S3Vector kS3Vectors[] = {
    {"GET", "/test.txt", "", "Range: bytes=0-9\nx-amz-date: 20130524T000000Z\n",
     "host;range;x-amz-content-sha256;x-amz-date", kEmpty,
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT", "/test$file.text", "",
     "Date: Fri, 24 May 2013 00:00:00 GMT\nx-amz-date: 20130524T000000Z\n"
     "x-amz-storage-class: REDUCED_REDUNDANCY\n",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET", "/", "lifecycle", "x-amz-date: 20130524T000000Z\n", "host;x-amz-content-sha256;x-amz-date", kEmpty,
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"GET", "/", "max-keys=2&prefix=J", "x-amz-date: 20130524T000000Z\n", "host;x-amz-content-sha256;x-amz-date",
     kEmpty, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

TEST(SigV4Vectors, S3Documentation) {
  for (const S3Vector& v : kS3Vectors) {
    SCOPED_TRACE(v.signature);
    const std::string block =
        "Host: examplebucket.s3.amazonaws.com\n" + std::string(v.headers) +
        "x-amz-content-sha256: " + std::string(v.payload) +
        "\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=" +
        std::string(v.signed_headers) + ",Signature=" + std::string(v.signature);
    const testing::TextRequest text(ErrorStyle::S3, v.method, v.path, v.query, block);
    const auto seed = testing::verify(text.request, testing::kS3Secret, {}, kS3Day);
    EXPECT_TRUE(seed) << seed.error().message;
  }
}

TEST(SigV4Vectors, S3Presigned) {
  const testing::TextRequest text(
      ErrorStyle::S3, "GET", "/test.txt",
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
      "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      "Host: examplebucket.s3.amazonaws.com");
  const auto auth = read_authentication(text.request);
  ASSERT_TRUE(auth);
  EXPECT_EQ(auth->kind, AuthKind::Presigned);
  EXPECT_EQ(auth->payload, PayloadMode::Unsigned);
  EXPECT_TRUE(testing::verify(text.request, testing::kS3Secret, {}, kS3Day + std::chrono::hours(23)));
  const auto late = testing::verify(text.request, testing::kS3Secret, {}, kS3Day + std::chrono::hours(25));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "AccessDenied");
  EXPECT_EQ(late.error().message, "Request has expired");
}

TEST(SigV4Vectors, SignerMakesTheExample) {
  const std::vector<std::pair<std::string_view, std::string_view>> headers = {
      {"Host", "examplebucket.s3.amazonaws.com"}, {"Range", "bytes=0-9"}};
  const SignedRequest request{"GET", "/test.txt", "", headers, ErrorStyle::S3};
  const auto added =
      sign_request(request, {"AKIAIOSFODNN7EXAMPLE", testing::kS3Secret, {}, "us-east-1", "s3"}, kEmpty, kS3Day);
  EXPECT_EQ(added.back().second,
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

}  // namespace
}  // namespace orrery::wire
