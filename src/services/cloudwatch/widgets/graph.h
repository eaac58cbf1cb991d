// What is drawn: a widget with its data.
#pragma once

#include "services/cloudwatch/widgets/widget.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace orrery::cloudwatch::widgets {

struct Curve {
  std::string label;
  Color color;
  Side side = Side::Left;
  std::int64_t period_s = 60;
  std::string unit;                                     // empty: none, or several
  std::vector<std::pair<std::int64_t, double>> points;  // by time, epoch seconds; |values| at most 1e150
};

struct Graph {
  Widget widget;  // with the threshold of its alarm among the horizontal annotations
  std::vector<Curve> curves;
};

}  // namespace orrery::cloudwatch::widgets
