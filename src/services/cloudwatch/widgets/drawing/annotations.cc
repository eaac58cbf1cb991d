#include "services/cloudwatch/widgets/drawing/frame.h"

#include <algorithm>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr double kOpacity = 0.15;

// Of `from` and `to`, in any order, what lies between; to the end that the fill means when there is no `to`.
Area filled(const Annotation& one, Area plot, double from, std::optional<double> to, bool horizontal) {
  double& low = horizontal ? plot.top : plot.left;
  double& high = horizontal ? plot.bottom : plot.right;
  const double first = std::clamp(from, low, high);
  if (to) {
    const double second = std::clamp(*to, low, high);
    low = std::min(first, second);
    high = std::max(first, second);
  } else if ((one.fill == Fill::Above) == horizontal) {
    high = first;
  } else {
    low = first;
  }
  return plot;
}

}  // namespace

void draw_fills(Canvas& canvas, const Graph& graph, const Frame& frame) {
  const Color otherwise = look_of(graph.widget.theme).annotation;
  for (const Annotation& one : graph.widget.horizontal) {
    if (one.fill == Fill::None && !one.other) continue;
    const auto y = [&](const Edge& edge) { return frame.y(one.side, edge.value); };
    const auto other = one.other ? std::optional(y(*one.other)) : std::nullopt;
    canvas.fill(filled(one, frame.plot, y(one.edge), other, true), one.color.value_or(otherwise), kOpacity);
  }
  for (const Annotation& one : graph.widget.vertical) {
    if (one.fill == Fill::None && !one.other) continue;
    const auto other = one.other ? std::optional(frame.x(one.other->value)) : std::nullopt;
    canvas.fill(filled(one, frame.plot, frame.x(one.edge.value), other, false), one.color.value_or(otherwise),
                kOpacity);
  }
}

void draw_edges(Canvas& canvas, const Graph& graph, const Frame& frame) {
  const Color otherwise = look_of(graph.widget.theme).annotation;
  const Area& plot = frame.plot;
  const auto both = [](const Annotation& one, const auto& draw) {
    draw(one.edge);
    if (one.other) draw(*one.other);
  };
  for (const Annotation& one : graph.widget.horizontal) {
    const Color color = one.color.value_or(otherwise);
    both(one, [&](const Edge& edge) {
      const double y = frame.y(one.side, edge.value);
      if (y < plot.top - 1 || y > plot.bottom + 1) return;
      canvas.line({plot.left, y}, {plot.right, y}, color);
      const double base = y - 4 > plot.top + 8 ? y - 4 : y + 12;
      canvas.text({plot.right - 2, base}, canvas.fitting(edge.label, kSmall, plot.width()), kSmall, color, Anchor::End);
    });
  }
  double base = plot.top + 10;
  for (const Annotation& one : graph.widget.vertical) {
    const Color color = one.color.value_or(otherwise);
    both(one, [&](const Edge& edge) {
      const double x = frame.x(edge.value);
      if (x < plot.left - 1 || x > plot.right + 1) return;
      canvas.line({x, plot.top}, {x, plot.bottom}, color);
      if (edge.label.empty()) return;
      const bool before = plot.right - x < x - plot.left;
      const double room = before ? x - plot.left : plot.right - x;
      canvas.text({x + (before ? -4 : 4), base}, canvas.fitting(edge.label, kSmall, room - 4), kSmall, color,
                  before ? Anchor::End : Anchor::Start);
      base += 14;  // so that labels of neighbours do not lie on each other
      if (base > plot.bottom) base = plot.top + 10;
    });
  }
}

}  // namespace orrery::cloudwatch::widgets
