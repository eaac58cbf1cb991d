#include "services/kinesis/records/log.h"

#include "services/kinesis/records/reading.h"
#include "services/sequencer.h"

#include <gtest/gtest.h>

namespace orrery::kinesis {
namespace {

Instant at_s(std::int64_t seconds) { return instant_from_ms(1'767'225'600'000 + seconds * 1000); }

class LogTest : public testing::Test {
 protected:
  void put(std::uint64_t index, Instant at) {
    ASSERT_TRUE(store->transact([&](Transaction& tx) {
      const LoggedRecord record{index, at, false, "key", "data"};
      return tx.put(record_key(7, 3, index), encode_logged(record));
    }));
  }
  std::uint64_t since(std::int64_t seconds) { return *first_since(*store->snapshot(), place, at_s(seconds)); }

  std::unique_ptr<Store> store = make_memory_store();
  const Place place{7, 3};
};

TEST_F(LogTest, RecordsComeBackAsTheyWere) {
  const std::string value = encode_logged({5, at_s(1), true, "k", std::string_view("a\0b", 3)});
  const auto record = decode_logged(record_key(7, 3, 5), value);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->index, 5U);
  EXPECT_EQ(record->at, at_s(1));
  EXPECT_TRUE(record->encrypted);
  EXPECT_EQ(record->partition_key, "k");
  EXPECT_EQ(record->data, std::string_view("a\0b", 3));
  EXPECT_FALSE(decode_logged(record_key(7, 3, 5), encode_logged({5, at_s(1), false, {}, "d"}))->partition_key);
  EXPECT_FALSE(decode_logged(record_key(7, 3, 5), "rubbish"));
}

TEST_F(LogTest, TheFirstSinceATimeIsFoundAcrossGaps) {
  EXPECT_EQ(since(0), 1U);
  EXPECT_FALSE(*last_record(*store->snapshot(), place));
  const std::pair<std::uint64_t, std::int64_t> records[] = {{2, 10}, {3, 10}, {9, 20}, {10, 30}, {40, 40}};
  for (const auto& [index, time] : records) put(index, at_s(time));
  EXPECT_EQ((*last_record(*store->snapshot(), place))->index, 40U);
  EXPECT_EQ(since(41), 41U);
  // Of the gap before a record any place will do.
  struct Case {
    std::int64_t time;
    std::uint64_t least, most;
  };
  for (const auto& [time, least, most] :
       std::vector<Case>{{0, 1, 2}, {10, 1, 2}, {11, 4, 9}, {30, 10, 10}, {31, 11, 40}}) {
    EXPECT_GE(since(time), least) << time;
    EXPECT_LE(since(time), most) << time;
  }
}

TEST_F(LogTest, ReadingPassesOverWhatIsTooOld) {
  StreamRow stream;
  stream.number = 7;
  ShardRow shard;
  shard.number = 3;
  put(1, at_s(0));
  put(2, at_s(10));
  put(3, at_s(20));
  const auto read = [&](std::uint64_t from, std::size_t limit, Instant now) {
    ReadLimits limits;
    limits.records = limit;
    return *read_records(*store->snapshot(), stream, shard, from, limits, now);
  };
  EXPECT_EQ(read(0, 10, at_s(20)).records.size(), 3U);
  EXPECT_EQ(read(0, 2, at_s(20)).next, 3U);
  EXPECT_EQ(read(0, 2, at_s(20)).behind_ms, 10'000);
  EXPECT_EQ(read(3, 2, at_s(20)).behind_ms, 0);
  const Instant a_day_later = at_s(24 * 3600 + 5);
  const auto rest = read(0, 10, a_day_later);
  ASSERT_EQ(rest.records.size(), 2U);
  EXPECT_EQ(rest.records[0].SequenceNumber, shard.sequence_number(2, at_s(10)));
  shard.closed = a_day_later;
  EXPECT_TRUE(read(4, 10, a_day_later).ended);
  EXPECT_FALSE(read(2, 1, a_day_later).ended);
}

TEST_F(LogTest, PlacesRiseAndGoOnAfterARestart) {
  const auto take = [&](Sequencer& sequencer, std::uint64_t count, Instant now) {
    return *store->transact([&](Transaction& tx) { return sequencer.take(tx, counter_key(7, 3), count, now); });
  };
  Sequencer first;
  EXPECT_EQ(take(first, 5, at_s(10)).first, 1U);
  EXPECT_EQ(take(first, 1, at_s(20)).first, 6U);
  EXPECT_EQ(take(first, 0, at_s(20)).first, 7U);
  EXPECT_EQ(take(first, 1, at_s(5)).at, at_s(20));  // times never go back
  Sequencer second;
  EXPECT_EQ(take(second, 1, at_s(5)).first, 8U);
  EXPECT_EQ(take(second, 1, at_s(5)).at, at_s(20));
}

}  // namespace
}  // namespace orrery::kinesis
