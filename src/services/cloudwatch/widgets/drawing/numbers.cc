// The newest number of each metric, as text or on a gauge.
#include "services/cloudwatch/widgets/drawing/draw.h"
#include "services/cloudwatch/widgets/drawing/ticks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr double kMargin = 6;
constexpr double kRing = 0.75;  // the inner radius of a gauge, of the outer one

std::string number_text(const Graph& graph, const Curve& curve) {
  const auto value = shown_value(curve);
  if (!value) return "--";
  return graph.widget.full_precision ? full_number(*value) : short_number(*value);
}

// The largest type that the text fits in.
Font fitting_font(Canvas& canvas, const std::string& text, double width, double height) {
  Font font{std::clamp(height, 8.0, 60.0), Weight::Normal};
  while (font.size > 8 && canvas.text_width(text, font) > width) font.size *= 0.9;
  return font;
}

void draw_sparkline(Canvas& canvas, const Graph& graph, const Curve& curve, const Area& area) {
  if (curve.points.size() < 2 || area.empty()) return;
  const auto [low, high] =
      std::ranges::minmax_element(curve.points, {}, [](const auto& point) { return point.second; });
  const double range = std::max(high->second - low->second, 1e-300);
  const double start_s = static_cast<double>(epoch_ms(graph.widget.start)) / 1000;
  const double span_s = std::max(1.0, static_cast<double>(epoch_ms(graph.widget.end)) / 1000 - start_s);
  std::vector<Spot> spots;
  spots.reserve(curve.points.size());
  for (const auto& [at_s, value] : curve.points) {
    spots.push_back({area.left + (static_cast<double>(at_s) - start_s) / span_s * area.width(),
                     area.bottom - (value - low->second) / range * area.height()});
  }
  canvas.clip(area);
  canvas.polyline(spots, curve.color, 1.5);
  canvas.unclip();
}

// The label, with a square of the curve's color before it.
void draw_label(Canvas& canvas, const Graph& graph, const Curve& curve, const Area& cell, double base) {
  const Font font{11};
  const std::string label = canvas.fitting(curve.label, font, cell.width() - 20);
  const double width = canvas.text_width(label, font) + 14;
  const double left = std::floor((cell.left + cell.right - width) / 2);
  base = std::floor(base);
  canvas.fill({left, base - 9, left + 9, base}, curve.color);
  canvas.text({left + 14, base}, label, font, look_of(graph.widget.theme).text);
}

double angle_of(const AxisWish& axis, double value) {
  return std::numbers::pi * (1 + std::clamp((value - *axis.low) / (*axis.high - *axis.low), 0.0, 1.0));
}

// What annotations mark, as a thin ring around the gauge.
void draw_marks(Canvas& canvas, const Graph& graph, Spot center, double radius) {
  const AxisWish& axis = graph.widget.left;
  for (const Annotation& one : graph.widget.horizontal) {
    double from = angle_of(axis, one.edge.value), to = from + 0.02;
    if (one.other) to = angle_of(axis, one.other->value);
    if (!one.other && one.fill == Fill::Above) to = 2 * std::numbers::pi;
    if (!one.other && one.fill == Fill::Below) {
      to = from;
      from = std::numbers::pi;
    }
    const Color color = one.color.value_or(look_of(graph.widget.theme).annotation);
    canvas.wedge(center, radius + 2, radius + 6, std::min(from, to), std::max(from, to), color);
  }
}

void draw_gauge(Canvas& canvas, const Graph& graph, const Curve& curve, const Area& cell) {
  const Look& look = look_of(graph.widget.theme);
  const AxisWish& axis = graph.widget.left;
  const double radius = std::min(cell.width() / 2 - 16, cell.height() - 44);
  if (radius < 4) return;
  const Spot center{(cell.left + cell.right) / 2, (cell.top + cell.bottom + radius) / 2 - 10};
  canvas.wedge(center, radius * kRing, radius, std::numbers::pi, 2 * std::numbers::pi, look.grid);
  const auto value = shown_value(curve);
  if (value) canvas.wedge(center, radius * kRing, radius, std::numbers::pi, angle_of(axis, *value), curve.color);
  draw_marks(canvas, graph, center, radius);
  const std::string text = number_text(graph, curve);
  const Font font = fitting_font(canvas, text, radius * kRing * 1.6, radius * 0.4);
  canvas.text({center.x, center.y - 2}, text, font, look.text, Anchor::Middle);
  const Font small{10};
  canvas.text({center.x - radius * (1 + kRing) / 2, center.y + 12}, short_number(*axis.low), small, look.faint,
              Anchor::Middle);
  canvas.text({center.x + radius * (1 + kRing) / 2, center.y + 12}, short_number(*axis.high), small, look.faint,
              Anchor::Middle);
  draw_label(canvas, graph, curve, cell, center.y + 28);
}

}  // namespace

void draw_numbers(Canvas& canvas, const Graph& graph, const Area& area) {
  const Look& look = look_of(graph.widget.theme);
  const std::vector<Area> cells = cells_of(area, graph.curves.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Curve& curve = graph.curves[i];
    Area cell = cells[i];
    if (graph.widget.sparkline && cell.height() > 60) {
      const double top = cell.bottom - cell.height() * 0.3;
      draw_sparkline(canvas, graph, curve, {cell.left + kMargin, top, cell.right - kMargin, cell.bottom - kMargin});
      cell.bottom = top;
    }
    const std::string text = number_text(graph, curve);
    const Font font = fitting_font(canvas, text, cell.width() - 2 * kMargin, cell.height() * 0.5);
    const double middle = (cell.top + cell.bottom) / 2;
    canvas.text({(cell.left + cell.right) / 2, middle + font.size * 0.2}, text, font, look.text, Anchor::Middle);
    draw_label(canvas, graph, curve, cell, middle + font.size * 0.2 + 20);
  }
}

void draw_gauges(Canvas& canvas, const Graph& graph, const Area& area) {
  const std::vector<Area> cells = cells_of(area, graph.curves.size());
  for (std::size_t i = 0; i < cells.size(); ++i) draw_gauge(canvas, graph, graph.curves[i], cells[i]);
}

}  // namespace orrery::cloudwatch::widgets
