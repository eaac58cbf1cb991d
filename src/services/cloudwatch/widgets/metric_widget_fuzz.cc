// Any text is either refused as a ValidationError or a widget that can be drawn; its lines take any text as a label.
#include "base/check.h"
#include "services/cloudwatch/metrics/labels.h"
#include "services/cloudwatch/widgets/drawing/draw.h"
#include "services/cloudwatch/widgets/gather.h"
#include "services/cloudwatch/widgets/parsing/parse.h"

#include <algorithm>

using namespace orrery;
using namespace orrery::cloudwatch;

namespace {

constexpr std::int64_t kNow_s = 1'772'366'400;

math::Series series() {
  math::Series series;
  series.points = {{kNow_s - 3600, 1}, {kNow_s - 3540, -1e100}, {kNow_s - 60, 7}};
  series.source = std::make_shared<const math::Source>();
  return series;
}

void draw(widgets::Widget widget, std::string_view text) {
  widgets::Graph graph;
  const std::vector<std::string> names = widgets::names_of(widget.lines);
  for (std::size_t i = 0; i < std::min<std::size_t>(widget.lines.size(), 5); ++i) {
    widgets::Curve& curve = graph.curves.emplace_back();
    curve.label = fill_label(text, names[i], series(), {widget.end, widget.zone_s});
    curve.side = widget.lines[i].side;
    for (const auto& point : series().points) curve.points.push_back(point);
  }
  widget.width = std::min(widget.width, 100);
  widget.height = std::min(widget.height, 100);
  graph.widget = std::move(widget);
  CHECK(widgets::draw_png(graph));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fill_label(text, "otherwise", series(), {instant_from_ms(kNow_s * 1000), 0});
  auto widget = widgets::parse_widget(text, {instant_from_ms(kNow_s * 1000), "us-east-1"});
  CHECK(widget || widget.error().code == "ValidationError");
  if (widget) draw(*std::move(widget), text);
  return 0;
}
