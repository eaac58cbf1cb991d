// The legend: a square of its color and the label of each curve, in rows below or in a column on the right.
#include "services/cloudwatch/widgets/drawing/draw.h"

#include <algorithm>
#include <cmath>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr double kRow = 16, kSquare = 9, kGap = 5, kBetween = 16;

void entry(Canvas& canvas, Spot at, Color color, std::string_view label, Color ink) {
  at = {std::floor(at.x), std::floor(at.y)};  // squares of whole pixels
  canvas.fill({at.x, at.y + 3, at.x + kSquare, at.y + 3 + kSquare}, color);
  canvas.text({at.x + kSquare + kGap, at.y + 12}, label, kSmall, ink);
}

struct Entry {
  std::string label;
  double width;  // of all of it
};
std::vector<Entry> entries_of(Canvas& canvas, const Graph& graph, double room) {
  std::vector<Entry> entries;
  entries.reserve(graph.curves.size());
  for (const Curve& curve : graph.curves) {
    Entry& one = entries.emplace_back();
    one.label = canvas.fitting(curve.label, kSmall, room - kSquare - kGap);
    one.width = kSquare + kGap + canvas.text_width(one.label, kSmall);
  }
  return entries;
}

std::string more_than(std::size_t shown, std::size_t all) { return "+" + std::to_string(all - shown) + " more"; }

Area below(Canvas& canvas, const Graph& graph, Area area) {
  const Look& look = look_of(graph.widget.theme);
  const std::vector<Entry> entries = entries_of(canvas, graph, area.width());
  std::vector<std::size_t> rows{0};  // the first entry of each
  double x = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (x > 0 && x + entries[i].width > area.width()) {
      rows.push_back(i);
      x = 0;
    }
    x += entries[i].width + kBetween;
  }
  const auto most = static_cast<std::size_t>(area.height() * 0.4 / kRow);
  const std::size_t shown = std::min(rows.size(), most);
  if (shown == 0) return area;
  const bool cut = shown < rows.size();
  area.bottom -= static_cast<double>(shown) * kRow;
  for (std::size_t row = 0; row < shown; ++row) {
    const double y = area.bottom + static_cast<double>(row) * kRow;
    if (cut && row + 1 == shown) {
      canvas.text({area.left, y + 12}, more_than(rows[row], entries.size()), kSmall, look.faint);
      break;
    }
    x = area.left;
    const std::size_t end = row + 1 < rows.size() ? rows[row + 1] : entries.size();
    for (std::size_t i = rows[row]; i < end; ++i) {
      entry(canvas, {x, y}, graph.curves[i].color, entries[i].label, look.text);
      x += entries[i].width + kBetween;
    }
  }
  area.bottom -= 4;
  return area;
}

Area beside(Canvas& canvas, const Graph& graph, Area area) {
  const Look& look = look_of(graph.widget.theme);
  const std::vector<Entry> entries = entries_of(canvas, graph, area.width() * 0.35);
  double width = 0;
  for (const Entry& one : entries) width = std::max(width, one.width);
  const auto most = static_cast<std::size_t>(area.height() / kRow);
  if (most == 0) return area;
  const double left = area.right - width;
  for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) {
    const Spot at{left, area.top + static_cast<double>(i) * kRow};
    if (i + 1 == most && entries.size() > most) {
      canvas.text({at.x, at.y + 12}, more_than(i, entries.size()), kSmall, look.faint);
    } else {
      entry(canvas, at, graph.curves[i].color, entries[i].label, look.text);
    }
  }
  area.right = left - kBetween;
  return area;
}

}  // namespace

Area draw_legend(Canvas& canvas, const Graph& graph, Area area) {
  if (graph.curves.empty() || area.empty() || graph.widget.legend == LegendPlace::Hidden) return area;
  return graph.widget.legend == LegendPlace::Right ? beside(canvas, graph, area) : below(canvas, graph, area);
}

}  // namespace orrery::cloudwatch::widgets
