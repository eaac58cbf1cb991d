#include "services/scheduler/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::scheduler {
namespace {

using testing::ElementsAre;

Instant at(const std::string& text) { return *parse_iso8601(text); }

Timing timing(const std::string& expression, const std::string& zone = "UTC") {
  Timing out;
  out.expression = expression;
  out.zone = zone;
  return out;
}

std::vector<std::string> ticks(const Timing& timing, const std::string& begun, std::size_t most) {
  const Plan plan = *plan_of(timing);
  std::vector<std::string> out;
  for (auto tick = first_tick(plan, at(begun)); tick && out.size() < most; tick = next_tick(plan, *tick)) {
    out.push_back(iso8601_seconds(*tick));
  }
  return out;
}

TEST(Timing, ARateBeginsAtOnceAndADayHas24Hours) {
  Timing daily = timing("rate(1 days)", "Europe/Berlin");
  daily.anchor = at("2026-03-28T12:00:00Z");
  EXPECT_THAT(ticks(daily, "2026-03-28T12:00:00Z", 3),
              ElementsAre("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", "2026-03-30T12:00:00Z"));
  // Later looks find the same grid.
  EXPECT_THAT(ticks(daily, "2026-03-30T11:00:00Z", 1), ElementsAre("2026-03-30T12:00:00Z"));
}

TEST(Timing, ARateCountsFromItsStart) {
  Timing often = timing("rate(5 minutes)");
  often.anchor = at("2026-01-01T00:00:00Z");
  often.start = at("2026-01-01T00:07:30Z");
  often.end = at("2026-01-01T00:17:30Z");
  EXPECT_THAT(ticks(often, "2026-01-01T00:00:00Z", 9),
              ElementsAre("2026-01-01T00:07:30Z", "2026-01-01T00:12:30Z", "2026-01-01T00:17:30Z"));
}

TEST(Timing, CronIsBetweenStartAndEnd) {
  Timing hourly = timing("cron(0 * * * ? *)");
  hourly.start = at("2026-01-01T02:00:00Z");
  hourly.end = at("2026-01-01T03:59:00Z");
  EXPECT_THAT(ticks(hourly, "2026-01-01T00:00:00Z", 9), ElementsAre("2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z"));
  EXPECT_THAT(ticks(timing("cron(0 * * * ? *)"), "2026-01-01T02:00:00Z", 1), ElementsAre("2026-01-01T03:00:00Z"));
}

TEST(Timing, OneTimeSchedulesIgnoreBothDates) {
  Timing once = timing("at(2026-06-01T08:00:00)", "Europe/Berlin");
  once.start = at("2030-01-01T00:00:00Z");
  once.end = at("2020-01-01T00:00:00Z");
  EXPECT_THAT(ticks(once, "2026-01-01T00:00:00Z", 9), ElementsAre("2026-06-01T06:00:00Z"));
  EXPECT_THAT(ticks(once, "2026-06-01T06:00:00Z", 9), ElementsAre("2026-06-01T06:00:00Z"));
  EXPECT_TRUE(ticks(once, "2026-06-01T06:00:01Z", 9).empty());
}

TEST(Timing, LocalTimesThatAreSkippedOrShownTwice) {
  EXPECT_THAT(ticks(timing("cron(30 2 * * ? *)", "Europe/Berlin"), "2026-03-28T00:00:00Z", 3),
              ElementsAre("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"));
  EXPECT_THAT(ticks(timing("cron(30 2 * * ? *)", "Europe/Berlin"), "2026-10-24T12:00:00Z", 2),
              ElementsAre("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"));
  EXPECT_THAT(ticks(timing("cron(30 1 * * ? *)", "America/New_York"), "2026-10-31T12:00:00Z", 2),
              ElementsAre("2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"));
}

TEST(Timing, WhatIsNotValid) {
  EXPECT_EQ(plan_of(timing("rate(30 seconds)")).error().message, "Invalid Schedule Expression rate(30 seconds).");
  EXPECT_EQ(plan_of(timing("cron(* * * *)")).error().message, "Invalid Schedule Expression cron(* * * *).");
  EXPECT_EQ(plan_of(timing("rate(1 day)", "Mars/Olympus")).error().message,
            "Invalid ScheduleExpressionTimezone Mars/Olympus.");
}

TEST(Window, FollowsFromTheScheduleAndTheTick) {
  const Instant tick = at("2026-01-01T00:00:00Z");
  const char* arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/a";
  EXPECT_EQ(in_window(arn, tick, 0), tick);
  bool moved = false;
  for (int day = 0; day < 50; ++day) {
    const Instant one = tick + std::chrono::hours(24 * day);
    const Instant then = in_window(arn, one, 15);
    EXPECT_EQ(then, in_window(arn, one, 15));
    EXPECT_GE(then, one);
    EXPECT_LT(then, one + std::chrono::minutes(15));
    moved = moved || then != one;
  }
  EXPECT_TRUE(moved);
}

}  // namespace
}  // namespace orrery::scheduler
