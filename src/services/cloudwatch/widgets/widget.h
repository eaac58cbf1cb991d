// A metric widget, as GetMetricWidgetImage takes it
// (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Metric-Widget-Structure.html).
#pragma once

#include "base/time.h"
#include "services/cloudwatch/widgets/color.h"
#include "shapes/cloudwatch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::cloudwatch::widgets {

enum class View : std::uint8_t { TimeSeries, Bar, Pie, SingleValue, Gauge };
enum class LegendPlace : std::uint8_t { Bottom, Right, Hidden };
enum class ThemeName : std::uint8_t { Light, Dark };
enum class Side : std::uint8_t { Left, Right };
// Before and after of vertical annotations are below and above here.
enum class Fill : std::uint8_t { None, Below, Above };

// An element of `metrics`: a metric or an expression, and how to show it.
struct Line {
  MetricDataQuery query;
  std::optional<Color> color;
  Side side = Side::Left;
  bool visible = true;
};

struct Edge {
  double value = 0;  // of vertical annotations: epoch seconds
  std::string label;
};
struct Annotation {
  Edge edge;
  std::optional<Edge> other;  // of a band: what lies between is filled
  Fill fill = Fill::None;
  std::optional<Color> color;
  Side side = Side::Left;  // of horizontal ones
};

struct AxisWish {
  std::optional<double> low, high;
  std::string label;
  bool show_units = true;
};

struct Widget {
  int width = 600, height = 400;  // pixels
  std::string title;
  View view = View::TimeSeries;
  LegendPlace legend = LegendPlace::Bottom;
  ThemeName theme = ThemeName::Light;
  bool stacked = false;
  bool whole_range = false;  // setPeriodToTimeRange: one value for all of it, not the newest
  bool live_data = true;     // periods that did not end a minute ago are shown, too
  bool full_precision = false;
  bool sparkline = false;
  Instant start, end;
  std::int64_t zone_s = 0;  // of the times shown, ahead of UTC
  std::vector<Line> lines;
  std::vector<Annotation> horizontal, vertical;  // those that are visible
  std::optional<std::string> alarm;              // ARN
  AxisWish left, right;
};

}  // namespace orrery::cloudwatch::widgets
