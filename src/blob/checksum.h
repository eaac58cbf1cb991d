// Checksums computed while bytes stream by: those that S3 offers, behind one class.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace orrery {

enum class ChecksumAlgorithm : std::uint8_t { Crc32, Crc32c, Crc64Nvme, Sha1, Sha256, Md5 };

class Checksum {
 public:
  explicit Checksum(ChecksumAlgorithm algorithm);
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;
  ~Checksum();

  void update(std::string_view bytes);
  // Raw bytes, most significant first: 4 (CRC32, CRC32C), 8 (CRC64NVME), 16 (MD5), 20 (SHA1) or 32 (SHA256) of them.
  // Call once.
  std::string finish();

 private:
  class Digest;
  ChecksumAlgorithm algorithm_;
  std::uint64_t crc_ = 0;           // of the CRCs, as finish() would give it
  std::unique_ptr<Digest> digest_;  // of the others
};

// The running forms: start with 0, feed the result back in. Equal to the finished value at any moment.
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);
std::uint64_t crc64nvme(std::uint64_t crc, std::string_view bytes);

}  // namespace orrery
