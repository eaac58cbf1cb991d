// A bar for each metric.
#include "services/cloudwatch/widgets/drawing/frame.h"

#include <algorithm>

namespace orrery::cloudwatch::widgets {

void draw_bars(Canvas& canvas, const Graph& graph, const Area& area) {
  std::array<Extent, 2> extents;
  for (const Curve& curve : graph.curves) {
    const auto value = shown_value(curve);
    if (!value) continue;
    Extent& extent = extents[static_cast<std::size_t>(curve.side)];
    extent.take(0);
    extent.take(*value);
  }
  take_annotations(graph, extents);
  const Frame frame = draw_frame(canvas, graph, area, extents, Bottom::Nothing);
  if (frame.plot.empty() || graph.curves.empty()) return;
  const double each = frame.plot.width() / static_cast<double>(graph.curves.size());
  const Look& look = look_of(graph.widget.theme);
  for (std::size_t i = 0; i < graph.curves.size(); ++i) {
    const Curve& curve = graph.curves[i];
    const auto value = shown_value(curve);
    if (!value) continue;
    const double left = frame.plot.left + static_cast<double>(i) * each;
    const double top = std::clamp(frame.y(curve.side, *value), frame.plot.top, frame.plot.bottom);
    const double zero = std::clamp(frame.y(curve.side, 0), frame.plot.top, frame.plot.bottom);
    canvas.fill({left + each * 0.15, std::min(top, zero), left + each * 0.85, std::max(top, zero)}, curve.color);
    const std::string text = canvas.fitting(short_number(*value), kSmall, each);
    canvas.text({left + each / 2, std::max(frame.plot.top + 10, std::min(top, zero) - 4)}, text, kSmall, look.text,
                Anchor::Middle);
  }
  draw_edges(canvas, graph, frame);
}

}  // namespace orrery::cloudwatch::widgets
