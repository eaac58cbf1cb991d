#include "services/cloudwatch/widgets/drawing/draw.h"

#include <limits>

#include <gtest/gtest.h>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr View kViews[] = {View::TimeSeries, View::Bar, View::Pie, View::SingleValue, View::Gauge};

Graph graph(View view, int size) {
  Graph out;
  out.widget.view = view;
  out.widget.width = out.widget.height = size;
  out.widget.title = "A title";
  out.widget.start = instant_from_ms(0);
  out.widget.end = instant_from_ms(3'600'000);
  out.widget.left.low = 0;
  out.widget.left.high = 10;
  return out;
}

TEST(Draw, TakesAnySizeAndNoData) {
  for (const View view : kViews) {
    for (const int size : {1, 2, 7, 30, 200}) {
      const auto image = draw_png(graph(view, size));
      ASSERT_TRUE(image) << image.error().message;
      EXPECT_TRUE(image->starts_with(kSignature)) << size;
    }
  }
}

TEST(Draw, TakesAnyValues) {
  for (const View view : kViews) {
    Graph odd = graph(view, 150);
    Annotation annotation;
    annotation.edge = {1e150, "\xff\xfe not UTF-8"};
    annotation.fill = Fill::Above;
    odd.widget.horizontal = {annotation};
    odd.widget.vertical = {annotation};
    for (const double value : {-1e150, 1e150, 0.0, 1e-300, std::numeric_limits<double>::denorm_min(), -7.0}) {
      Curve& curve = odd.curves.emplace_back();
      curve.label = std::string("bytes \x80\xf0 and \n", 15);
      curve.color = palette(odd.curves.size());
      curve.side = odd.curves.size() % 2 == 0 ? Side::Left : Side::Right;
      curve.points = {{0, value}, {60, -value}, {1200, value}, {99'999'999, value}};
    }
    for (const bool stacked : {false, true}) {
      odd.widget.stacked = odd.widget.sparkline = odd.widget.full_precision = stacked;
      odd.widget.legend = stacked ? LegendPlace::Right : LegendPlace::Bottom;
      const auto image = draw_png(odd);
      ASSERT_TRUE(image) << image.error().message;
    }
  }
}

TEST(Draw, CutsTextsBetweenLetters) {
  Canvas canvas(100, 20, {});
  const std::string long_text = "ääääääääääääääääääääääääääääää";
  const std::string cut = canvas.fitting(long_text, {11}, 60);
  EXPECT_LE(canvas.text_width(cut, {11}), 60);
  EXPECT_TRUE(cut.ends_with("\u2026"));
  EXPECT_EQ((cut.size() - 3) % 2, 0U);
  EXPECT_EQ(canvas.fitting("short", {11}, 60), "short");
  EXPECT_EQ(canvas.fitting("none of it", {11}, 1), "");
}

TEST(Draw, LeavesTextsOutWithoutFonts) {
  for (const Letters letters : {Letters::Installed, Letters::None}) {
    Canvas blank(60, 20, {}, letters), written(60, 20, {}, letters);
    for (const Weight weight : {Weight::Normal, Weight::Bold}) {
      EXPECT_EQ(written.text_width("letters", {11, weight}) > 20, letters == Letters::Installed);
      written.text({2, 15}, "letters \u00e4\u4e2d", {11, weight}, {255, 255, 255});
    }
    const auto empty = blank.png(), full = written.png();
    ASSERT_TRUE(empty && full);
    EXPECT_EQ(*full != *empty, letters == Letters::Installed);
  }
}

TEST(Cells, ShareAnArea) {
  EXPECT_TRUE(cells_of({0, 0, 100, 100}, 0).empty());
  const auto cells = cells_of({0, 0, 400, 100}, 3);
  ASSERT_EQ(cells.size(), 3U);
  EXPECT_GT(cells[1].left, cells[0].left);
  EXPECT_EQ(cells_of({0, 0, 10, 10}, 500).size(), 500U);
}

TEST(Axes, AreNamedAfterWhatTheyMeasure) {
  Graph two = graph(View::TimeSeries, 100);
  two.curves.resize(2);
  for (Curve& curve : two.curves) {
    curve.unit = "Count";
    curve.points = {{0, 1}};
  }
  EXPECT_EQ(axis_title(two, Side::Left), "Count");
  EXPECT_EQ(axis_title(two, Side::Right), "");
  two.curves[1].unit = "Bytes";
  EXPECT_EQ(axis_title(two, Side::Left), "Various units");
  two.widget.left.show_units = false;
  EXPECT_EQ(axis_title(two, Side::Left), "");
  two.widget.left.label = "Load";
  EXPECT_EQ(axis_title(two, Side::Left), "Load");
}

}  // namespace
}  // namespace orrery::cloudwatch::widgets
