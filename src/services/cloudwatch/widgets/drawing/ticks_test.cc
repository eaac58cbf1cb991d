#include "services/cloudwatch/widgets/drawing/ticks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::cloudwatch::widgets {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(const Scale& scale) {
  std::vector<std::string> out;
  out.reserve(scale.ticks.size());
  for (const double tick : scale.ticks) out.push_back(tick_text(tick, scale.step));
  return out;
}

std::vector<std::string> texts(const std::vector<TimeTick>& ticks) {
  std::vector<std::string> out;
  out.reserve(ticks.size());
  for (const TimeTick& tick : ticks) out.push_back(tick.text);
  return out;
}

TEST(ValueScale, TakesRoundSteps) {
  const Scale scale = value_scale(3, 97, {}, {}, 5);
  EXPECT_EQ(scale.low, 0);
  EXPECT_EQ(scale.high, 100);
  EXPECT_THAT(texts(scale), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(texts(value_scale(0.1, 0.22, {}, {}, 5)),
              ElementsAre("0.100", "0.125", "0.150", "0.175", "0.200", "0.225"));
  EXPECT_THAT(texts(value_scale(-1.2e6, 8e5, {}, {}, 4)), ElementsAre("-1.5M", "-1.0M", "-500k", "0", "500k", "1.0M"));
}

TEST(ValueScale, KeepsFixedEnds) {
  const Scale scale = value_scale(10, 20, 3, 33, 3);
  EXPECT_EQ(scale.low, 3);
  EXPECT_EQ(scale.high, 33);
  EXPECT_THAT(texts(scale), ElementsAre("10", "20", "30"));
  const Scale above = value_scale(1, 2, 50, {}, 4);  // all of it lies below
  EXPECT_EQ(above.low, 50);
  EXPECT_GT(above.high, 50);
  const Scale below = value_scale(100, 200, {}, 50, 4);
  EXPECT_EQ(below.high, 50);
  EXPECT_LT(below.low, 50);
}

TEST(ValueScale, MakesRoomAroundOneValue) {
  const Scale scale = value_scale(5, 5, {}, {}, 4);
  EXPECT_LT(scale.low, 5);
  EXPECT_GT(scale.high, 5);
  EXPECT_THAT(value_scale(0, 0, {}, {}, 4).low, DoubleEq(0));
  for (const double value : {1e150, -1e150, 1e-150, 1e15, 0.1}) {
    const Scale one = value_scale(value, value, {}, {}, 5);
    EXPECT_LT(one.low, one.high) << value;
    EXPECT_LE(one.ticks.size(), 15U) << value;
  }
  // Nearer to each other than numbers of that size can be told apart.
  EXPECT_LE(value_scale(0, 0, 1e15, 1e15 + 0.5, 5).ticks.size(), 15U);
}

TEST(TimeTicks, StandAtRoundTimes) {
  constexpr std::int64_t kNoon = 1'772'366'400;  // 2026-03-01T12:00:00Z
  EXPECT_THAT(texts(time_ticks(kNoon - 10'790, kNoon + 10, 0, 4)), ElementsAre("10:00", "11:00", "12:00"));
  EXPECT_THAT(texts(time_ticks(kNoon, kNoon + 60, 0, 5)),
              ElementsAre("12:00:00", "12:00:15", "12:00:30", "12:00:45", "12:01:00"));
  EXPECT_THAT(texts(time_ticks(kNoon, kNoon + 86'400, 0, 3)), ElementsAre("12:00", "03/02", "12:00"));
  EXPECT_THAT(texts(time_ticks(kNoon, kNoon + 3600, 5400, 3)), ElementsAre("13:30", "14:00", "14:30"));
  EXPECT_THAT(texts(time_ticks(kNoon, kNoon + 604'800, -3600, 4)), ElementsAre("03/02", "03/04", "03/06", "03/08"));
  EXPECT_LE(time_ticks(0, 253'402'300'799, 0, 5).size(), 6U);
  EXPECT_THAT(time_ticks(5, 5, 0, 5), IsEmpty());
}

TEST(Numbers, AreShort) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(42), "42");
  EXPECT_EQ(short_number(1234.5), "1.23k");
  EXPECT_EQ(short_number(-98'765'432), "-98.8M");
  EXPECT_EQ(short_number(0.12345), "0.1235");
  EXPECT_EQ(short_number(1e-7), "1e-07");
  EXPECT_EQ(full_number(1234.5), "1234.5");
  EXPECT_EQ(tick_text(2500, 2500), "2.5k");
  EXPECT_EQ(tick_text(1e-20, 0.1), "0");
}

}  // namespace
}  // namespace orrery::cloudwatch::widgets
