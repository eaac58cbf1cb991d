// A widget from its JSON. Pure.
#pragma once

#include "base/json.h"
#include "services/cloudwatch/widgets/widget.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::cloudwatch::widgets {

// What lies outside the widget.
struct Place {
  Instant now;
  std::string region;
};

// Error: ValidationError that says where it is. Afterwards statistics, periods and the ranges of sizes and times are
// right; ids and expressions are for QuerySet to judge.
Result<Widget> parse_widget(std::string_view text, const Place& place);

// Of the metrics array; in metrics.cc.
struct MetricDefaults {
  std::string stat = "Average";
  std::int64_t period_s = 300;
  std::string region;
};
Result<std::vector<Line>> parse_metrics(const json::array& metrics, const MetricDefaults& defaults);

// Of the annotations object; in annotations.cc.
Result<> parse_annotations(const json::value& annotations, Widget& widget);

}  // namespace orrery::cloudwatch::widgets
