#include "services/cloudwatch/widgets/parsing/parse.h"

#include "services/cloudwatch/widgets/parsing/times.h"

#include <gtest/gtest.h>

namespace orrery::cloudwatch::widgets {
namespace {

const Place kPlace{instant_from_ms(1'772'366'400'000), "us-east-1"};  // 2026-03-01T12:00:00Z

constexpr std::string_view kPrefix = "The value for parameter MetricWidget is not valid: ";

Result<Widget> parsed(std::string_view text) { return parse_widget(text, kPlace); }
std::string refusal(std::string_view text) {
  const auto widget = parsed(text);
  return widget ? "none" : widget.error().message.substr(kPrefix.size());
}
// Namespace/name/dimensions
std::string name_of(const Line& line) {
  const Metric& metric = line.query.MetricStat->Metric;
  std::string out = *metric.Namespace + "/" + *metric.MetricName;
  for (const Dimension& dimension : *metric.Dimensions) out += "/" + dimension.Name + "=" + dimension.Value;
  return out;
}

TEST(Widget, HasDefaults) {
  const auto widget = parsed(R"({"metrics": [["App", "Hits"]]})");
  ASSERT_TRUE(widget) << widget.error().message;
  EXPECT_EQ(widget->width, 600);
  EXPECT_EQ(widget->height, 400);
  EXPECT_EQ(widget->end, kPlace.now);
  EXPECT_EQ(widget->end - widget->start, std::chrono::hours(3));
  ASSERT_EQ(widget->lines.size(), 1U);
  EXPECT_EQ(widget->lines[0].query.MetricStat->Stat, "Average");
  EXPECT_EQ(widget->lines[0].query.MetricStat->Period, 300);
  EXPECT_EQ(widget->lines[0].query.Id, "q1");
}

TEST(Widget, ExpandsWhatMetricsLeaveOut) {
  const auto widget = parsed(R"({"period": 60, "stat": "Sum", "metrics": [
      ["App", "Hits", "Page", "a", "Stage", "x", {"id": "q1", "color": "#ff0000", "yAxis": "right", "visible": false}],
      [".", "Misses", ".", "b", ".", ".", {"stat": "p99", "period": 300}],
      ["...", "y"],
      [".", "Hits", "..."],
      [{"expression": "q1 * 2", "label": "twice"}],
      ["..."]]})");
  ASSERT_TRUE(widget) << widget.error().message;
  ASSERT_EQ(widget->lines.size(), 6U);
  EXPECT_EQ(name_of(widget->lines[1]), "App/Misses/Page=b/Stage=x");
  EXPECT_EQ(name_of(widget->lines[2]), "App/Misses/Page=b/Stage=y");
  EXPECT_EQ(name_of(widget->lines[3]), "App/Hits/Page=b/Stage=y");
  EXPECT_EQ(name_of(widget->lines[5]), "App/Hits/Page=b/Stage=y");
  EXPECT_EQ(widget->lines[0].color, (Color{255, 0, 0}));
  EXPECT_EQ(widget->lines[0].side, Side::Right);
  EXPECT_FALSE(widget->lines[0].visible);
  EXPECT_EQ(widget->lines[1].query.MetricStat->Stat, "p99");
  EXPECT_EQ(widget->lines[2].query.MetricStat->Stat, "Sum");
  EXPECT_EQ(widget->lines[4].query.Expression, "q1 * 2");
  EXPECT_EQ(widget->lines[1].query.Id, "q2");  // "q1" is somebody's own
}

TEST(Widget, ReadsAnnotations) {
  const auto widget = parsed(R"({"metrics": [["A", "b"]], "annotations": {
      "horizontal": [{"value": 5, "label": "five", "fill": "above", "yAxis": "right"},
                     [{"value": 1, "color": "#00ff00"}, {"value": 2}], {"value": 9, "visible": false}],
      "vertical": [{"value": "2026-03-01T11:00:00Z", "fill": "before"}], "alarms": ["arn"]}})");
  ASSERT_TRUE(widget) << widget.error().message;
  ASSERT_EQ(widget->horizontal.size(), 2U);
  EXPECT_EQ(widget->horizontal[0].fill, Fill::Above);
  EXPECT_EQ(widget->horizontal[0].side, Side::Right);
  EXPECT_EQ(widget->horizontal[1].other->value, 2);
  ASSERT_EQ(widget->vertical.size(), 1U);
  EXPECT_EQ(widget->vertical[0].edge.value, 1'772'362'800);
  EXPECT_EQ(widget->vertical[0].fill, Fill::Below);
  EXPECT_EQ(widget->alarm, "arn");
}

