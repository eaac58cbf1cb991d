// Lines over time, or areas that stand on each other.
#include "services/cloudwatch/widgets/drawing/frame.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr double kLineWidth = 2, kDot = 2.5, kAreaOpacity = 0.5;

struct Layer {
  const Curve* curve = nullptr;
  std::vector<double> base, top;  // of each of its points
};

// What each curve stands on, on its side: the sum of those before it that have data at that time.
std::vector<Layer> layers_of(const Graph& graph) {
  std::vector<Layer> layers;
  layers.reserve(graph.curves.size());
  std::array<std::map<std::int64_t, double>, 2> sums;
  for (const Curve& curve : graph.curves) {
    Layer& layer = layers.emplace_back();
    layer.curve = &curve;
    for (const auto& [at_s, value] : curve.points) {
      double base = 0;
      if (graph.widget.stacked) {
        double& sum = sums[static_cast<std::size_t>(curve.side)][at_s];
        base = sum;
        sum += value;
      }
      layer.base.push_back(base);
      layer.top.push_back(base + value);
    }
  }
  return layers;
}

// A stretch without gaps: the points from `begin` to before `end`.
struct Stretch {
  std::size_t begin, end;
};
std::vector<Stretch> stretches_of(const Curve& curve) {
  std::vector<Stretch> out;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const bool joined = i > 0 && (curve.points[i].first - curve.points[i - 1].first) * 2 <= curve.period_s * 3;
    if (!joined) out.push_back({i, i});
    out.back().end = i + 1;
  }
  return out;
}

// Of points that fall on one column of pixels four say all: the first, the last, the lowest and the highest.
std::vector<Spot> thinned(const std::vector<Spot>& spots) {
  std::vector<Spot> out;
  for (std::size_t i = 0; i < spots.size();) {
    std::size_t end = i, low = i, high = i;
    for (; end < spots.size() && std::floor(spots[end].x) == std::floor(spots[i].x); ++end) {
      if (spots[end].y < spots[low].y) low = end;
      if (spots[end].y > spots[high].y) high = end;
    }
    std::array<std::size_t, 4> kept{i, std::min(low, high), std::max(low, high), end - 1};
    for (std::size_t n = 0; n < kept.size(); ++n) {
      if (n == 0 || kept[n] != kept[n - 1]) out.push_back(spots[kept[n]]);
    }
    i = end;
  }
  return out;
}

std::vector<Spot> spots_of(const Frame& frame, const Curve& curve, const std::vector<double>& values, Stretch stretch) {
  std::vector<Spot> spots;
  spots.reserve(stretch.end - stretch.begin);
  for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
    spots.push_back({frame.x(static_cast<double>(curve.points[i].first)), frame.y(curve.side, values[i])});
  }
  return thinned(spots);
}

void draw_area(Canvas& canvas, const Frame& frame, const Layer& layer) {
  for (const Stretch stretch : stretches_of(*layer.curve)) {
    std::vector<Spot> outline = spots_of(frame, *layer.curve, layer.top, stretch);
    const std::vector<Spot> base = spots_of(frame, *layer.curve, layer.base, stretch);
    outline.insert(outline.end(), base.rbegin(), base.rend());
    canvas.polygon(outline, layer.curve->color, kAreaOpacity);
  }
}

void draw_line(Canvas& canvas, const Frame& frame, const Layer& layer) {
  for (const Stretch stretch : stretches_of(*layer.curve)) {
    const std::vector<Spot> spots = spots_of(frame, *layer.curve, layer.top, stretch);
    if (spots.size() == 1) {
      canvas.dot(spots[0], kDot, layer.curve->color);
    } else {
      canvas.polyline(spots, layer.curve->color, kLineWidth);
    }
  }
}

}  // namespace

void draw_time_series(Canvas& canvas, const Graph& graph, const Area& area) {
  const std::vector<Layer> layers = layers_of(graph);
  std::array<Extent, 2> extents;
  for (const Layer& layer : layers) {
    Extent& extent = extents[static_cast<std::size_t>(layer.curve->side)];
    if (graph.widget.stacked && !layer.top.empty()) extent.take(0);
    for (const double value : layer.top) extent.take(value);
  }
  take_annotations(graph, extents);
  const Frame frame = draw_frame(canvas, graph, area, extents, Bottom::Times);
  if (frame.plot.empty()) return;
  draw_fills(canvas, graph, frame);
  // Lines at the very edge keep their width.
  canvas.clip({frame.plot.left - 1, frame.plot.top - 1, frame.plot.right + 1, frame.plot.bottom + 1});
  if (graph.widget.stacked) {
    for (const Layer& layer : layers) draw_area(canvas, frame, layer);
  }
  for (const Layer& layer : layers) draw_line(canvas, frame, layer);
  canvas.unclip();
  draw_edges(canvas, graph, frame);
}

}  // namespace orrery::cloudwatch::widgets
