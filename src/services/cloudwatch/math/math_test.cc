#include "services/cloudwatch/math/search.h"
#include "services/cloudwatch/math/value.h"

#include <gtest/gtest.h>

namespace orrery::cloudwatch::math {
namespace {

Scope scope() {
  Scope scope;
  scope.end_s = 180;
  scope.resolve = [](const std::string& id) -> Result<Value> {
    Series series;
    series.id = id;
    if (id == "a") series.points = {{0, 1}, {60, 2}, {120, 3}};
    if (id == "b") series.points = {{60, 0}, {120, 4}};
    return Value::of(std::move(series));
  };
  return scope;
}

std::string shown(std::string_view text) {
  const auto tree = parse(text);
  if (!tree) return "refused";
  const auto value = evaluate(*tree, scope());
  if (!value) return "failed";
  if (value->type == Value::Type::Scalar) return std::to_string(static_cast<int>(value->scalar));
  std::string out;
  for (const Series& series : value->series) {
    for (const auto& [at, number] : series.points) {
      out += std::to_string(at) + ":" + std::to_string(static_cast<int>(number)) + " ";
    }
  }
  return out;
}

TEST(Math, BindsOperatorsAsDocumented) {
  EXPECT_EQ(shown("1 + 2 * 3 ^ 2"), "19");
  EXPECT_EQ(shown("2 ^ 3 ^ 2"), "512");
  EXPECT_EQ(shown("-2 ^ 2"), "-4");
  EXPECT_EQ(shown("1 + 1 == 2 AND 3 > 4 OR 1"), "1");
  EXPECT_EQ(shown("10 - 2 - 3"), "5");
}

TEST(Math, JoinsOnTimes) {
  EXPECT_EQ(shown("a + b"), "60:2 120:7 ");
  EXPECT_EQ(shown("a / b"), "120:0 ");
  EXPECT_EQ(shown("SUM([a, b])"), "0:1 60:2 120:7 ");
  EXPECT_EQ(shown("FILL(b, 9)"), "0:9 60:0 120:4 ");
  EXPECT_EQ(shown("IF(a > 1, a, b)"), "60:2 120:3 ");
}

TEST(Math, RefusesWhatItDoesNotKnow) {
  for (const std::string_view text : {"", "a +", "FOO(a)", "SUM()", "SUM(a", "a $ b", "'open", "1 2", "[a", "sum(a)"}) {
    EXPECT_EQ(shown(text), "refused") << text;
  }
  EXPECT_EQ(shown("RATE(1)"), "failed");
  EXPECT_EQ(shown(std::string(10'000, '(')), "refused");
  EXPECT_EQ(shown(std::string(10'000, '-') + "1"), "refused");
}

bool matches(std::string_view text) {
  const auto search = Search::parse(text);
  return search && search->matches({"1", "r", "AWS/Lambda", "Errors", {{"FunctionName", "export-table"}}});
}

TEST(Search, Terms) {
  EXPECT_TRUE(matches(""));
  EXPECT_TRUE(matches("{AWS/Lambda,FunctionName}"));
  EXPECT_FALSE(matches("{AWS/Lambda}"));
  EXPECT_TRUE(matches("{AWS/Lambda,FunctionName} MetricName=\"Errors\""));
  EXPECT_FALSE(matches("MetricName=\"Error\""));
  EXPECT_TRUE(matches("error EXPORT"));
  EXPECT_FALSE(matches("error NOT export"));
  EXPECT_TRUE(matches("nothing OR (errors AND FunctionName=export)"));
  EXPECT_FALSE(matches("FunctionName=(left OR right)"));
  for (const std::string_view text : {"(", "{a", "NOT", "a AND", "\"open"}) EXPECT_FALSE(Search::parse(text)) << text;
}

}  // namespace
}  // namespace orrery::cloudwatch::math