TEST(Widget, SaysWhatIsWrongAndWhere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "Should be a valid JSON object"},
      {"[]", "Should be object"},
      {"{}", "Should have required property 'metrics'"},
      {R"({"metrics": []})", "/metrics: Should NOT have fewer than 1 items"},
      {R"({"metrics": ["A"]})", "/metrics/0: Should be array"},
      {R"({"metrics": [["A"]]})", "/metrics/0: Should NOT have fewer than 2 items"},
      {R"({"metrics": [["A", "b", "c"]]})", "/metrics/0: Should have a value for each dimension"},
      {R"({"metrics": [["A", 1]]})", "/metrics/0/1: Should be string"},
      {R"({"metrics": [["A", "."]]})", "/metrics/0/1: \".\" has nothing to stand for in the metric before"},
      {R"({"metrics": [["A", "b"], ["c", "d", "...", "e"]]})",
       "/metrics/1: \"...\" has nothing to stand for in the metric before"},
      {R"({"metrics": [["A", "b", {"color": "red"}]]})",
       "/metrics/0/2/color: Should match pattern \"^#[0-9a-fA-F]{6}$\""},
      {R"({"metrics": [["A", "b", {"stat": "Median"}]]})", "/metrics/0/2/stat: Is not a statistic"},
      {R"({"metrics": [["A", "b", {"period": 7}]]})",
       "/metrics/0/2/period: Should be 1, 5, 10, 20, 30 or a multiple of 60"},
      {R"({"metrics": [["A", "b", {"expression": "1"}]]})", "/metrics/0: Should be either a metric or an expression"},
      {R"({"metrics": [["A", "b", {"id": "x"}], ["A", "b", {"id": "x"}]]})",
       "/metrics/1: Should NOT have the id of another metric"},
      {R"({"metrics": [["A", "b", {"region": "eu-west-1"}]]})",
       "/metrics/0/2/region: Should be the region of the request, us-east-1"},
      {R"({"width": 0})", "/width: Should be between 1 and 2000"},
      {R"({"height": 2001})", "/height: Should be between 1 and 2000"},
      {R"({"width": 1.5})", "/width: Should be integer"},
      {R"({"width": "9"})", "/width: Should be number"},
      {R"({"view": "table"})",
       "/view: Should be equal to one of the allowed values: timeSeries, bar, pie, singleValue, gauge"},
      {R"({"view": "gauge"})", "/yAxis/left: Should have required properties 'min' and 'max' in the gauge view"},
      {R"({"yAxis": {"right": {"min": 2, "max": 2}}})", "/yAxis/right: min should be less than max"},
      {R"({"yAxis": {"left": {"max": 1e200}}})", "/yAxis/left/max: Should be between -1e150 and 1e150"},
      {R"({"start": "yesterday"})", "/start: Should be an ISO 8601 time or a relative value such as -PT3H"},
      {R"({"start": "P0D"})", "start should be before end"},
      {R"({"timezone": "CET"})", "/timezone: Should be + or - and four digits, such as +0130"},
      {R"({"metrics": [["A", "b"]], "annotations": {"horizontal": [{"label": "x"}]}})",
       "/annotations/horizontal/0: Should have required property 'value'"},
      {R"({"metrics": [["A", "b"]], "annotations": {"horizontal": [[{"value": 1}]]}})",
       "/annotations/horizontal/0: Should have 2 items"},
      {R"({"metrics": [["A", "b"]], "annotations": {"vertical": [{"value": 3}]}})",
       "/annotations/vertical/0/value: Should be string"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(refusal(text), message) << text;
  EXPECT_EQ(refusal("{" + std::string(200'000, ' ') + "}"), "Should NOT be longer than 102400 bytes");
}

TEST(Moments, AreAbsoluteOrDistances) {
  const auto ago_s = [](std::string_view text) -> std::optional<long long> {
    const auto at = parse_moment(text, kPlace.now);
    if (!at) return std::nullopt;
    return (epoch_ms(kPlace.now) - epoch_ms(*at)) / 1000;
  };
  EXPECT_EQ(ago_s("-PT3H"), 3 * 3600);
  EXPECT_EQ(ago_s("-P1DT12H"), 36 * 3600);
  EXPECT_EQ(ago_s("-P1M"), 30 * 86'400);
  EXPECT_EQ(ago_s("P0D"), 0);
  EXPECT_EQ(ago_s("2026-03-01T11:59:00Z"), 60);
  for (const std::string_view text :
       {"", "-", "P", "-PT", "-P3H", "-PT3", "-PTT3H", "-P99999999999D", "-P2000Y2000Y", "now"}) {
    EXPECT_EQ(ago_s(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace orrery::cloudwatch::widgets
