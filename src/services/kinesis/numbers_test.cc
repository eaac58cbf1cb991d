#include "services/kinesis/numbers.h"

#include <gtest/gtest.h>

namespace orrery::kinesis {
namespace {

TEST(NumbersTest, HashKeysAreDecimals) {
  EXPECT_EQ(to_text(HashKey{0}), "0");
  EXPECT_EQ(to_text(kLastHashKey), "340282366920938463463374607431768211455");
  EXPECT_EQ(to_text(kLastHashKey / 2 + 1), "170141183460469231731687303715884105728");
  EXPECT_EQ(to_text(HashKey{1'000'000'000'000'000'000}), "1000000000000000000");
  for (const char* text : {"0", "1", "18446744073709551616", "340282366920938463463374607431768211455"}) {
    ASSERT_TRUE(parse_hash_key(text));
    EXPECT_EQ(to_text(*parse_hash_key(text)), text);
  }
  for (const char* text : {"", "-1", "01", "a", "340282366920938463463374607431768211456"}) {
    EXPECT_FALSE(parse_hash_key(text)) << text;
  }
}

// md5("") = d41d8cd98f00b204e9800998ecf8427e
TEST(NumbersTest, PartitionKeysAreHashedByMd5) {
  EXPECT_EQ(to_text(hash_of("")), "281949768489412648962353822266799178366");
}

TEST(NumbersTest, ShardIds) {
  EXPECT_EQ(shard_id(7), "shardId-000000000007");
  for (const char* text : {"shardId-000000000007", "7", "shard-7", "shardId-007"}) EXPECT_EQ(parse_shard_id(text), 7U);
  for (const char* text : {"", "shardId-", "shardId-x", "2147483648", "2.14E4"}) {
    EXPECT_FALSE(parse_shard_id(text)) << text;
  }
}

TEST(NumbersTest, SequenceNumbersHave56DigitsAndRise) {
  SequenceNumber number{1'767'225'600, 3, 1, 1'767'225'601};
  std::string last = to_text(SequenceNumber{1'767'225'600, 3, 0, 1'767'225'600});
  for (const std::uint64_t index : {1ULL, 2ULL, 255ULL, 1ULL << 40, kLastIndex + 0ULL}) {
    number.index = index;
    const std::string text = to_text(number);
    EXPECT_EQ(text.size(), 56U);
    EXPECT_EQ(text.substr(0, 2), "49");
    EXPECT_LT(last, text);
    EXPECT_EQ(parse_sequence_number(text), number);
    last = text;
  }
  EXPECT_LT(last, to_text(SequenceNumber{1'767'225'602, 4, 0, 1'767'225'602}));
}

TEST(NumbersTest, OtherNumbersAreNoSequenceNumbers) {
  for (const char* text : {"0", "5", "", "x", "99999999999999999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(parse_sequence_number(text)) << text;
  }
}

}  // namespace
}  // namespace orrery::kinesis
