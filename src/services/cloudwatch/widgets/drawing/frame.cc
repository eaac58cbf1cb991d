#include "services/cloudwatch/widgets/drawing/frame.h"

#include <algorithm>
#include <cmath>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr double kLine = 16;      // the height of a line of text
constexpr double kTickRoom = 45;  // the height that a number on an axis takes, with what is around it
constexpr double kTimeRoom = 90;  // likewise the width of a time
constexpr double kFromPlot = 6;

const AxisWish& wish_of(const Graph& graph, Side side) {
  return side == Side::Left ? graph.widget.left : graph.widget.right;
}

Scale scale_of(const Graph& graph, Side side, const Extent& extent, double height) {
  const AxisWish& wish = wish_of(graph, side);
  const int ticks = std::clamp(static_cast<int>(height / kTickRoom), 1, 10);
  if (extent.any) return value_scale(extent.low, extent.high, wish.low, wish.high, ticks);
  return value_scale(wish.low.value_or(0), wish.high.value_or(wish.low.value_or(0) + 1), wish.low, wish.high, ticks);
}

double widest(Canvas& canvas, const Scale& scale) {
  double width = 0;
  for (const double tick : scale.ticks) width = std::max(width, canvas.text_width(tick_text(tick, scale.step), kSmall));
  return width;
}

void draw_axis(Canvas& canvas, const Frame& frame, Side side, const Look& look) {
  const Scale& scale = frame.scale(side);
  for (const double tick : scale.ticks) {
    const double y = frame.y(side, tick);
    if (side == Side::Left || !frame.used[0]) canvas.line({frame.plot.left, y}, {frame.plot.right, y}, look.grid);
    const double x = side == Side::Left ? frame.plot.left - kFromPlot : frame.plot.right + kFromPlot;
    canvas.text({x, y + 4}, tick_text(tick, scale.step), kSmall, look.faint,
                side == Side::Left ? Anchor::End : Anchor::Start);
  }
}

void draw_times(Canvas& canvas, const Graph& graph, const Frame& frame, const Look& look) {
  const int most = std::max(2, static_cast<int>(frame.plot.width() / kTimeRoom));
  const auto start_s = static_cast<std::int64_t>(frame.start_s), end_s = static_cast<std::int64_t>(frame.end_s);
  for (const TimeTick& tick : time_ticks(start_s, end_s, graph.widget.zone_s, most)) {
    const double x = frame.x(static_cast<double>(tick.at_s));
    if (x < frame.plot.left) continue;
    canvas.line({x, frame.plot.bottom}, {x, frame.plot.bottom + 4}, look.faint);
    const double half = canvas.text_width(tick.text, kSmall) / 2;
    const double middle = std::clamp(x, half, std::max(half, canvas.area().right - half));
    canvas.text({middle, frame.plot.bottom + kLine}, tick.text, kSmall, look.faint, Anchor::Middle);
  }
}

void draw_titles(Canvas& canvas, const Graph& graph, const Frame& frame, const Area& area, const Look& look) {
  const double room = area.width() / 2 - kFromPlot;
  if (frame.used[0]) {
    const std::string title = canvas.fitting(axis_title(graph, Side::Left), kSmall, room);
    canvas.text({area.left, area.top + 10}, title, kSmall, look.faint);
  }
  if (frame.used[1]) {
    const std::string title = canvas.fitting(axis_title(graph, Side::Right), kSmall, room);
    canvas.text({area.right, area.top + 10}, title, kSmall, look.faint, Anchor::End);
  }
}

}  // namespace

void take_annotations(const Graph& graph, std::array<Extent, 2>& extents) {
  for (const Annotation& one : graph.widget.horizontal) {
    Extent& extent = extents[static_cast<std::size_t>(one.side)];
    extent.take(one.edge.value);
    if (one.other) extent.take(one.other->value);
  }
}

Frame draw_frame(Canvas& canvas, const Graph& graph, const Area& area, const std::array<Extent, 2>& extents,
                 Bottom bottom) {
  const Look& look = look_of(graph.widget.theme);
  Frame frame;
  frame.start_s = static_cast<double>(epoch_ms(graph.widget.start)) / 1000;
  frame.end_s = static_cast<double>(epoch_ms(graph.widget.end)) / 1000;
  frame.used = {extents[0].any || !extents[1].any, extents[1].any};
  frame.plot = area;
  const bool titled = (frame.used[0] && !axis_title(graph, Side::Left).empty()) ||
                      (frame.used[1] && !axis_title(graph, Side::Right).empty());
  frame.plot.top += titled ? kLine + 4 : 6;
  frame.plot.bottom -= bottom == Bottom::Times ? kLine + 6 : 6;
  for (const Side side : {Side::Left, Side::Right}) {
    const auto at = static_cast<std::size_t>(side);
    frame.scales[at] = scale_of(graph, side, extents[at], std::max(1.0, frame.plot.height()));
  }
  if (frame.used[0]) frame.plot.left += widest(canvas, frame.scales[0]) + kFromPlot;
  if (frame.used[1]) frame.plot.right -= widest(canvas, frame.scales[1]) + kFromPlot;
  if (frame.plot.empty()) return frame;
  draw_titles(canvas, graph, frame, area, look);
  for (const Side side : {Side::Left, Side::Right}) {
    if (frame.used[static_cast<std::size_t>(side)]) draw_axis(canvas, frame, side, look);
  }
  canvas.line({frame.plot.left, frame.plot.bottom}, {frame.plot.right, frame.plot.bottom}, look.faint);
  if (bottom == Bottom::Times) draw_times(canvas, graph, frame, look);
  return frame;
}

}  // namespace orrery::cloudwatch::widgets
