#include "services/s3/checksums.h"

#include "base/encode.h"

#include <gtest/gtest.h>

namespace orrery::s3 {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

Result<ExpectedChecksums> expect(const PutObjectRequest& input, const Headers& headers = {}) {
  Call call;
  call.request_headers = headers;
  return expected_checksums(call, input);
}

TEST(Checksums, Crc64NvmeUnlessAskedForAnother) {
  EXPECT_EQ(expect({})->stored->name, "CRC64NVME");
  PutObjectRequest input;
  input.ChecksumCRC32C = base64("abcd");
  EXPECT_EQ(expect(input)->stored->name, "CRC32C");
  EXPECT_EQ(expect({}, {{"x-amz-trailer", "x-amz-checksum-sha1"}})->stored->name, "SHA1");
}

TEST(Checksums, MalformedRequests) {
  PutObjectRequest md5;
  md5.ContentMD5 = "x";
  EXPECT_EQ(expect(md5).error().code, "InvalidDigest");

  PutObjectRequest shortened;
  shortened.ChecksumCRC32 = base64("abc");
  EXPECT_EQ(expect(shortened).error().message, "Value for x-amz-checksum-crc32 header is invalid.");

  PutObjectRequest two;
  two.ChecksumCRC32 = base64("abcd");
  two.ChecksumSHA1 = base64("abcd");
  EXPECT_EQ(expect(two).error().code, "InvalidRequest");

  PutObjectRequest named;
  named.ChecksumAlgorithm = "CRC32";
  EXPECT_EQ(expect(named).error().code, "InvalidRequest");
  EXPECT_TRUE(expect(named, {{"x-amz-trailer", "x-amz-checksum-crc32"}}).ok());
  EXPECT_EQ(expect(named, {{"x-amz-trailer", "x-amz-checksum-sha1"}}).error().message,
            "Value for x-amz-sdk-checksum-algorithm header is invalid.");

  PutObjectRequest unknown;
  unknown.ChecksumXXHASH3 = "AAAA";
  EXPECT_EQ(expect(unknown).error().status, 501);
}

TEST(Checksums, Verification) {
  PutObjectRequest input;
  input.ChecksumCRC32 = base64("abcd");
  const auto header = *expect(input);
  EXPECT_EQ(*verify_checksums(header, "abcd", "", {}), base64("abcd"));
  const auto wrong = verify_checksums(header, "abce", "", {}).error();
  EXPECT_EQ(wrong.code, "BadDigest");
  EXPECT_EQ(wrong.message, "The CRC32 you specified did not match the calculated checksum.");

  const auto trailing = *expect({}, {{"x-amz-trailer", "x-amz-checksum-crc32"}});
  EXPECT_TRUE(verify_checksums(trailing, "abcd", "", {{"x-amz-checksum-crc32", base64("abcd")}}).ok());
  EXPECT_EQ(verify_checksums(trailing, "abcd", "", {{"x-amz-checksum-crc32", base64("abce")}}).error().code,
            "BadDigest");
  EXPECT_EQ(verify_checksums(trailing, "abcd", "", {{"x-amz-checksum-crc32", "?"}}).error().message,
            "Value for x-amz-checksum-crc32 trailing header is invalid.");
  EXPECT_EQ(verify_checksums(trailing, "abcd", "", {}).error().code, "MalformedTrailerError");
}

}  // namespace
}  // namespace orrery::s3
