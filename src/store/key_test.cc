#include "store/key.h"

#include "store/store.h"

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace orrery {
namespace {

using Parts = std::tuple<std::string, std::uint64_t, std::string>;

std::string encode(const Parts& parts) {
  return KeyWriter(KeyKind::Role).text(std::get<0>(parts)).u64(std::get<1>(parts)).text(std::get<2>(parts)).take();
}

// Short strings over the bytes that could confuse the codec.
std::string nasty_text(std::mt19937& random) {
  static constexpr std::string_view kAlphabet(
      "\x00\x01\x02"
      "a\xfe\xff",
      6);
  std::string text(random() % 5, ' ');
  for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
  return text;
}

TEST(Key, BytesSortAsTuplesDo) {
  std::mt19937 random(1);
  std::vector<Parts> tuples;
  for (int i = 0; i < 2000; ++i) {
    tuples.emplace_back(nasty_text(random), std::uint64_t{random()} << (random() % 33), nasty_text(random));
  }
  std::vector<std::string> keys;
  for (const Parts& tuple : tuples) keys.push_back(encode(tuple));
  for (std::size_t i = 0; i + 1 < tuples.size(); ++i) {
    EXPECT_EQ(tuples[i] < tuples[i + 1], keys[i] < keys[i + 1]);
    EXPECT_EQ(tuples[i] == tuples[i + 1], keys[i] == keys[i + 1]);
  }
  std::sort(tuples.begin(), tuples.end());
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < tuples.size(); ++i) EXPECT_EQ(encode(tuples[i]), keys[i]);
}

TEST(Key, ReadsWhatWasWritten) {
  std::mt19937 random(2);
  for (int i = 0; i < 1000; ++i) {
    const Parts tuple(nasty_text(random), random(), nasty_text(random));
    const std::string key = KeyWriter(KeyKind::Role)
                                .text(std::get<0>(tuple))
                                .u8(200)
                                .u64(std::get<1>(tuple))
                                .text(std::get<2>(tuple))
                                .raw("rest")
                                .take();
    EXPECT_EQ(key[0], static_cast<char>(KeyKind::Role));
    KeyReader reader(key);
    EXPECT_EQ(reader.text(), std::get<0>(tuple));
    EXPECT_EQ(reader.u8(), 200);
    EXPECT_EQ(reader.u64(), std::get<1>(tuple));
    EXPECT_EQ(reader.text(), std::get<2>(tuple));
    EXPECT_EQ(reader.rest(), "rest");
    EXPECT_TRUE(reader.ok());
  }
}

TEST(Key, NoTextIsAPrefixOfAnother) {
  const std::string a = KeyWriter(KeyKind::Role).text("a").take();
  const std::string ab = KeyWriter(KeyKind::Role).text("ab").take();
  EXPECT_FALSE(ab.starts_with(a));
  EXPECT_LT(a, ab);
}

TEST(Key, MalformedKeysAreNoticed) {
  const std::string good = KeyWriter(KeyKind::Role).text(std::string("x\0y", 3)).u64(7).take();
  for (std::size_t length = 0; length < good.size(); ++length) {
    KeyReader reader(std::string_view(good).substr(0, length));
    reader.text();
    EXPECT_EQ(reader.u64(), 0U);
    EXPECT_FALSE(reader.ok()) << length;
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_EQ(reader.text(), "");
  }
  KeyReader escape(
      std::string_view("\x10"
                       "a\x00"
                       "b\x00\x01",
                       6));
  EXPECT_EQ(escape.text(), "");
  EXPECT_FALSE(escape.ok());
}

TEST(PrefixRange, CoversThePrefixAndNothingElse) {
  const KeyRange range = prefix_range("ab");
  EXPECT_EQ(range.begin, "ab");
  EXPECT_EQ(range.end, "ac");
  EXPECT_EQ(prefix_range("a\xff\xff").end, "b");
  EXPECT_EQ(prefix_range("\xff").end, "");
  EXPECT_EQ(prefix_range("").end, "");
}

}  // namespace
}  // namespace orrery
