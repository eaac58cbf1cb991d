#include "services/s3/checksums.h"

#include "base/encode.h"
#include "services/s3/errors.h"

#include <algorithm>

namespace orrery::s3 {
namespace {

using Algorithm = ::orrery::ChecksumAlgorithm;

constexpr StoredChecksum kChecksums[] = {
    {Algorithm::Crc32, ChecksumAlgorithm::CRC32, "x-amz-checksum-crc32", 4},
    {Algorithm::Crc32c, ChecksumAlgorithm::CRC32C, "x-amz-checksum-crc32c", 4},
    {Algorithm::Crc64Nvme, ChecksumAlgorithm::CRC64NVME, "x-amz-checksum-crc64nvme", 8},
    {Algorithm::Sha1, ChecksumAlgorithm::SHA1, "x-amz-checksum-sha1", 20},
    {Algorithm::Sha256, ChecksumAlgorithm::SHA256, "x-amz-checksum-sha256", 32},
};
// "If you don't specify a checksum, S3 calculates CRC64NVME" (userguide/checking-object-integrity-upload.html).
constexpr std::string_view kDefault = ChecksumAlgorithm::CRC64NVME;

constexpr std::string_view kTrailerHeader = "x-amz-trailer";
constexpr std::string_view kAlgorithmHeader = "x-amz-sdk-checksum-algorithm";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

const StoredChecksum* by_header(std::string_view name) {
  const auto found = std::ranges::find(kChecksums, name, &StoredChecksum::header);
  return found == std::end(kChecksums) ? nullptr : found;
}

::orrery::Error invalid_request(std::string message) { return errors::InvalidRequest(std::move(message)); }

// The checksum headers that came, by name; what is not built is an error.
Result<std::vector<std::pair<const StoredChecksum*, std::string>>> given_headers(const PutObjectRequest& input) {
  if (input.ChecksumSHA512) return fail(not_built("x-amz-checksum-sha512"));
  if (input.ChecksumMD5) return fail(not_built("x-amz-checksum-md5"));
  if (input.ChecksumXXHASH64) return fail(not_built("x-amz-checksum-xxhash64"));
  if (input.ChecksumXXHASH3) return fail(not_built("x-amz-checksum-xxhash3"));
  if (input.ChecksumXXHASH128) return fail(not_built("x-amz-checksum-xxhash128"));
  std::vector<std::pair<const StoredChecksum*, std::string>> given;
  const std::optional<std::string>* const values[] = {&input.ChecksumCRC32, &input.ChecksumCRC32C,
                                                      &input.ChecksumCRC64NVME, &input.ChecksumSHA1,
                                                      &input.ChecksumSHA256};
  for (std::size_t i = 0; i < std::size(kChecksums); ++i) {
    if (*values[i]) given.emplace_back(&kChecksums[i], **values[i]);
  }
  return given;
}

Result<> take_trailer(const Call& call, bool header_given, ExpectedChecksums& expected) {
  const auto trailer = call.header(kTrailerHeader);
  if (!trailer || trailer->empty()) return {};
  const std::string name = lower(*trailer);
  if (!name.starts_with("x-amz-checksum-")) {
    return fail(invalid_request("The value specified in the x-amz-trailer header is not supported"));
  }
  const StoredChecksum* stored = by_header(name);
  if (stored == nullptr) return fail(not_built(name));
  if (header_given) {
    return fail(invalid_request("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."));
  }
  expected.stored = stored;
  expected.trailing = true;
  return {};
}

Result<> check_named_algorithm(const PutObjectRequest& input, const ExpectedChecksums& expected) {
  if (!input.ChecksumAlgorithm) return {};
  if (expected.stored == nullptr) {
    return fail(invalid_request(std::string(kAlgorithmHeader) +
                                " specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were "
                                "found."));
  }
  if (lower(*input.ChecksumAlgorithm) != lower(expected.stored->name)) {
    return fail(invalid_request("Value for " + std::string(kAlgorithmHeader) + " header is invalid."));
  }
  return {};
}

bool is_value_of(const StoredChecksum& stored, std::string_view text) {
  const auto raw = unbase64(text);
  return raw && raw->size() == stored.bytes;
}

}  // namespace

const StoredChecksum* find_checksum(std::string_view name) {
  const auto found = std::ranges::find(kChecksums, name, &StoredChecksum::name);
  return found == std::end(kChecksums) ? nullptr : found;
}

Result<ExpectedChecksums> expected_checksums(const Call& call, const PutObjectRequest& input) {
  ExpectedChecksums expected;
  if (input.ContentMD5) {
    const auto raw = unbase64(*input.ContentMD5);
    if (!raw || raw->size() != 16) {
      return fail(api_error("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
                      .with("Content-MD5", *input.ContentMD5));
    }
    expected.md5 = *raw;
  }
  const auto given = TRY(given_headers(input));
  if (given.size() > 1) {
    return fail(invalid_request("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."));
  }
  if (!given.empty()) {
    const auto& [stored, value] = given.front();
    if (!is_value_of(*stored, value)) {
      return fail(invalid_request("Value for " + std::string(stored->header) + " header is invalid."));
    }
    expected.stored = stored;
    expected.value = value;
  }
  TRY(take_trailer(call, !given.empty(), expected));
  TRY(check_named_algorithm(input, expected));
  if (expected.stored == nullptr) expected.stored = find_checksum(kDefault);
  return expected;
}

Result<std::string> verify_checksums(const ExpectedChecksums& expected, const std::string& raw, const std::string& md5,
                                     const Trailers& trailers) {
  const StoredChecksum& stored = *expected.stored;
  std::string wanted = expected.value;
  if (expected.trailing) {
    const auto found =
        std::ranges::find(trailers, stored.header, [](const auto& t) { return std::string_view(t.first); });
    if (found == trailers.end()) {
      return fail(api_error("MalformedTrailerError",
                            "The request contained trailing data that was not well-formed or did not conform to our "
                            "published schema.",
                            400));
    }
    wanted = found->second;
    if (!is_value_of(stored, wanted)) {
      return fail(invalid_request("Value for " + std::string(stored.header) + " trailing header is invalid."));
    }
  }
  if (!expected.md5.empty() && expected.md5 != md5) {
    return fail(api_error("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)
                    .with("ExpectedDigest", hex(expected.md5))
                    .with("CalculatedDigest", hex(md5)));
  }
  const std::string calculated = base64(raw);
  if (!wanted.empty() && wanted != calculated) {
    return fail(api_error(
        "BadDigest", "The " + std::string(stored.name) + " you specified did not match the calculated checksum.", 400));
  }
  return calculated;
}

}  // namespace orrery::s3
