// The checksums of an upload: which one the client asked for, and whether it holds
// (docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html).
#pragma once

#include "blob/checksum.h"
#include "services/call.h"
#include "shapes/s3.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::s3 {

// One of the algorithms that an object can be stored with.
struct StoredChecksum {
  ::orrery::ChecksumAlgorithm algorithm;
  std::string_view name;    // "CRC32C"
  std::string_view header;  // "x-amz-checksum-crc32c"
  std::size_t bytes;        // of the raw value
};

const StoredChecksum* find_checksum(std::string_view name);

// What the request says about its body.
struct ExpectedChecksums {
  const StoredChecksum* stored = nullptr;  // CRC64NVME unless the client asks for another
  std::string value;                       // base64, from the header; empty: none given, or it comes as a trailer
  bool trailing = false;
  std::string md5;  // raw, of Content-MD5; empty: none
};

// Errors: InvalidDigest, InvalidRequest, NotImplemented (algorithms that are not built).
Result<ExpectedChecksums> expected_checksums(const Call& call, const PutObjectRequest& input);

using Trailers = std::vector<std::pair<std::string, std::string>>;
// `raw` and `md5` are the body's. Returns the stored checksum in base64. Errors: BadDigest, InvalidRequest,
// MalformedTrailerError.
Result<std::string> verify_checksums(const ExpectedChecksums& expected, const std::string& raw, const std::string& md5,
                                     const Trailers& trailers);

// Fills the member of that algorithm of a PutObjectOutput, GetObjectOutput or HeadObjectOutput, and ChecksumType.
template <class Output>
void show_checksum(std::string_view algorithm, const std::string& value, Output& output) {
  if (value.empty()) return;
  if (algorithm == ChecksumAlgorithm::CRC32) output.ChecksumCRC32 = value;
  if (algorithm == ChecksumAlgorithm::CRC32C) output.ChecksumCRC32C = value;
  if (algorithm == ChecksumAlgorithm::CRC64NVME) output.ChecksumCRC64NVME = value;
  if (algorithm == ChecksumAlgorithm::SHA1) output.ChecksumSHA1 = value;
  if (algorithm == ChecksumAlgorithm::SHA256) output.ChecksumSHA256 = value;
  output.ChecksumType = ChecksumType::FULL_OBJECT;
}

}  // namespace orrery::s3
