#include "base/time.h"

#include <gtest/gtest.h>

namespace orrery {
namespace {

TEST(Time, PrintsTheFormsTheServicesUse) {
  const Instant t = *parse_iso8601("2026-03-01T17:00:05.120Z");
  EXPECT_EQ(epoch_ms(t), 1772384405120);
  EXPECT_EQ(iso8601_seconds(t), "2026-03-01T17:00:05Z");
  EXPECT_EQ(iso8601_millis(t), "2026-03-01T17:00:05.120Z");
  EXPECT_EQ(iso8601_basic(t), "20260301T170005Z");
  EXPECT_EQ(http_date(t), "Sun, 01 Mar 2026 17:00:05 GMT");
  EXPECT_EQ(iso8601_seconds(instant_from_ms(-1)), "1969-12-31T23:59:59Z");
}

TEST(Time, ReadsZonesAndFractions) {
  EXPECT_EQ(parse_iso8601("2026-03-01T18:00:00+01:00"), parse_iso8601("2026-03-01T17:00Z"));
  EXPECT_EQ(parse_iso8601("2026-03-01"), parse_iso8601("2026-03-01T00:00:00Z"));
  EXPECT_EQ(parse_iso8601_basic("20260301T170005Z"), parse_iso8601("2026-03-01T17:00:05Z"));
  EXPECT_EQ(parse_http_date("Sun, 01 Mar 2026 17:00:05 GMT"), parse_iso8601("2026-03-01T17:00:05Z"));
  for (const char* bad : {"", "2026", "2026-02-30", "2026-03-01T", "2026-03-01T25:00Z", "2026-03-01T17:00:00.Z",
                          "2026-03-01T17:00:00Zx"}) {
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
  }
}

TEST(Time, DurationsInBothForms) {
  EXPECT_EQ(parse_duration("90s"), Millis(90'000));
  EXPECT_EQ(parse_duration("6m30s"), Millis(390'000));
  EXPECT_EQ(parse_duration("7d"), Millis(604'800'000));
  EXPECT_EQ(parse_duration("250ms"), Millis(250));
  EXPECT_EQ(parse_duration("PT1H30M"), Millis(5'400'000));
  EXPECT_EQ(parse_duration("P7D"), Millis(604'800'000));
  EXPECT_EQ(parse_duration("P1DT12H"), Millis(129'600'000));
  for (const char* bad : {"", "P", "PT", "5", "s", "-5s", "P1M", "PT1D", "1H", "5x", "99999999999999999d", "1h-2m"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
  EXPECT_EQ(format_duration(Millis(5'400'000)), "1h30m");
  EXPECT_EQ(format_duration(Millis(0)), "0s");
}

}  // namespace
}  // namespace orrery
