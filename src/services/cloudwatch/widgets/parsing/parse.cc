#include "services/cloudwatch/widgets/parsing/parse.h"

#include "services/cloudwatch/data/stat.h"
#include "services/cloudwatch/metrics/labels.h"
#include "services/cloudwatch/metrics/spans.h"
#include "services/cloudwatch/widgets/parsing/fields.h"
#include "services/cloudwatch/widgets/parsing/times.h"

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::size_t kMostText = std::size_t{100} * 1024;  // "Up to 100 KB uncompressed payload"
constexpr int kMostPixels = 2000;

Result<int> pixels(const Fields& widget, std::string_view name, int otherwise) {
  const auto given = TRY(widget.whole(name));
  if (!given) return otherwise;
  if (*given >= 1 && *given <= kMostPixels) return static_cast<int>(*given);
  return fail(bad_widget(widget.path(name), "Should be between 1 and 2000"));
}

Result<AxisWish> axis_of(const Fields& axes, std::string_view name) {
  AxisWish wish;
  const json::value* given = axes.find(name);
  if (given == nullptr) return wish;
  const Fields axis = TRY(Fields::of(*given, axes.path(name)));
  wish.low = TRY(axis.number("min"));
  wish.high = TRY(axis.number("max"));
  if (wish.low && wish.high && *wish.low >= *wish.high) {
    return fail(bad_widget(axis.path(), "min should be less than max"));
  }
  wish.label = TRY(axis.text("label")).value_or("");
  wish.show_units = TRY(axis.flag("showUnits", true));
  return wish;
}

Result<> parse_look(const Fields& fields, Widget& widget) {
  static constexpr Fields::Choice<View> kViews[] = {{"timeSeries", View::TimeSeries},
                                                    {"bar", View::Bar},
                                                    {"pie", View::Pie},
                                                    {"singleValue", View::SingleValue},
                                                    {"gauge", View::Gauge}};
  static constexpr Fields::Choice<ThemeName> kThemes[] = {{"light", ThemeName::Light}, {"dark", ThemeName::Dark}};
  static constexpr Fields::Choice<LegendPlace> kPlaces[] = {
      {"bottom", LegendPlace::Bottom}, {"right", LegendPlace::Right}, {"hidden", LegendPlace::Hidden}};
  widget.width = TRY(pixels(fields, "width", widget.width));
  widget.height = TRY(pixels(fields, "height", widget.height));
  widget.title = TRY(fields.text("title")).value_or("");
  widget.view = TRY(fields.choice("view", kViews, View::TimeSeries));
  widget.theme = TRY(fields.choice("theme", kThemes, ThemeName::Light));
  widget.stacked = TRY(fields.flag("stacked", false));
  widget.whole_range = TRY(fields.flag("setPeriodToTimeRange", false));
  widget.live_data = TRY(fields.flag("liveData", true));
  widget.full_precision = TRY(fields.flag("singleValueFullPrecision", false));
  widget.sparkline = TRY(fields.flag("sparkline", false));
  if (const json::value* legend = fields.find("legend")) {
    const Fields its = TRY(Fields::of(*legend, fields.path("legend")));
    widget.legend = TRY(its.choice("position", kPlaces, LegendPlace::Bottom));
  }
  if (const json::value* axes = fields.find("yAxis")) {
    const Fields its = TRY(Fields::of(*axes, fields.path("yAxis")));
    widget.left = TRY(axis_of(its, "left"));
    widget.right = TRY(axis_of(its, "right"));
  }
  if (widget.view == View::Gauge && (!widget.left.low || !widget.left.high)) {
    return fail(bad_widget("/yAxis/left", "Should have required properties 'min' and 'max' in the gauge view"));
  }
  return {};
}

Result<Instant> moment(const Fields& fields, std::string_view name, std::string_view otherwise, Instant now) {
  const std::string given = TRY(fields.text(name)).value_or(std::string(otherwise));
  const auto parsed = parse_moment(given, now);
  if (parsed && epoch_ms(*parsed) >= 0) return *parsed;
  return fail(bad_widget(fields.path(name), "Should be an ISO 8601 time or a relative value such as -PT3H"));
}

Result<> parse_range(const Fields& fields, const Place& place, Widget& widget) {
  widget.start = TRY(moment(fields, "start", "-PT3H", place.now));
  widget.end = TRY(moment(fields, "end", "-PT0H", place.now));
  if (widget.start >= widget.end) return fail(bad_widget("", "start should be before end"));
  const auto zone = TRY(fields.text("timezone"));
  if (!zone) return {};
  const auto ahead_s = parse_offset(*zone);
  if (!ahead_s) return fail(bad_widget(fields.path("timezone"), "Should be + or - and four digits, such as +0130"));
  widget.zone_s = *ahead_s;
  return {};
}

Result<> parse_content(const Fields& fields, const Place& place, Widget& widget) {
  MetricDefaults defaults;
  defaults.region = place.region;
  defaults.stat = TRY(fields.text("stat")).value_or(defaults.stat);
  if (!parse_stat(defaults.stat)) return fail(bad_widget(fields.path("stat"), "Is not a statistic"));
  defaults.period_s = TRY(fields.whole("period")).value_or(defaults.period_s);
  if (!good_period(defaults.period_s)) {
    return fail(bad_widget(fields.path("period"), "Should be 1, 5, 10, 20, 30 or a multiple of 60"));
  }
  const auto region = TRY(fields.text("region"));
  if (region && *region != place.region) {
    return fail(bad_widget(fields.path("region"), "Should be the region of the request, " + place.region));
  }
  const json::array* metrics = TRY(fields.list("metrics"));
  if (metrics != nullptr) widget.lines = TRY(parse_metrics(*metrics, defaults));
  if (const json::value* annotations = fields.find("annotations")) {
    TRY(parse_annotations(*annotations, widget));
  }
  if (metrics == nullptr && !widget.alarm) return fail(bad_widget("", "Should have required property 'metrics'"));
  return {};
}

}  // namespace

Result<Widget> parse_widget(std::string_view text, const Place& place) {
  if (text.size() > kMostText) return fail(bad_widget("", "Should NOT be longer than 102400 bytes"));
  const auto document = parse_json(text);
  if (!document) return fail(bad_widget("", "Should be a valid JSON object"));
  const Fields fields = TRY(Fields::of(*document, ""));
  Widget widget;
  TRY(parse_look(fields, widget));
  TRY(parse_range(fields, place, widget));
  TRY(parse_content(fields, place, widget));
  return widget;
}

}  // namespace orrery::cloudwatch::widgets
