#include "blob/checksum.h"

#include "base/encode.h"

#include <array>
#include <random>

#include <gtest/gtest.h>

namespace orrery {
namespace {

std::string of(ChecksumAlgorithm algorithm, std::string_view bytes) {
  Checksum checksum(algorithm);
  checksum.update(bytes);
  return hex(checksum.finish());
}

// The check values of the CRC catalogue (123456789), RFC 3174, FIPS 180-4 and RFC 1321 (abc).
TEST(Checksum, KnownAnswers) {
  EXPECT_EQ(of(ChecksumAlgorithm::Crc32, "123456789"), "cbf43926");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc32c, "123456789"), "e3069283");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc64Nvme, "123456789"), "ae8b14860a799888");
  EXPECT_EQ(of(ChecksumAlgorithm::Sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(of(ChecksumAlgorithm::Sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of(ChecksumAlgorithm::Md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
}

// RFC 3720 appendix B.4 for CRC32C; the 64b CRC examples of the NVM Command Set Specification.
TEST(Checksum, KnownAnswersOfBlocks) {
  EXPECT_EQ(of(ChecksumAlgorithm::Crc32c, std::string(32, '\0')), "8a9136aa");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc32c, std::string(32, '\xff')), "62a8ab43");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc64Nvme, std::string(4096, '\0')), "6482d367eb22b64e");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc64Nvme, std::string(4096, '\xff')), "c0ddba7302eca3ac");
}

TEST(Checksum, OfNothing) {
  EXPECT_EQ(of(ChecksumAlgorithm::Crc32, ""), "00000000");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc32c, ""), "00000000");
  EXPECT_EQ(of(ChecksumAlgorithm::Crc64Nvme, ""), "0000000000000000");
  EXPECT_EQ(of(ChecksumAlgorithm::Sha1, ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(of(ChecksumAlgorithm::Md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Checksum, PiecesAreTheSameAsTheWhole) {
  std::mt19937 random(3);
  std::string bytes(10'000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (const ChecksumAlgorithm algorithm :
       {ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Crc64Nvme, ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Md5}) {
    Checksum pieces(algorithm);
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, random() % 100);
      pieces.update(piece);
      rest.remove_prefix(piece.size());
    }
    EXPECT_EQ(hex(pieces.finish()), of(algorithm, bytes));
  }
}

}  // namespace
}  // namespace orrery
