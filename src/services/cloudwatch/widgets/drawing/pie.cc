// Shares of a whole. Values that are not above zero have none.
#include "services/cloudwatch/widgets/drawing/draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr Font kShareFont{11, Weight::Bold};
constexpr double kLeastNamed = 0.04;  // smaller pieces have no room for a number

Color ink_on(Color color) {
  const double brightness = 0.299 * color.red + 0.587 * color.green + 0.114 * color.blue;
  return brightness > 140 ? Color{0, 0, 0} : Color{255, 255, 255};
}

}  // namespace

void draw_pie(Canvas& canvas, const Graph& graph, const Area& area) {
  double whole = 0;
  for (const Curve& curve : graph.curves) whole += std::max(0.0, shown_value(curve).value_or(0));
  const double radius = std::min(area.width(), area.height()) / 2 - 4;
  if (whole <= 0 || radius < 1) return;
  const Spot center{(area.left + area.right) / 2, (area.top + area.bottom) / 2};
  double from = -std::numbers::pi / 2;  // the top
  for (const Curve& curve : graph.curves) {
    const double share = std::max(0.0, shown_value(curve).value_or(0)) / whole;
    const double to = from + share * 2 * std::numbers::pi;
    canvas.wedge(center, 0, radius, from, to, curve.color);
    if (share >= kLeastNamed && radius > 40) {
      const double middle = (from + to) / 2;
      const double out = share > 0.99 ? 0 : radius * 0.65;
      canvas.text({center.x + out * std::cos(middle), center.y + out * std::sin(middle) + 4},
                  fmt::format("{:.1f}%", share * 100), kShareFont, ink_on(curve.color), Anchor::Middle);
    }
    from = to;
  }
}

}  // namespace orrery::cloudwatch::widgets
