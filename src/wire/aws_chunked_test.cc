#include "wire/aws_chunked.h"

#include "wire/sigv4_testing.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

const Instant kDay = *parse_iso8601("2013-05-24T00:00:00Z");

// The S3 API Reference's example: 65 KiB of 'a' in chunks of 64 KiB.
const std::string kBody =
    "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
    std::string(65536, 'a') +
    "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
    std::string(1024, 'a') +
    "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
constexpr std::string_view kHeaders =
    "Host: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\nx-amz-storage-class: REDUCED_REDUNDANCY\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders="
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
    "x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\n"
    "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nContent-Encoding: aws-chunked\n"
    "x-amz-decoded-content-length: 66560\nContent-Length: 66824";

// Its example with trailing headers; the seed and the chunk signatures are the documented ones. The trailer signature
// is computed apart, as SDKs do, over "name:value\n": the one on the page (63bddb24…) belongs to other data.
const std::string kTrailerBody =
    "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
    std::string(65536, 'a') +
    "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
    std::string(1024, 'a') +
    "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
    "x-amz-checksum-crc32c:sOO8/Q==\r\n"
    "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
constexpr std::string_view kTrailerHeaders =
    "Host: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\nx-amz-storage-class: REDUCED_REDUNDANCY\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders="
    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
    "x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e\n"
    "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\nContent-Encoding: aws-chunked\n"
    "x-amz-decoded-content-length: 66560\nx-amz-trailer: x-amz-checksum-crc32c";

struct Outcome {
  std::string data;
  Result<> end;
  std::vector<std::pair<std::string, std::string>> trailers;
};

Outcome decode(AwsChunkedDecoder& decoder, std::string_view body, std::size_t piece) {
  Outcome outcome;
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    std::string_view input = body.substr(0, piece);
    while (!input.empty()) {
      const auto data = decoder.next(input);
      if (!data) {
        outcome.end = fail(data.error());
        EXPECT_FALSE(decoder.finish());
        return outcome;
      }
      outcome.data += *data;
    }
  }
  outcome.end = decoder.finish();
  outcome.trailers = decoder.trailers();
  return outcome;
}

Outcome decode_example(std::string_view headers, std::string_view body, std::size_t piece) {
  const testing::TextRequest text(ErrorStyle::S3, "PUT", "/examplebucket/chunkObject.txt", "", headers);
  const auto auth = read_authentication(text.request);
  if (!auth) return {{}, fail(auth.error()), {}};
  const auto seed = testing::verify(text.request, testing::kS3Secret, {}, kDay);
  if (!seed) return {{}, fail(seed.error()), {}};
  const auto options = read_aws_chunked_options(text.request, *auth);
  if (!options) return {{}, fail(options.error()), {}};
  AwsChunkedDecoder decoder(*options, *seed);
  return decode(decoder, body, piece);
}

Outcome decode_unsigned(std::string_view body, std::uint64_t length, std::string announced = "x-amz-checksum-crc32",
                        std::size_t piece = 1000) {
  AwsChunkedDecoder decoder({PayloadMode::StreamingUnsignedTrailer, length, std::move(announced)}, {});
  return decode(decoder, body, piece);
}

std::string code(const Outcome& outcome) { return outcome.end ? "" : outcome.end.error().code; }

TEST(AwsChunked, DocumentedExampleInPiecesOfAnySize) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, kBody.size()}) {
    const Outcome outcome = decode_example(kHeaders, kBody, piece);
    EXPECT_TRUE(outcome.end) << outcome.end.error().message;
    EXPECT_EQ(outcome.data, std::string(66560, 'a'));
    EXPECT_TRUE(outcome.trailers.empty());
  }
}

TEST(AwsChunked, DocumentedExampleWithTrailer) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, kTrailerBody.size()}) {
    const Outcome outcome = decode_example(kTrailerHeaders, kTrailerBody, piece);
    EXPECT_TRUE(outcome.end) << outcome.end.error().message;
    EXPECT_EQ(outcome.data.size(), 66560U);
    ASSERT_EQ(outcome.trailers.size(), 1U);
    EXPECT_EQ(outcome.trailers[0], (std::pair<std::string, std::string>("x-amz-checksum-crc32c", "sOO8/Q==")));
  }
  // As some clients end it: "\n" and an empty line before the signature; or nothing after the signature.
  std::string other = kTrailerBody;
  other.replace(other.find("sOO8/Q==\r\n"), 10, "sOO8/Q==\n\r\n");
  EXPECT_TRUE(decode_example(kTrailerHeaders, other, 10).end);
  EXPECT_TRUE(decode_example(kTrailerHeaders, kTrailerBody.substr(0, kTrailerBody.size() - 4), 10).end);
}

