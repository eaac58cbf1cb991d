#include "services/cloudwatch/metrics/query_set.h"

#include "services/cloudwatch/math/search.h"
#include "services/cloudwatch/metrics/spans.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kMostSearched = 500;  // "the maximum number of time series that a search expression can return"
constexpr std::int64_t kDefaultPeriod_s = 300;

bool good_id(std::string_view id) {
  return !id.empty() && id[0] >= 'a' && id[0] <= 'z' && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Failure in_expression(const MetricDataQuery& query, const std::string& why) {
  return fail(invalid("Error in expression '" + query.Id + "': " + why));
}

// A search is for what has reported lately.
bool alive(const MetricRecord& metric, Instant start) { return metric.last_ms >= epoch_ms(start); }

Result<math::Series> series_of(Reader& reader, const MetricRecord& metric, const Span& span, const Stat& stat,
                               std::string_view unit, Instant now) {
  math::Series series;
  series.period_s = span.period_s;
  std::map<std::int64_t, Statistics> merged;
  const std::vector<Point> points = TRY(read_points(reader, metric, span, unit, now));
  for (const Point& point : points) merged[point.start_s].merge(point.statistics);
  const auto other = [&](const Point& point) { return point.unit != points.front().unit; };
  if (!points.empty() && std::ranges::none_of(points, other)) series.unit = points.front().unit;
  for (const auto& [at, statistics] : merged) {
    if (const auto value = value_of(stat, statistics)) series.points[at] = *value;
  }
  return series;
}

Result<std::vector<math::Series>> search(Reader& reader, const QueryPlace& place, const std::string& terms,
                                         const std::string& stat_name, std::int64_t period_s) {
  const auto wanted = TRY(math::Search::parse(terms));
  const auto stat = parse_stat(stat_name);
  if (!stat) return fail(invalid("SEARCH: " + stat_name + " is not a statistic"));
  if (!good_period(period_s)) return fail(invalid("SEARCH: the period is not valid"));
  const Span span = span_of(place.start, place.end, period_s, place.now);
  std::vector<math::Series> found;
  const auto cursor = reader.scan(prefix_range(metrics_prefix(place.account, place.region)));
  while (found.size() < kMostSearched && cursor->next()) {
    const MetricRecord metric = TRY(read_metric(cursor->key(), cursor->value()));
    if (!alive(metric, place.start) || !wanted.matches(metric.name)) continue;
    math::Series series = TRY(series_of(reader, metric, span, *stat, {}, place.now));
    for (const auto& [name, value] : metric.name.dimensions) series.label.append(value).append(" ");
    series.label += metric.name.name;
    series.source = std::make_shared<const math::Source>(math::Source{metric.name, stat_name});
    found.push_back(std::move(series));
  }
  TRY(cursor->status());
  return found;
}

}  // namespace

Result<QuerySet> QuerySet::make(const std::vector<MetricDataQuery>& queries) {
  QuerySet set(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!set.by_id_.emplace(queries[i].Id, i).second) {
      return fail(invalid("The values for parameter id in MetricDataQueries are not unique."));
    }
  }
  for (std::size_t i = 0; i < queries.size(); ++i) TRY(set.check(i));
  std::set<std::size_t> good;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    std::set<std::size_t> under_way;
    TRY(set.check_cycles(i, under_way, good));
  }
  return set;
}

Result<> QuerySet::check(std::size_t index) {
  const MetricDataQuery& query = at(index);
  const std::string path = "MetricDataQueries.member." + std::to_string(index + 1);
  if (!good_id(query.Id)) {
    return fail(invalid("The value " + query.Id + " for parameter " + path +
                        ".Id is not valid. It must begin with a lowercase letter and hold letters, numbers and "
                        "underscores only."));
  }
  if (query.MetricStat && query.Expression) {
    return fail(invalid("The parameters " + path + ".Expression and " + path +
                        ".MetricStat are mutually exclusive and you have specified both."));
  }
  if (query.Period && !good_period(*query.Period))
    return fail(invalid("The value for parameter " + path + ".Period is invalid."));
  if (query.MetricStat) {
    const MetricStat& stat = *query.MetricStat;
    if (!stat.Metric.MetricName || !stat.Metric.Namespace) {
      return fail(invalid("The parameter " + path + ".MetricStat.Metric." +
                          (stat.Metric.Namespace ? "MetricName" : "Namespace") + " is required."));
    }
    if (!parse_stat(stat.Stat)) {
      return fail(invalid("The value " + stat.Stat + " for parameter " + path + ".MetricStat.Stat is not supported."));
    }
    if (good_period(stat.Period)) return {};
    return fail(invalid("The value " + std::to_string(stat.Period) + " for parameter " + path +
                        ".MetricStat.Period is invalid."));
  }
  if (!query.Expression) {
    return fail(invalid("The parameter " + path + ".MetricStat is required."));
  }
  if (query.Expression->starts_with("SELECT ")) {
    return in_expression(query, "Orrery has no Metrics Insights queries (SELECT)");
  }
  auto tree = math::parse(*query.Expression);
  if (!tree) return in_expression(query, tree.error().message);
  std::vector<std::string> names;
  math::collect_names(*tree, names);
  for (const std::string& name : names) {
    if (name != "true" && name != "false" && !by_id_.contains(name)) {
      return in_expression(query, "Undefined variable '" + name + "'");
    }
  }
  trees_.emplace(index, *std::move(tree));
  return {};
}

