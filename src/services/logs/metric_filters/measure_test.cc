#include "services/logs/metric_filters/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::logs {
namespace {

using testing::ElementsAre;
using testing::Pair;

Result<Measure> measure(const std::string& pattern, const std::string& value,
                        std::map<std::string, std::string> dimensions = {}) {
  MetricTransformation transformation;
  transformation.metricName = "m";
  transformation.metricNamespace = "n";
  transformation.metricValue = value;
  if (!dimensions.empty()) transformation.dimensions = std::move(dimensions);
  return Measure::parse(pattern, transformation);
}

TEST(MeasureTest, ANumberCountsEachMatch) {
  const auto counted = *measure("ERROR", "2.5");
  EXPECT_EQ(counted.of("an ERROR")->value, 2.5);
  EXPECT_FALSE(counted.of("fine"));
}

TEST(MeasureTest, FieldsNeedNotBeInThePattern) {
  const auto timed = *measure("{ $.ok IS FALSE }", "$.times[1]", {{"Host", "$.host"}, {"Zone", "$.zone"}});
  const auto found = timed.of(R"({"ok": false, "times": [1, 7], "host": "a"})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, 7);
  EXPECT_THAT(found->dimensions, ElementsAre(Pair("Host", "a")));
  EXPECT_FALSE(timed.of(R"({"ok": false, "times": [1, "x"]})"));
  EXPECT_FALSE(timed.of(R"({"ok": false})"));
  EXPECT_FALSE(timed.of(R"({"ok": true, "times": [1, 7]})"));
}

TEST(MeasureTest, ColumnsByNameAndNumber) {
  EXPECT_EQ(measure("[ip, status, bytes]", "$bytes")->of("1.2.3.4 200 512")->value, 512);
  EXPECT_EQ(measure("[ip, , bytes]", "$2")->of("1.2.3.4 200 512")->value, 200);
  EXPECT_FALSE(measure("[ip, status, bytes]", "$bytes")->of("1.2.3.4 200 nan"));
}

TEST(MeasureTest, WhatCannotBe) {
  EXPECT_FALSE(measure("ERROR", "$.a"));
  EXPECT_FALSE(measure("{ $.a = 1 }", "inf"));
  EXPECT_FALSE(measure("{ $.a = 1 }", "$"));
  EXPECT_FALSE(measure("{ $.a = 1 }", "$.a = 1 && $.b"));
  EXPECT_FALSE(measure("{ $.a = 1", "1"));
}

}  // namespace
}  // namespace orrery::logs