TEST(AwsChunked, TamperedDataAndTrailersAreFound) {
  for (const std::size_t at : {std::size_t{100}, std::size_t{65536}, kBody.size() - 10, std::size_t{25}}) {
    std::string body = kBody;
    body[at] = body[at] == 'b' ? 'c' : 'b';
    EXPECT_EQ(code(decode_example(kHeaders, body, 999)), "SignatureDoesNotMatch") << at;
  }
  std::string body = kTrailerBody;
  body.replace(body.find("sOO8"), 4, "sOO9");
  EXPECT_EQ(code(decode_example(kTrailerHeaders, body, 999)), "SignatureDoesNotMatch");
  // Without its signature line.
  body = kTrailerBody.substr(0, kTrailerBody.find("x-amz-trailer-signature")) + "\r\n";
  EXPECT_EQ(code(decode_example(kTrailerHeaders, body, 999)), "IncompleteBody");
  // A chunk without signature.
  body = kBody;
  body.erase(5, body.find("\r\n") - 5);
  EXPECT_EQ(code(decode_example(kHeaders, body, 999)), "SignatureDoesNotMatch");
}

TEST(AwsChunked, EveryTruncationIsIncomplete) {
  for (std::size_t n = 0; n + 2 < kBody.size(); n += n < 70000 && n > 200 ? 997 : 1) {
    EXPECT_EQ(code(decode_example(kHeaders, std::string_view(kBody).substr(0, n), 5000)), "IncompleteBody") << n;
  }
}

TEST(AwsChunked, UnsignedWithTrailer) {
  const std::string body = "5\r\nhello\r\n0\r\nX-Amz-Checksum-CRC32: NhCmhg==\r\n\r\n";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const Outcome outcome = decode_unsigned(body, 5, "x-amz-checksum-crc32", piece);
    ASSERT_TRUE(outcome.end) << outcome.end.error().message;
    EXPECT_EQ(outcome.data, "hello");
    ASSERT_EQ(outcome.trailers.size(), 1U);
    EXPECT_EQ(outcome.trailers[0].second, "NhCmhg==");
  }
  EXPECT_TRUE(decode_unsigned("0\r\n\r\n", 0, "").end);
  EXPECT_TRUE(decode_unsigned("0\r\nx-amz-checksum-crc32:AAAAAA==", 0).end);
}

TEST(AwsChunked, BadBodies) {
  const std::string tail = "0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n" + tail, 6)), "IncompleteBody");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n" + tail, 4)), "IncompleteBody");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello!\r\n" + tail, 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("zz\r\nhello\r\n" + tail, 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("\r\n", 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("-5\r\nhello\r\n" + tail, 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("ffffffffffffffffff\r\nhello\r\n" + tail, 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("ffffffffffffffff\r\nhello\r\n" + tail, 5)), "IncompleteBody");
  EXPECT_EQ(code(decode_unsigned(std::string(5000, '1'), 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n0\r\n\r\n", 5)), "MalformedTrailerError");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n0\r\nno colon\r\n\r\n", 5)), "MalformedTrailerError");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:x\r\n\r\n", 5)), "MalformedTrailerError");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n0\r\n" + std::string(50000, 'a'), 5)), "MalformedTrailerError");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n" + tail + "more", 5)), "InvalidRequest");
  EXPECT_EQ(code(decode_unsigned("5\r\nhello\r\n" + tail + "\r\n", 5)), "");
}

TEST(AwsChunked, SmallChunksOnlyAtTheEnd) {
  const Outcome outcome = decode_unsigned("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 6, "");
  ASSERT_FALSE(outcome.end);
  EXPECT_EQ(outcome.end.error().code, "InvalidChunkSizeError");
  EXPECT_EQ(outcome.end.error().message, "Only the last chunk is allowed to have a size less than 8192 bytes");
  EXPECT_EQ(outcome.end.error().fields[1].second, "5");
  EXPECT_TRUE(decode_unsigned("2000\r\n" + std::string(8192, 'x') + "\r\n1\r\n!\r\n0\r\n\r\n", 8193, "").end);
}

TEST(AwsChunked, Options) {
  Authentication auth;
  auth.payload = PayloadMode::StreamingUnsignedTrailer;
  const auto read = [&](std::string_view headers) {
    return read_aws_chunked_options(testing::TextRequest(ErrorStyle::S3, "PUT", "/", "", headers).request, auth);
  };
  EXPECT_EQ(read("Host: h").error().code, "MissingContentLength");
  EXPECT_EQ(read("x-amz-decoded-content-length: -1").error().code, "InvalidArgument");
  EXPECT_EQ(read("X-Amz-Decoded-Content-Length: 12\nX-Amz-Trailer: a")->decoded_length, 12U);
}

}  // namespace
}  // namespace orrery::wire
