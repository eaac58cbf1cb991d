// Where a graph over time has which value and which instant, and the axes around it.
#pragma once

#include "services/cloudwatch/widgets/drawing/draw.h"
#include "services/cloudwatch/widgets/drawing/ticks.h"

#include <array>

namespace orrery::cloudwatch::widgets {

// Least and greatest of what an axis has to show.
struct Extent {
  double low = 0, high = 0;
  bool any = false;

  void take(double value) {
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    any = true;
  }
};

struct Frame {
  Area plot;
  double start_s = 0, end_s = 1;
  std::array<Scale, 2> scales;  // by side
  std::array<bool, 2> used{};

  const Scale& scale(Side side) const { return scales[static_cast<std::size_t>(side)]; }
  double x(double at_s) const { return plot.left + (at_s - start_s) / (end_s - start_s) * plot.width(); }
  double y(Side side, double value) const {
    const Scale& its = scale(side);
    return plot.bottom - (value - its.low) / (its.high - its.low) * plot.height();
  }
};

enum class Bottom : unsigned char { Times, Nothing };
// Draws the axes with their titles and numbers, and the grid. Extents by side; a side without any has no axis, but when
// neither has, the left one goes from 0 to 1.
Frame draw_frame(Canvas& canvas, const Graph& graph, const Area& area, const std::array<Extent, 2>& extents,
                 Bottom bottom);

// The filled parts of annotations, which lie behind the curves, and the lines and labels, which lie before them.
void draw_fills(Canvas& canvas, const Graph& graph, const Frame& frame);
void draw_edges(Canvas& canvas, const Graph& graph, const Frame& frame);
// The graph is scaled so that all visible horizontal annotations appear on it.
void take_annotations(const Graph& graph, std::array<Extent, 2>& extents);

}  // namespace orrery::cloudwatch::widgets
