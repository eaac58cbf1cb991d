#include "services/lambda/event_sources/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

using testing::ElementsAre;
using Kind = Attempted::Kind;

const Instant kNow = instant_from_ms(1'767'225'600'000);
const std::vector<std::string> kFour{"10", "20", "30", "40"};
const Position kWhole = Position::after("45");

Following after(const Lane& lane, const std::vector<std::string>& batch, Attempted attempted,
                FailurePolicy policy = {}) {
  return follow(lane, batch, kWhole, attempted, policy, kNow);
}

TEST(Lane, NumbersCompareByValue) {
  EXPECT_TRUE(comes_before("9", "10"));
  EXPECT_FALSE(comes_before("10", "9"));
  EXPECT_FALSE(comes_before("007", "7"));
  EXPECT_TRUE(comes_before(Position(), Position::after("0")));
  EXPECT_TRUE(comes_before(Position::after("7"), Position{Position::Kind::End, {}, {}}));
}

TEST(Lane, SuccessMovesBehindEverythingLookedAt) {
  const Following next = after({}, kFour, {});
  EXPECT_EQ(next.lane.position, kWhole);
  EXPECT_TRUE(next.lane.ends.empty());
  EXPECT_FALSE(next.given_up_from);
}

TEST(Lane, FailureIsTriedAgainWithTheSameRecords) {
  const Following once = after({}, kFour, {Kind::Failed, 0});
  EXPECT_EQ(once.lane.position, Position());
  EXPECT_THAT(once.lane.ends, ElementsAre("40"));
  EXPECT_EQ(once.lane.retry_at, kNow + std::chrono::seconds(1));
  const Following twice = after(once.lane, kFour, {Kind::Failed, 0});
  EXPECT_EQ(twice.lane.retry_at, kNow + std::chrono::seconds(2));
  EXPECT_THAT(twice.lane.ends, ElementsAre("40"));
  const Following done = after(twice.lane, kFour, {});
  EXPECT_EQ(done.lane.position, Position::after("40"));
  EXPECT_TRUE(done.lane.ends.empty());
  EXPECT_EQ(done.lane.attempts, 0);
}

TEST(Lane, RetriesEnd) {
  const FailurePolicy policy{false, 1, -1};
  const Following once = after({}, kFour, {Kind::Failed, 0}, policy);
  EXPECT_FALSE(once.given_up_from);
  const Following twice = after(once.lane, kFour, {Kind::Failed, 0}, policy);
  EXPECT_EQ(twice.given_up_from, 0U);
  EXPECT_EQ(twice.lane.position, Position::after("40"));
  EXPECT_EQ(after({}, kFour, {Kind::Failed, 0}, {false, 0, -1}).given_up_from, 0U);
}

TEST(Lane, ThrottlesAreNoAttempts) {
  Lane lane;
  for (int i = 0; i < 5; ++i) lane = after(lane, kFour, {Kind::NotRun, 0}, {false, 0, -1}).lane;
  EXPECT_EQ(lane.attempts, 0);
  EXPECT_EQ(lane.retry_at, kNow + std::chrono::seconds(16));
}

TEST(Lane, AHalfThatFailedIsHalvedOnUntilOneRecordIsLeft) {
  const FailurePolicy policy{true, 0, -1};
  Lane lane = after({}, kFour, {Kind::Failed, 0}, policy).lane;
  EXPECT_THAT(lane.ends, ElementsAre("40", "20"));
  EXPECT_FALSE(lane.retry_at);
  lane = after(lane, {"10", "20"}, {Kind::Failed, 0}, policy).lane;
  EXPECT_THAT(lane.ends, ElementsAre("40", "20", "10"));
  const Following poisoned = after(lane, {"10"}, {Kind::Failed, 0}, policy);
  EXPECT_EQ(poisoned.given_up_from, 0U);
  EXPECT_EQ(poisoned.lane.position, Position::after("10"));
  EXPECT_THAT(poisoned.lane.ends, ElementsAre("40", "20"));
  lane = after(poisoned.lane, {"20"}, {}, policy).lane;
  EXPECT_THAT(lane.ends, ElementsAre("40"));
  lane = after(lane, {"30", "40"}, {}, policy).lane;
  EXPECT_EQ(lane.position, Position::after("40"));
  EXPECT_TRUE(lane.ends.empty());
}

TEST(Lane, APartialSuccessGoesOnWithTheFirstFailure) {
  const FailurePolicy policy{true, 1, -1};
  const Following next = after({}, kFour, {Kind::Failed, 2}, policy);
  EXPECT_EQ(next.lane.position, Position::after("20"));
  EXPECT_THAT(next.lane.ends, ElementsAre("40"));
  EXPECT_EQ(next.lane.attempts, 1);
  const Following given_up = after(next.lane, {"30", "40"}, {Kind::Failed, 1}, policy);
  EXPECT_EQ(given_up.given_up_from, 1U);
  EXPECT_EQ(given_up.lane.position, Position::after("40"));
}

TEST(Lane, WhatIsTooOldLeavesTheRestOfTheBatch) {
  Lane lane;
  lane.ends = {"40", "20"};
  lane.attempts = 3;
  const Lane part = give_up(lane, "10");
  EXPECT_EQ(part.position, Position::after("10"));
  EXPECT_THAT(part.ends, ElementsAre("40", "20"));
  EXPECT_THAT(give_up(lane, "20").ends, ElementsAre("40"));
}

TEST(Lane, RowsComeBackAsTheyWere) {
  Lane lane;
  lane.position = Position::after("123456789012345678901");
  lane.ends = {"9", "8"};
  lane.attempts = 2;
  lane.stalls = 1;
  lane.retry_at = kNow;
  lane.window_start = kNow;
  lane.window_state = json::object{{"sum", 5}};
  lane.of = 4;
  const auto read = decode_lane(encode_lane(lane));
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_lane(*read), encode_lane(lane));
}

TEST(Lane, KeysFallToLanesEvenly) {
  std::vector<int> count(10);
  for (int i = 0; i < 10'000; ++i) ++count[static_cast<std::size_t>(lane_of("key-" + std::to_string(i), 10))];
  for (const int one : count) EXPECT_NEAR(one, 1000, 200);
  EXPECT_EQ(lane_of("x", 1), 0);
}

TEST(Lane, OtherNumbersOfLanesBeginWhereTheLeastStood) {
  Lane ahead, behind;
  ahead.position = Position::after("20");
  behind.position = Position::after("5");
  EXPECT_EQ(earliest({ahead, behind}), Position::after("5"));
  EXPECT_EQ(earliest({}), Position());
}

}  // namespace
}  // namespace orrery::lambda
