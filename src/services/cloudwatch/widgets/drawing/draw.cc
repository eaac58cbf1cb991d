#include "services/cloudwatch/widgets/drawing/draw.h"

#include <algorithm>
#include <cmath>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr double kPadding = 10;
constexpr Font kTitle{14, Weight::Bold};

}  // namespace

const Look& look_of(ThemeName theme) {
  static constexpr Look kLight{
      {255, 255, 255}, {0x16, 0x19, 0x1f}, {0x54, 0x5b, 0x64}, {0xe3, 0xe6, 0xe9}, {0xd1, 0x32, 0x12}};
  static constexpr Look kDark{
      {0x1a, 0x20, 0x29}, {0xea, 0xed, 0xed}, {0xaa, 0xb7, 0xb8}, {0x37, 0x40, 0x4d}, {0xff, 0x5d, 0x64}};
  return theme == ThemeName::Dark ? kDark : kLight;
}

std::optional<double> shown_value(const Curve& curve) {
  if (curve.points.empty()) return std::nullopt;
  return curve.points.back().second;
}

std::vector<Area> cells_of(const Area& area, std::size_t count) {
  std::vector<Area> cells;
  if (count == 0 || area.empty()) return cells;
  const double wanted = std::sqrt(static_cast<double>(count) * area.width() / area.height() / 2);
  const auto columns = static_cast<std::size_t>(std::clamp(std::round(wanted), 1.0, static_cast<double>(count)));
  const std::size_t rows = (count + columns - 1) / columns;
  const double width = area.width() / static_cast<double>(columns);
  const double height = area.height() / static_cast<double>(rows);
  cells.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = i / columns;
    const double left = area.left + static_cast<double>(i % columns) * width;
    const double top = area.top + static_cast<double>(row) * height;
    cells.push_back({left, top, left + width, top + height});
  }
  return cells;
}

std::string axis_title(const Graph& graph, Side side) {
  const AxisWish& wish = side == Side::Left ? graph.widget.left : graph.widget.right;
  if (!wish.label.empty() || !wish.show_units) return wish.label;
  std::string unit;
  for (const Curve& curve : graph.curves) {
    if (curve.side != side || curve.points.empty()) continue;
    if (!unit.empty() && unit != curve.unit) return "Various units";
    unit = curve.unit;
  }
  return unit == "None" ? std::string("No unit") : unit;
}

Result<std::string> draw_png(const Graph& graph) {
  const Widget& widget = graph.widget;
  const Look& look = look_of(widget.theme);
  Canvas canvas(widget.width, widget.height, look.background);
  Area area = canvas.area();
  area = {area.left + kPadding, area.top + kPadding, area.right - kPadding, area.bottom - kPadding};
  if (!widget.title.empty() && !area.empty()) {
    canvas.text({area.left, area.top + 12}, canvas.fitting(widget.title, kTitle, area.width()), kTitle, look.text);
    area.top += 24;
  }
  if (widget.view <= View::Pie) area = draw_legend(canvas, graph, area);
  if (!area.empty()) {
    switch (widget.view) {
      case View::TimeSeries:
        draw_time_series(canvas, graph, area);
        break;
      case View::Bar:
        draw_bars(canvas, graph, area);
        break;
      case View::Pie:
        draw_pie(canvas, graph, area);
        break;
      case View::SingleValue:
        draw_numbers(canvas, graph, area);
        break;
      case View::Gauge:
        draw_gauges(canvas, graph, area);
        break;
    }
  }
  return canvas.png();
}

}  // namespace orrery::cloudwatch::widgets
