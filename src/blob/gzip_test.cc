#include "blob/gzip.h"

#include <random>

#include <gtest/gtest.h>

namespace orrery {
namespace {

std::string unzipped(const std::string& file, std::size_t piece) {
  GzipReader reader;
  std::string out;
  for (std::size_t at = 0; at < file.size(); at += piece) {
    EXPECT_TRUE(reader.read(std::string_view(file).substr(at, piece), out));
  }
  EXPECT_TRUE(reader.finish());
  return out;
}

TEST(Gzip, RoundTrip) {
  std::mt19937 dice(1);
  for (const std::size_t size : {0U, 1U, 1000U, 300'000U, 2'000'000U}) {
    std::string text;
    while (text.size() < size) text += "{\"Item\":{\"id\":{\"N\":\"" + std::to_string(dice()) + "\"}}}\n";
    text.resize(size);
    GzipWriter writer;
    for (std::size_t at = 0; at < size; at += 777) writer.write(std::string_view(text).substr(at, 777));
    const std::string file = writer.finish();
    EXPECT_EQ(unzipped(file, file.size()), text);
    EXPECT_EQ(unzipped(file, 1013), text);
    if (size < 2000) {
      EXPECT_EQ(unzipped(file, 1), text);
      EXPECT_EQ(unzipped(file + file, 7), text + text);  // members one after the other
    }
  }
}

TEST(Gzip, Damage) {
  GzipWriter writer;
  writer.write(std::string(100'000, 'x'));
  std::string file = writer.finish();
  GzipReader cut;
  std::string out;
  EXPECT_TRUE(cut.read(std::string_view(file).substr(0, file.size() - 5), out));
  EXPECT_FALSE(cut.finish());
  file[file.size() - 6] = static_cast<char>(file[file.size() - 6] ^ 1);  // the checksum
  GzipReader damaged;
  EXPECT_FALSE(damaged.read(file, out));
  GzipReader other;
  EXPECT_FALSE(other.read("this is no gzip file at all", out));
}

}  // namespace
}  // namespace orrery
