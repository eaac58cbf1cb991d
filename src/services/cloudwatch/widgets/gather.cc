#include "services/cloudwatch/widgets/gather.h"

#include "services/cloudwatch/metrics/labels.h"
#include "services/cloudwatch/metrics/query_set.h"
#include "services/cloudwatch/widgets/alarm.h"
#include "services/cloudwatch/widgets/parsing/fields.h"

#include <algorithm>
#include <cmath>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::size_t kMostCurves = 500;        // as many as a search finds
constexpr std::int64_t kMostPeriods = 100'800;  // as many data points as GetMetricData gives
constexpr std::int64_t kNotLive_s = 60;         // "an aggregation period of at least one minute in the past"
constexpr double kMostValue = 1e150;            // what an axis can show

// One period that holds the whole range; its length is one that the data that are kept can be summed to.
void take_whole_range(Widget& widget, Instant now) {
  const std::int64_t start_s = epoch_ms(widget.start) / 1000, end_s = (epoch_ms(widget.end) + 999) / 1000;
  const std::int64_t age_s = epoch_ms(now) / 1000 - start_s;
  const std::int64_t unit_s = age_s > 63 * kDay_s ? 3600 : age_s > 15 * kDay_s ? 300 : 60;
  const std::int64_t from_s = start_s - start_s % unit_s;
  const std::int64_t period_s = (end_s - from_s + unit_s - 1) / unit_s * unit_s;
  for (Line& line : widget.lines) {
    if (line.query.MetricStat) line.query.MetricStat->Period = period_s;
    if (line.query.Period) line.query.Period = period_s;
  }
}

Curve curve_of(const math::Series& series, const Widget& widget, const Line& line, Instant now) {
  Curve curve;
  curve.side = line.side;
  curve.period_s = series.period_s;
  curve.unit = series.unit;
  const std::int64_t now_s = epoch_ms(now) / 1000;
  const bool finished = !widget.live_data && !widget.whole_range;
  for (const auto& [at_s, value] : series.points) {
    if (finished && at_s + series.period_s > now_s - kNotLive_s) break;
    if (std::abs(value) <= kMostValue) curve.points.emplace_back(at_s, value);
  }
  return curve;
}

Result<> check_periods(const QuerySet& queries, const Widget& widget) {
  const std::int64_t span_s = epoch_ms(widget.end) / 1000 - epoch_ms(widget.start) / 1000;
  for (std::size_t i = 0; i < widget.lines.size(); ++i) {
    if (span_s / queries.period_s(i) <= kMostPeriods) continue;
    return fail(bad_widget("/metrics/" + std::to_string(i),
                           "There are more than 100800 periods between start and end; take a longer period"));
  }
  return {};
}

}  // namespace

Result<Graph> gather(const Call& call, Reader& reader, Widget widget) {
  TRY(add_alarm(call, reader, widget));
  const std::vector<std::string> names = names_of(widget.lines);
  if (widget.whole_range && widget.view != View::TimeSeries) take_whole_range(widget, call.now);
  std::vector<MetricDataQuery> asked;
  asked.reserve(widget.lines.size());
  for (const Line& line : widget.lines) asked.push_back(line.query);
  QuerySet queries = TRY(QuerySet::make(asked));
  TRY(check_periods(queries, widget));
  const QueryPlace place{call.account, call.region, widget.start, widget.end, call.now};
  Graph graph;
  for (std::size_t i = 0; i < widget.lines.size(); ++i) {
    const Line& line = widget.lines[i];
    if (!line.visible) continue;
    const math::Value value = TRY(queries.value(reader, place, i));
    if (value.type == math::Value::Type::Scalar) {
      return fail(invalid("Error in expression '" + line.query.Id + "': it yields a number, not a time series"));
    }
    for (std::size_t n = 0; n < value.series.size() && graph.curves.size() < kMostCurves; ++n) {
      const Color color = line.color && n == 0 ? *line.color : palette(graph.curves.size());
      const math::Series& series = value.series[n];
      const std::string& otherwise = value.type == math::Value::Type::List ? series.label : names[i];
      Curve& curve = graph.curves.emplace_back(curve_of(series, widget, line, call.now));
      curve.color = color;
      curve.label = label_of(line.query.Label, value.type, otherwise, series, {call.now, widget.zone_s});
    }
  }
  graph.widget = std::move(widget);
  return graph;
}

}  // namespace orrery::cloudwatch::widgets
