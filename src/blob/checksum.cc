#include "blob/checksum.h"

#include "base/check.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <isa-l/crc.h>
#include <openssl/evp.h>

namespace orrery {

namespace {

// NVM Express NVM Command Set Specification, section 5.2.1.3.4 (64b CRC), polynomial 0xad93d23594c93659, reflected.
constexpr std::uint64_t kNvmePolynomial = 0x9a6c9329ac4bc9b5;

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

// table[0] advances the CRC over one byte; table[k] over that byte and k zero bytes behind it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ kNvmePolynomial : crc >> 1;
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();
static_assert(std::endian::native == std::endian::little, "crc64nvme reads words");

const EVP_MD* message_digest(ChecksumAlgorithm algorithm) {
  static const EVP_MD* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const kMd5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  switch (algorithm) {
    case ChecksumAlgorithm::Sha1:
      return kSha1;
    case ChecksumAlgorithm::Sha256:
      return kSha256;
    case ChecksumAlgorithm::Md5:
      return kMd5;
    default:
      return nullptr;
  }
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string raw;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) raw += static_cast<char>(value >> shift & 0xff);
  return raw;
}

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) {
  // ISA-L wants a mutable pointer (which it only reads), an int length, and leaves the inversions to us.
  constexpr std::size_t kMost = 1 << 30;
  crc = ~crc;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kMost);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(piece.data()));
    crc = crc32_iscsi(data, static_cast<int>(piece.size()), crc);
    bytes.remove_prefix(piece.size());
  }
  return ~crc;
}

std::uint64_t crc64nvme(std::uint64_t crc, std::string_view bytes) {
  crc = ~crc;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    word ^= crc;
    crc = 0;
    for (unsigned k = 0; k < 8; ++k) crc ^= kTables[7 - k][word >> (8 * k) & 0xff];
  }
  for (const char c : bytes) crc = crc >> 8 ^ kTables[0][(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

class Checksum::Digest {
 public:
  explicit Digest(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new()) {
    CHECK(context_ != nullptr && EVP_DigestInit_ex(context_, algorithm, nullptr) == 1);
  }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest() { EVP_MD_CTX_free(context_); }

  void update(std::string_view bytes) { CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned length = 0;
    CHECK(EVP_DigestFinal_ex(context_, raw.data(), &length) == 1);
    return {reinterpret_cast<const char*>(raw.data()), length};
  }

 private:
  EVP_MD_CTX* context_;
};

Checksum::Checksum(ChecksumAlgorithm algorithm) : algorithm_(algorithm) {
  if (const EVP_MD* digest = message_digest(algorithm)) digest_ = std::make_unique<Digest>(digest);
}
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;
Checksum::~Checksum() = default;

void Checksum::update(std::string_view bytes) {
  switch (algorithm_) {
    case ChecksumAlgorithm::Crc32:
      crc_ = crc32_gzip_refl(static_cast<std::uint32_t>(crc_), reinterpret_cast<const unsigned char*>(bytes.data()),
                             bytes.size());
      break;
    case ChecksumAlgorithm::Crc32c:
      crc_ = crc32c(static_cast<std::uint32_t>(crc_), bytes);
      break;
    case ChecksumAlgorithm::Crc64Nvme:
      crc_ = crc64nvme(crc_, bytes);
      break;
    default:
      digest_->update(bytes);
  }
}

std::string Checksum::finish() {
  if (digest_) return digest_->finish();
  return big_endian(crc_, algorithm_ == ChecksumAlgorithm::Crc64Nvme ? 8 : 4);
}

}  // namespace orrery
