#include "services/cloudwatch/metrics/labels.h"

#include <gtest/gtest.h>

namespace orrery::cloudwatch {
namespace {

constexpr std::int64_t kNoon_s = 1'772'366'400;  // 2026-03-01T12:00:00Z
const LabelPlace kPlace{instant_from_ms((kNoon_s + 600) * 1000), 0};

math::Series series() {
  math::Series out;
  out.period_s = 60;
  out.points = {{kNoon_s, 2}, {kNoon_s + 60, 9.5}, {kNoon_s + 180, 1}, {kNoon_s + 300, 3}};
  MetricName metric{"000000000000", "us-east-1", "App", "Hits", {{"Page", "a"}}};
  out.source = std::make_shared<const math::Source>(math::Source{std::move(metric), "Sum"});
  return out;
}

std::string filled(std::string_view pattern, const LabelPlace& place = kPlace) {
  return fill_label(pattern, "Hits", series(), place);
}

TEST(Labels, TellOfTheData) {
  EXPECT_EQ(filled("[avg: ${AVG}, ${SUM} of ${DATAPOINT_COUNT}] ${LABEL}"), "[avg: 3.875, 15.5 of 4] Hits");
  EXPECT_EQ(filled("${MIN} ${MAX} ${FIRST} ${LAST}"), "1 9.5 2 3");
  EXPECT_EQ(filled("${FIRST_LAST_RANGE} ${MIN_MAX_RANGE}"), "1 8.5");
  EXPECT_EQ(filled("${FIRST_LAST_TIME_RANGE} ${MIN_MAX_TIME_RANGE}"), "5m 2m");
  EXPECT_EQ(filled("${FIRST_TIME}, ${MAX_TIME}"), "2026-03-01 12:00:00, 2026-03-01 12:01:00");
  EXPECT_EQ(filled("${LAST_TIME}", {kPlace.now, -12 * 3600}), "2026-03-01 00:05:00");
  EXPECT_EQ(filled("${MIN_TIME_RELATIVE} ${LAST_TIME_RELATIVE}"), "7m 5m");
}

TEST(Labels, TellOfTheMetric) {
  EXPECT_EQ(filled("${PROP('Namespace')}/${PROP('MetricName')} ${PROP('Dim.Page')}${PROP('Dim.None')}"), "App/Hits a");
  EXPECT_EQ(filled("${PROP('Stat')} ${PROP('Period')} ${PROP('Region')} ${PROP('AccountId')}"),
            "Sum 60 us-east-1 000000000000");
}

TEST(Labels, KeepWhatIsNoValue) {
  for (const std::string_view text : {"plain", "${avg}", "${", "${}", "$AVG", "${FIRST_}", "${PROP('')}", "${PROP('",
                                      "${PROP(')}", "${AVG", "${MAX_TIME_RANGE}", "50 % {x}"}) {
    EXPECT_EQ(filled(text), text);
  }
  EXPECT_EQ(fill_label("${AVG}|${DATAPOINT_COUNT}|${LAST_TIME}|${x}|${PROP('Stat')}", "l", math::Series(), kPlace),
            "|0||${x}|");
}

TEST(Labels, StandBeforeTheNamesOfMany) {
  using Type = math::Value::Type;
  EXPECT_EQ(label_of({}, Type::Series, "Hits", series(), kPlace), "Hits");
  EXPECT_EQ(label_of("All", Type::Series, "Hits", series(), kPlace), "All");
  EXPECT_EQ(label_of("All", Type::List, "Hits", series(), kPlace), "All Hits");
  EXPECT_EQ(label_of("max ${MAX}", Type::List, "Hits", series(), kPlace), "max 9.5");
}

TEST(Labels, TakeOffsets) {
  EXPECT_EQ(parse_offset("+0130"), 5400);
  EXPECT_EQ(parse_offset("-0800"), -8 * 3600);
  for (const std::string_view text : {"", "0130", "+130", "+01:30", "+2460", "+01x0"}) {
    EXPECT_FALSE(parse_offset(text)) << text;
  }
}

}  // namespace
}  // namespace orrery::cloudwatch
