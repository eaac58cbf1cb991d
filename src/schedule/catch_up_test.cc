#include "schedule/catch_up.h"

#include <gtest/gtest.h>

namespace orrery::schedule {
namespace {

Instant at(std::string_view text) { return *parse_iso8601(text); }

std::string tick(std::string_view expression, std::string_view policy, std::string_view due, std::string_view now,
                 std::optional<Instant> end = std::nullopt) {
  Schedule schedule = *parse(expression, Dialect::Scheduler);
  schedule.anchor = at("2026-01-01T00:00:00Z");
  const auto found = caught_up({schedule, at(due), at(now), end}, *parse_catch_up(policy));
  return found ? iso8601_seconds(*found) : "-";
}

TEST(CatchUp, Policies) {
  EXPECT_EQ(parse_catch_up("none"), (CatchUp{CatchUp::Kind::None, {}}));
  EXPECT_EQ(parse_catch_up("all:1h30m"), (CatchUp{CatchUp::Kind::All, std::chrono::minutes(90)}));
  for (const char* text : {"none", "latest", "all:1d"}) EXPECT_EQ(to_text(*parse_catch_up(text)), text);
  for (const char* text : {"", "all", "all:", "all:0s", "All:1h", "latest ", "all:-1h", "last"}) {
    EXPECT_FALSE(parse_catch_up(text)) << text;
    EXPECT_FALSE(check_catch_up_tag({{"orrery:catch-up", text}})) << text;
  }
  EXPECT_TRUE(check_catch_up_tag({{"other", "all"}}));
  const CatchUp otherwise{CatchUp::Kind::None, {}};
  EXPECT_EQ(catch_up_of({}, otherwise), otherwise);
  EXPECT_EQ(catch_up_of({{"orrery:catch-up", "latest"}}, otherwise), CatchUp());
}

TEST(CatchUp, OfACron) {
  constexpr const char* kDaily = "cron(0 12 * * ? *)";
  EXPECT_EQ(tick(kDaily, "latest", "2026-01-02T12:00:00Z", "2026-01-05T18:00:00Z"), "2026-01-05T12:00:00Z");
  EXPECT_EQ(tick(kDaily, "none", "2026-01-02T12:00:00Z", "2026-01-05T18:00:00Z"), "-");
  EXPECT_EQ(tick(kDaily, "none", "2026-01-02T12:00:00Z", "2026-01-05T12:00:59Z"), "2026-01-05T12:00:00Z");
  EXPECT_EQ(tick(kDaily, "all:7d", "2026-01-02T12:00:00Z", "2026-01-05T18:00:00Z"), "2026-01-02T12:00:00Z");
  EXPECT_EQ(tick(kDaily, "all:48h", "2026-01-02T12:00:00Z", "2026-01-05T18:00:00Z"), "2026-01-04T12:00:00Z");
  EXPECT_EQ(tick(kDaily, "all:1h", "2026-01-02T12:00:00Z", "2026-01-05T18:00:00Z"), "-");
}

TEST(CatchUp, EndsWithTheSchedule) {
  const Instant end = at("2026-01-03T12:00:00Z");
  constexpr const char* kHourly = "rate(1 hour)";
  EXPECT_EQ(tick(kHourly, "latest", "2026-01-02T12:00:00Z", "2026-01-05T18:30:00Z", end), "2026-01-03T12:00:00Z");
  EXPECT_EQ(tick(kHourly, "none", "2026-01-02T12:00:00Z", "2026-01-05T18:00:30Z", end), "-");
  EXPECT_EQ(tick(kHourly, "all:24h", "2026-01-02T12:00:00Z", "2026-01-05T18:00:30Z", end), "-");
  EXPECT_EQ(tick(kHourly, "all:72h", "2026-01-02T12:00:00Z", "2026-01-05T18:00:30Z", end), "2026-01-02T19:00:00Z");
}

TEST(CatchUp, OfWhatRunsOnce) {
  constexpr const char* kOnce = "at(2026-01-02T12:00:00)";
  EXPECT_EQ(tick(kOnce, "latest", "2026-01-02T12:00:00Z", "2026-03-01T00:00:00Z"), "2026-01-02T12:00:00Z");
  EXPECT_EQ(tick(kOnce, "none", "2026-01-02T12:00:00Z", "2026-03-01T00:00:00Z"), "-");
  EXPECT_EQ(tick(kOnce, "all:24h", "2026-01-02T12:00:00Z", "2026-01-03T11:00:00Z"), "2026-01-02T12:00:00Z");
  EXPECT_EQ(tick(kOnce, "all:24h", "2026-01-02T12:00:00Z", "2026-01-03T13:00:00Z"), "-");
}

}  // namespace
}  // namespace orrery::schedule
