#include "schedule/schedule.h"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::schedule {
namespace {

Instant at(std::string_view text) {
  const auto instant = parse_iso8601(text);
  EXPECT_TRUE(instant) << text;
  return instant.value_or(Instant{});
}

Schedule must_parse(std::string_view expression) {
  auto schedule = parse(expression);
  EXPECT_TRUE(schedule.ok()) << expression << ": " << why_invalid(expression);
  return schedule ? *std::move(schedule) : Schedule{Rate{Millis(60'000)}, Instant{}};
}

// The first `count` instants after `after`, as texts, "-" for the end.
std::vector<std::string> firings(std::string_view expression, std::string_view after, int count,
                                 const Zone& zone = Zone::utc()) {
  const Schedule schedule = must_parse(expression);
  std::vector<std::string> out;
  Instant from = at(after);
  for (int i = 0; i < count; ++i) {
    const auto found = next(schedule, from, zone);
    out.push_back(found ? iso8601_seconds(*found) : "-");
    if (!found) break;
    from = *found;
  }
  return out;
}

using Texts = std::vector<std::string>;

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  EXPECT_TRUE(found) << name;
  return found ? *found : Zone::utc();
}

// The examples of docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
TEST(Cron, DocumentedExamples) {
  const char* monday = "2026-03-02T00:00:00Z";
  EXPECT_EQ(firings("cron(0 10 * * ? *)", monday, 2), (Texts{"2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"}));
  EXPECT_EQ(firings("cron(15 12 * * ? *)", monday, 1), (Texts{"2026-03-02T12:15:00Z"}));
  EXPECT_EQ(firings("cron(0 18 ? * MON-FRI *)", "2026-03-05T18:00:00Z", 2),
            (Texts{"2026-03-06T18:00:00Z", "2026-03-09T18:00:00Z"}));
  EXPECT_EQ(firings("cron(0 8 1 * ? *)", monday, 2), (Texts{"2026-04-01T08:00:00Z", "2026-05-01T08:00:00Z"}));
  EXPECT_EQ(firings("cron(0/15 * * * ? *)", "2026-03-02T23:31:00Z", 2),
            (Texts{"2026-03-02T23:45:00Z", "2026-03-03T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0/10 * ? * MON-FRI *)", "2026-03-06T23:50:00Z", 1), (Texts{"2026-03-09T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0/5 8-17 ? * MON-FRI *)", "2026-03-06T17:55:00Z", 1), (Texts{"2026-03-09T08:00:00Z"}));
  EXPECT_EQ(firings("cron(0/30 20-2 ? * MON-FRI *)", "2026-03-02T02:30:00Z", 1), (Texts{"2026-03-02T20:00:00Z"}));
  EXPECT_EQ(firings("cron(0 17 * * ? *)", "2026-03-01T17:00:00Z", 1), (Texts{"2026-03-02T17:00:00Z"}));
  EXPECT_EQ(firings("cron(15 10 ? * 6L 2022-2023)", "2022-01-01T00:00:00Z", 2),
            (Texts{"2022-01-28T10:15:00Z", "2022-02-25T10:15:00Z"}));
}

TEST(Cron, StrictlyAfter) {
  EXPECT_EQ(firings("cron(0 17 * * ? *)", "2026-03-01T16:59:59.999Z", 1), (Texts{"2026-03-01T17:00:00Z"}));
  EXPECT_EQ(firings("cron(0 17 * * ? *)", "2026-03-01T17:00:00.001Z", 1), (Texts{"2026-03-02T17:00:00Z"}));
}

TEST(Cron, Wildcards) {
  const char* start = "2026-01-01T00:00:00Z";
  EXPECT_EQ(firings("cron(0 0 L * ? *)", start, 3),
            (Texts{"2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 L-3 2 ? *)", start, 1), (Texts{"2026-02-25T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 LW * ? *)", start, 2), (Texts{"2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 3W * ? *)", start, 3),  // the 3rd is a Saturday, then a Tuesday, then a Tuesday
            (Texts{"2026-01-02T00:00:00Z", "2026-02-03T00:00:00Z", "2026-03-03T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 1W 8 ? 2026)", start, 2), (Texts{"2026-08-03T00:00:00Z", "-"}));   // Saturday the 1st
  EXPECT_EQ(firings("cron(0 0 31W 5 ? 2026)", start, 2), (Texts{"2026-05-29T00:00:00Z", "-"}));  // Sunday the 31st
  EXPECT_EQ(firings("cron(0 0 ? * 6#3 *)", start, 2), (Texts{"2026-01-16T00:00:00Z", "2026-02-20T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 ? * FRI#5 *)", start, 2), (Texts{"2026-01-30T00:00:00Z", "2026-05-29T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 ? * FRIL *)", start, 2), (Texts{"2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 ? * L *)", start, 2), (Texts{"2026-01-03T00:00:00Z", "2026-01-10T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 ? * fri-mon *)", start, 3),
            (Texts{"2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 1 NOV-FEB ? *)", start, 3),
            (Texts{"2026-02-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 1 1/5 ? *)", start, 3),
            (Texts{"2026-06-01T00:00:00Z", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"}));
  EXPECT_EQ(firings("cron(0 0 1,15 JAN,mar ? 2026,2028)", start, 4),
            (Texts{"2026-01-15T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z", "2028-01-01T00:00:00Z"}));
}

TEST(Cron, Sparse) {
  EXPECT_EQ(firings("cron(0 0 29 2 ? *)", "2096-03-01T00:00:00Z", 1), (Texts{"2104-02-29T00:00:00Z"}));
  EXPECT_EQ(firings("cron(59 23 31 12 ? 2199)", "2026-01-01T00:00:00Z", 2), (Texts{"2199-12-31T23:59:00Z", "-"}));
  EXPECT_EQ(firings("cron(0 0 1 1 ? 1970)", "1960-01-01T00:00:00Z", 2), (Texts{"1970-01-01T00:00:00Z", "-"}));
  EXPECT_EQ(firings("cron(* * * * ? *)", "2199-12-31T23:58:30Z", 2), (Texts{"2199-12-31T23:59:00Z", "-"}));
  const Schedule every = must_parse("cron(* * * * ? *)");
  EXPECT_FALSE(next(every, Instant::max()));
  EXPECT_EQ(next(every, Instant::min()), Instant{});
}

TEST(Cron, Refused) {
  for (const char* text : {"cron()",
                           "cron(0 10 * * ?)",
                           "cron(0 10 * * ? * *)",
                           "cron(0 10 * * * *)",
                           "cron(0 10 ? * ? *)",
                           "cron(60 10 * * ? *)",
                           "cron(0 24 * * ? *)",
                           "cron(0 0 0 * ? *)",
                           "cron(0 0 32 * ? *)",
                           "cron(0 0 1 13 ? *)",
                           "cron(0 0 ? * 8 *)",
                           "cron(0 0 ? * 0 *)",
                           "cron(0 0 1 1 ? 1969)",
                           "cron(0 0 1 1 ? 2200)",
                           "cron(0/0 0 1 1 ? *)",
                           "cron(/5 0 1 1 ? *)",
                           "cron(5/ 0 1 1 ? *)",
                           "cron(0 0 ? * 3#1,6#3 *)",
                           "cron(0 0 ? * 6#6 *)",
                           "cron(0 0 ? * 6#0 *)",
                           "cron(0 0 ? * #3 *)",
                           "cron(0 0 W * ? *)",
                           "cron(0 0 32W * ? *)",
                           "cron(L 0 1 * ? *)",
                           "cron(0 0 1 L ? *)",
                           "cron(? 0 1 * ? *)",
                           "cron(0 0 1,? * ? *)",
                           "cron(0 0 1, * ? *)",
                           "cron(0 0 ,1 * ? *)",
                           "cron(1-2-3 0 1 * ? *)",
                           "cron(-1 0 1 * ? *)",
                           "cron(0 0 1 * ? 2030-2020)",
                           "cron(0 0 30 2 ? *)",
                           "cron(0 0 31 APR,JUN ? *)",
                           "cron(0 0 29 2 ? 2100)",
                           "cron(0 0 1 FOO ? *)",
                           "cron (0 0 1 1 ? *)",
                           "CRON(0 0 1 1 ? *)",
                           "cron(0 0 1 1 ? *",
                           "cron( 0 0 1 1 ? *)",
                           "cron(0 0 1 1 ? * )",
                           "0 0 1 1 ? *",
                           "",
                           "cron(0 0 1 1 ? MON)",
                           "cron(+1 0 1 1 ? *)",
                           "cron(0x1 0 1 1 ? *)",
                           "cron(99999999999 0 1 1 ? *)"}) {
    const auto schedule = parse(text);
    ASSERT_FALSE(schedule.ok()) << text;
    EXPECT_EQ(schedule.error().code, "ValidationException");
    EXPECT_EQ(schedule.error().message, "Parameter ScheduleExpression is not valid.");
    EXPECT_FALSE(why_invalid(text).empty()) << text;
  }
  EXPECT_EQ(why_invalid("cron(0 0 ? * 8 *)"), "cron: day-of-week: '8': not between 1 and 7");
}

TEST(Rate, FromItsAnchor) {
  Schedule schedule = must_parse("rate(5 minutes)");
  schedule.anchor = at("2026-03-01T17:02:03Z");
  EXPECT_EQ(next(schedule, at("2026-03-01T17:02:02Z")), at("2026-03-01T17:02:03Z"));
  EXPECT_EQ(next(schedule, at("2026-03-01T17:02:03Z")), at("2026-03-01T17:07:03Z"));
  EXPECT_EQ(next(schedule, at("2026-03-01T17:07:02.999Z")), at("2026-03-01T17:07:03Z"));
  EXPECT_EQ(next(schedule, at("2036-03-01T17:02:03Z")), at("2036-03-01T17:07:03Z"));
  EXPECT_FALSE(next(schedule, Instant::max()));
  EXPECT_EQ(std::get<Rate>(must_parse("rate(1 minute)").when).every, Millis(60'000));
  EXPECT_EQ(std::get<Rate>(must_parse("rate(1 hour)").when).every, Millis(3'600'000));
  EXPECT_EQ(std::get<Rate>(must_parse("rate(7 days)").when).every, Millis(604'800'000));
}

TEST(Rate, Refused) {
  for (const char* text : {"rate(10 seconds)",
                           "rate(10 years)",
                           "rate(1 minutes)",
                           "rate(1 hours)",
                           "rate(1 days)",
                           "rate(10 minute)",
                           "rate(10 hour)",
                           "rate(10 day)",
                           "rate()",
                           "rate(10)",
                           "rate(10 minutess)",
                           "rate(foo minutes)",
                           "rate(0 minutes)",
                           "rate(-10 minutes)",
                           "rate(10 MINUTES)",
                           "rate( 10 minutes )",
                           " rate(10 minutes)",
                           "rate(5  minutes)",
                           "rate(1.5 hours)",
                           "rate(5 minutes",
                           "rate(99999999999999999999 days)",
                           "rate(9223372036854775807 days)",
                           "rate(100000 days)"}) {
    EXPECT_FALSE(parse(text).ok()) << text;
    EXPECT_FALSE(why_invalid(text).empty()) << text;
  }
}

TEST(Rate, TheSchedulerTakesAnyUnit) {
  for (const char* text : {"rate(1 days)", "rate(1 minutes)", "rate(5 hour)"}) {
    EXPECT_FALSE(parse(text).ok()) << text;
    EXPECT_TRUE(parse(text, Dialect::Scheduler).ok()) << text;
  }
  EXPECT_FALSE(parse("rate(30 seconds)", Dialect::Scheduler).ok());
}

TEST(Latest, TheLastInstantThatWasMissed) {
  const auto at = [](const char* text) { return *parse_iso8601(text); };
  const Schedule cron = must_parse("cron(30 2 * * ? *)");
  EXPECT_EQ(latest(cron, at("2026-01-01T02:30:00Z"), at("2026-05-05T01:00:00Z")), at("2026-05-04T02:30:00Z"));
  EXPECT_EQ(latest(cron, at("2026-03-28T01:30:00Z"), at("2026-03-29T12:00:00Z"), zone("Europe/Berlin")),
            at("2026-03-28T01:30:00Z"));
  EXPECT_EQ(latest(must_parse("rate(7 minutes)"), at("2026-01-01T00:00:00Z"), at("2026-01-01T00:20:00Z")),
            at("2026-01-01T00:14:00Z"));
  EXPECT_EQ(latest(must_parse("at(2026-01-01T00:00:00)"), at("2026-01-01T00:00:00Z"), at("2027-01-01")),
            at("2026-01-01T00:00:00Z"));
}

TEST(At, OnceInItsZone) {
  EXPECT_FALSE(must_parse("at(2026-03-01T17:00:30)").recurring());
  EXPECT_EQ(firings("at(2026-03-01T17:00:30)", "2026-01-01T00:00:00Z", 2), (Texts{"2026-03-01T17:00:30Z", "-"}));
  EXPECT_EQ(firings("at(2026-03-01T17:00:30)", "2026-01-01T00:00:00Z", 2, zone("Europe/Rome")),
            (Texts{"2026-03-01T16:00:30Z", "-"}));
  for (const char* text : {"at(2026-02-30T17:00:00)", "at(2026-03-01 17:00:00)", "at(2026-03-01T17:00)", "at()",
                           "at(2026-03-01T17:00:00Z)", "at(2026-03-01T24:00:00)", "at(2026-03-01T17:00:60)"}) {
    EXPECT_FALSE(parse(text).ok()) << text;
  }
}

TEST(Zones, DaylightSaving) {
  const Zone new_york = zone("America/New_York");
  // 2026-03-08: 02:00 EST becomes 03:00 EDT; a schedule at 02:30 is skipped that day.
  EXPECT_EQ(firings("cron(30 2 * * ? *)", "2026-03-07T00:00:00Z", 3, new_york),
            (Texts{"2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z", "2026-03-10T06:30:00Z"}));
  // 2026-11-01: 02:00 EDT becomes 01:00 EST; a schedule at 01:30 runs once, at the first of the two.
  EXPECT_EQ(firings("cron(30 1 * * ? *)", "2026-10-31T12:00:00Z", 2, new_york),
            (Texts{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}));
  EXPECT_EQ(firings("cron(0/20 * * * ? *)", "2026-11-01T05:40:00Z", 2, new_york),
            (Texts{"2026-11-01T07:00:00Z", "2026-11-01T07:20:00Z"}));
  EXPECT_EQ(firings("cron(0/20 * * * ? *)", "2026-11-01T06:30:00Z", 1, new_york), (Texts{"2026-11-01T07:00:00Z"}));
  EXPECT_EQ(firings("cron(0/20 * * * ? *)", "2026-03-08T06:40:00Z", 2, new_york),
            (Texts{"2026-03-08T07:00:00Z", "2026-03-08T07:20:00Z"}));
  EXPECT_EQ(firings("cron(0 17 * * ? *)", "2026-06-30T12:00:00Z", 1, zone("Asia/Kolkata")),
            (Texts{"2026-07-01T11:30:00Z"}));
  EXPECT_EQ(firings("at(2026-03-08T02:30:00)", "2026-01-01T00:00:00Z", 1, new_york), (Texts{"-"}));
}

TEST(Zones, Names) {
  EXPECT_TRUE(Zone::find("UTC")->is_utc());
  EXPECT_FALSE(zone("Europe/Berlin").is_utc());
  for (const char* name : {"", "Mars/Olympus", "../../../etc/passwd", "Europe", "/etc/localtime"}) {
    EXPECT_FALSE(Zone::find(name)) << name;
  }
}

}  // namespace
}  // namespace orrery::schedule
