#include "services/kinesis/shards/reshape.h"

#include <gtest/gtest.h>

namespace orrery::kinesis {
namespace {

const Instant kNow = instant_from_ms(1'767'225'600'000);

void expect_whole(const StreamRow& stream, std::size_t count) {
  ASSERT_EQ(stream.open.size(), count);
  HashKey next = 0;
  for (const std::size_t place : stream.open) {
    const ShardRow& shard = stream.shards[place];
    EXPECT_TRUE(shard.begin == next);
    next = shard.end + 1;
    EXPECT_EQ(stream.shard_of(shard.begin).number, shard.number);
    EXPECT_EQ(stream.shard_of(shard.end).number, shard.number);
  }
  EXPECT_TRUE(next == 0);  // past the last of all keys
}

TEST(ReshapeTest, ShardsAreOfTheSameSize) {
  StreamRow stream;
  make_shards(stream, 2, kNow);
  expect_whole(stream, 2);
  EXPECT_EQ(to_text(stream.shards[0].end), "170141183460469231731687303715884105727");
  StreamRow thirds;
  make_shards(thirds, 3, kNow);
  expect_whole(thirds, 3);
  EXPECT_EQ(to_text(thirds.shards[0].end), "113427455640312821154458202477256070484");
  StreamRow one;
  make_shards(one, 1, kNow);
  expect_whole(one, 1);
}

TEST(ReshapeTest, SplitsAndMergesKeepTheirParents) {
  StreamRow stream;
  make_shards(stream, 1, kNow);
  split(stream, 0, 1000, kNow);
  expect_whole(stream, 2);
  EXPECT_EQ(stream.shards[1].parent, 0U);
  EXPECT_EQ(stream.shards[2].parent, 0U);
  EXPECT_TRUE(stream.shards[2].begin == 1000);
  EXPECT_LT(*stream.shards[0].ending(), stream.shards[1].starting());
  merge(stream, 1, 2, kNow);
  expect_whole(stream, 1);
  EXPECT_EQ(stream.shards[3].parent, 1U);
  EXPECT_EQ(stream.shards[3].adjacent, 2U);
  EXPECT_LT(*stream.shards[2].ending(), stream.shards[3].starting());
}

TEST(ReshapeTest, ScalesToAnyCount) {
  StreamRow stream;
  make_shards(stream, 4, kNow);
  for (const std::int64_t count : {8, 4, 3, 5, 10, 7, 1, 2}) {
    scale(stream, count, kNow);
    expect_whole(stream, static_cast<std::size_t>(count));
    StreamRow fresh;
    make_shards(fresh, count, kNow);
    for (std::size_t i = 0; i < fresh.open.size(); ++i) {
      EXPECT_TRUE(fresh.shards[fresh.open[i]].end == stream.shards[stream.open[i]].end);
    }
  }
}

}  // namespace
}  // namespace orrery::kinesis
