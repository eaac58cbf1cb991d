// The picture of a graph.
#pragma once

#include "services/cloudwatch/widgets/drawing/canvas.h"
#include "services/cloudwatch/widgets/graph.h"

#include <string>

namespace orrery::cloudwatch::widgets {

struct Look {
  Color background, text, faint, grid;
  Color annotation;  // where the widget gives none
};
const Look& look_of(ThemeName theme);

// A PNG. Error: Internal.
Result<std::string> draw_png(const Graph& graph);

// The views, each in the area that title and legend leave it.
void draw_time_series(Canvas& canvas, const Graph& graph, const Area& area);
void draw_bars(Canvas& canvas, const Graph& graph, const Area& area);
void draw_pie(Canvas& canvas, const Graph& graph, const Area& area);
void draw_numbers(Canvas& canvas, const Graph& graph, const Area& area);
void draw_gauges(Canvas& canvas, const Graph& graph, const Area& area);

// What is left of the area.
Area draw_legend(Canvas& canvas, const Graph& graph, Area area);

// Of the views that show one number of each metric: the newest. nullopt: it has none.
std::optional<double> shown_value(const Curve& curve);

// `count` cells of an area, about twice as wide as high.
std::vector<Area> cells_of(const Area& area, std::size_t count);

// What an axis is headed with: the widget's label, or the unit of all that is measured on it.
std::string axis_title(const Graph& graph, Side side);

}  // namespace orrery::cloudwatch::widgets
