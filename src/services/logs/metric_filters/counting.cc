// What filters find in arriving events, on its way to CloudWatch.
#include "services/logs/metric_filters/measure.h"
#include "services/logs/metric_filters/metric_filters.h"
#include "services/metric_sink.h"
#include "services/record.h"

namespace orrery::logs {
namespace {

struct Point {
  MetricTransformation of;
  Measured measured;
  Instant at;
};

// "The default value is reported during a period when logs are ingested but no matching logs are found": once a minute
// of a filter, at most.
bool default_due(Logs& logs, const GroupRecord& group, const std::string& filter, Instant now) {
  const std::int64_t minute = epoch_ms(now) / 60'000;
  const std::lock_guard lock(logs.mutex);
  const auto [last, first] = logs.defaults.try_emplace({group.number, filter}, minute);
  if (!first && last->second == minute) return false;
  last->second = minute;
  return true;
}

void publish(MetricSink& sink, const GroupRecord& group, const std::vector<Point>& points) {
  for (const Point& point : points) {
    const std::string unit = point.of.unit.value_or("None");
    PublishedMetric metric{group.account, group.region, point.of.metricNamespace, point.of.metricName, unit};
    metric.at = point.at;
    for (const auto& [name, value] : point.measured.dimensions) metric.dimensions.emplace_back(name, value);
    sink.publish(metric, point.measured.value);
  }
}

Result<std::vector<Point>> points_of(Logs& logs, const GroupRecord& group, const MetricFilter& filter,
                                     const std::vector<Arrived>& events, Instant now) {
  std::vector<Point> points;
  const MetricTransformation& transformation = filter.metricTransformations->front();
  const Measure measure = TRY(Measure::parse(filter.filterPattern.value_or(""), transformation));
  bool any = false;
  for (const Arrived& event : events) {
    any = any || measure.matches(event.message);
    auto measured = measure.of(event.message);
    if (!measured) continue;
    points.push_back({transformation, *std::move(measured), instant_from_ms(event.position.timestamp_ms)});
  }
  if (!any && transformation.defaultValue && default_due(logs, group, *filter.filterName, now)) {
    points.push_back({transformation, {*transformation.defaultValue, {}}, now});
  }
  return points;
}

}  // namespace

Result<> count_into_metrics(Logs& logs, Transaction& tx, const GroupRecord& group, const std::vector<Arrived>& events,
                            Instant now) {
  if (logs.metrics == nullptr) return {};
  std::vector<Point> points;
  const auto cursor = tx.scan(prefix_range(metric_filters_prefix(group.number)));
  while (cursor->next()) {
    const auto filter = TRY(decode_shape<MetricFilter>(cursor->value()));
    auto more = points_of(logs, group, filter, events, now);
    if (!more) continue;  // taken by a version that knew other patterns
    points.insert(points.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
  }
  TRY(cursor->status());
  if (!points.empty()) {
    tx.on_commit([sink = logs.metrics, group, points = std::move(points)] { publish(*sink, group, points); });
  }
  return {};
}

}  // namespace orrery::logs