Result<> QuerySet::check_cycles(std::size_t index, std::set<std::size_t>& under_way,
                                std::set<std::size_t>& good) const {
  const auto tree = trees_.find(index);
  if (tree == trees_.end() || good.contains(index)) return {};
  if (!under_way.insert(index).second) return in_expression(at(index), "it refers to itself");
  std::vector<std::string> names;
  math::collect_names(tree->second, names);
  for (const std::string& name : names) {
    if (const auto found = by_id_.find(name); found != by_id_.end()) TRY(check_cycles(found->second, under_way, good));
  }
  under_way.erase(index);
  good.insert(index);
  return {};
}

std::int64_t QuerySet::period_s(std::size_t index) const {
  const MetricDataQuery& query = at(index);
  if (query.MetricStat) return query.MetricStat->Period;
  if (query.Period) return *query.Period;
  std::vector<std::string> names;
  math::collect_names(trees_.at(index), names);
  std::int64_t longest = 0;
  for (const std::string& name : names) {
    if (const auto found = by_id_.find(name); found != by_id_.end()) {
      longest = std::max(longest, period_s(found->second));
    }
  }
  if (longest != 0) return longest;
  for (const MetricDataQuery& other : *queries_) {  // METRICS() names none
    if (other.MetricStat) longest = std::max(longest, other.MetricStat->Period);
  }
  return longest == 0 ? kDefaultPeriod_s : longest;
}

Result<math::Series> QuerySet::metric(Reader& reader, const QueryPlace& place, const MetricDataQuery& query) const {
  const MetricStat& wanted = *query.MetricStat;
  Call call;
  call.account = query.AccountId.value_or(place.account);
  call.region = place.region;
  math::Series series;
  const MetricName name =
      metric_name(call, *wanted.Metric.Namespace, *wanted.Metric.MetricName, wanted.Metric.Dimensions);
  const auto record = call.account != place.account ? std::optional<MetricRecord>() : TRY(find_metric(reader, name));
  if (record) {
    const Span span = span_of(place.start, place.end, wanted.Period, place.now);
    series = TRY(series_of(reader, *record, span, *parse_stat(wanted.Stat), wanted.Unit.value_or(""), place.now));
  }
  series.period_s = wanted.Period;
  series.id = query.Id;
  series.label = name.name;
  series.source = std::make_shared<const math::Source>(math::Source{name, wanted.Stat});
  return series;
}

math::Scope QuerySet::scope_of(Reader& reader, const QueryPlace& place, std::size_t index) {
  math::Scope scope;
  scope.period_s = period_s(index);
  const Span span = span_of(place.start, place.end, scope.period_s, place.now);
  scope.start_s = span.start_s;
  scope.end_s = span.end_s;
  scope.resolve = [this, &reader, &place](const std::string& id) -> Result<math::Value> {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return fail(invalid("Undefined variable '" + id + "'"));
    return value(reader, place, found->second);
  };
  scope.metrics = [this, &reader, &place](const std::string& part) -> Result<std::vector<math::Series>> {
    std::vector<math::Series> all;
    for (std::size_t i = 0; i < queries_->size(); ++i) {
      if (!at(i).MetricStat || at(i).Id.find(part) == std::string::npos) continue;
      math::Value one = TRY(value(reader, place, i));
      all.push_back(std::move(one.series[0]));
    }
    return all;
  };
  scope.search = [&reader, &place](const std::string& terms, const std::string& stat, std::int64_t period) {
    return search(reader, place, terms, stat, period);
  };
  return scope;
}

Result<math::Value> QuerySet::expression(Reader& reader, const QueryPlace& place, std::size_t index) {
  const MetricDataQuery& query = at(index);
  const math::Scope scope = scope_of(reader, place, index);
  auto value = math::evaluate(trees_.at(index), scope);
  if (!value) {
    const Error& error = value.error();
    if (error.code != "ValidationError" || error.message.starts_with("Error in expression")) return value;
    return in_expression(query, error.message);
  }
  if (value->type == math::Value::Type::Series) {
    math::Series& series = value->series[0];
    series.id = series.label = query.Id;
    series.unit.clear();
    series.source.reset();
  }
  return value;
}

Result<math::Value> QuerySet::value(Reader& reader, const QueryPlace& place, std::size_t index) {
  if (const auto known = values_.find(index); known != values_.end()) return known->second;
  math::Value value;
  if (at(index).MetricStat) {
    value = math::Value::of(TRY(metric(reader, place, at(index))));
  } else {
    value = TRY(expression(reader, place, index));
  }
  values_.emplace(index, value);
  return value;
}

}  // namespace orrery::cloudwatch
