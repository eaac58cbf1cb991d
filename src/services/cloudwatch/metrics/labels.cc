#include "services/cloudwatch/metrics/labels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace orrery::cloudwatch {
namespace {

using LabelPoint = std::pair<std::int64_t, double>;

// Six digits, more where they stand before the point.
std::string number_text(double value) {
  const double size = std::abs(value);
  if (size != 0 && (size >= 1e15 || size < 1e-4)) return fmt::format("{:.6g}", value);
  const int before = size < 1 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  std::string text = fmt::format("{:.{}f}", value, std::max(0, 6 - before));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

// "2026-03-01 12:00:00"
std::string time_text(std::int64_t at_s, const LabelPlace& place) {
  std::string text = iso8601_seconds(instant_from_ms((at_s + place.zone_s) * 1000));
  text[10] = ' ';
  text.pop_back();
  return text;
}

std::string span_text(std::int64_t span_s) { return format_duration(std::chrono::seconds(std::abs(span_s))); }

LabelPoint lowest(const math::Series& series) {
  return *std::ranges::min_element(series.points, {}, [](const auto& point) { return point.second; });
}
LabelPoint highest(const math::Series& series) {
  return *std::ranges::max_element(series.points, {}, [](const auto& point) { return point.second; });
}

double sum_of(const math::Series& series) {
  double sum = 0;
  for (const auto& [at, value] : series.points) sum += value;
  return sum;
}

// MIN, MIN_TIME, MIN_TIME_RELATIVE and the like. nullopt: no such name.
std::optional<std::string> of_point(std::string_view name, const math::Series& series, const LabelPlace& place) {
  const std::string_view stem = name.substr(0, name.find('_'));
  LabelPoint point;
  if (stem == "FIRST") {
    point = *series.points.begin();
  } else if (stem == "LAST") {
    point = *series.points.rbegin();
  } else if (stem == "MIN") {
    point = lowest(series);
  } else if (stem == "MAX") {
    point = highest(series);
  } else {
    return std::nullopt;
  }
  const std::string_view rest = name.substr(stem.size());
  if (rest.empty()) return number_text(point.second);
  if (rest == "_TIME") return time_text(point.first, place);
  if (rest == "_TIME_RELATIVE") return span_text(epoch_ms(place.now) / 1000 - point.first);
  return std::nullopt;
}

std::optional<std::string> of_data(std::string_view name, const math::Series& series, const LabelPlace& place) {
  if (name == "DATAPOINT_COUNT") return std::to_string(series.points.size());
  if (series.points.empty()) {  // as for any data, to tell what is a name
    math::Series other;
    other.points[0] = 0;
    return of_data(name, other, place) ? std::optional(std::string()) : std::nullopt;
  }
  const LabelPoint first = *series.points.begin(), last = *series.points.rbegin();
  if (name == "SUM") return number_text(sum_of(series));
  if (name == "AVG") return number_text(sum_of(series) / static_cast<double>(series.points.size()));
  if (name == "FIRST_LAST_RANGE") return number_text(last.second - first.second);
  if (name == "FIRST_LAST_TIME_RANGE") return span_text(last.first - first.first);
  if (name == "MIN_MAX_RANGE") return number_text(highest(series).second - lowest(series).second);
  if (name == "MIN_MAX_TIME_RANGE") return span_text(highest(series).first - lowest(series).first);
  return of_point(name, series, place);
}

std::optional<std::string> of_metric(std::string_view property, const math::Series& series) {
  static const MetricName kNone;
  const MetricName& metric = series.source ? series.source->metric : kNone;
  if (property == "AccountId") return metric.account;
  if (property == "MetricName") return metric.name;
  if (property == "Namespace") return metric.space;
  if (property == "Region") return metric.region;
  if (property == "Stat") return series.source ? series.source->stat : std::string();
  if (property == "Period") return std::to_string(series.period_s);
  constexpr std::string_view kDimension = "Dim.";
  if (!property.starts_with(kDimension)) return std::nullopt;
  for (const auto& [name, value] : metric.dimensions) {
    if (name == property.substr(kDimension.size())) return value;
  }
  return std::string();
}

std::optional<std::string> value_named(std::string_view name, const std::string& otherwise, const math::Series& series,
                                       const LabelPlace& place) {
  constexpr std::string_view kBefore = "PROP('", kAfter = "')";
  if (name == "LABEL") return otherwise;
  if (name.starts_with(kBefore) && name.ends_with(kAfter) && name.size() >= kBefore.size() + kAfter.size()) {
    return of_metric(name.substr(kBefore.size(), name.size() - kBefore.size() - kAfter.size()), series);
  }
  return of_data(name, series, place);
}

}  // namespace

std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  if (!std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const auto two = [&](std::size_t at) -> std::int64_t { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (two(1) > 23 || two(3) > 59) return std::nullopt;
  const std::int64_t ahead_s = two(1) * 3600 + two(3) * 60;
  return text[0] == '-' ? -ahead_s : ahead_s;
}

std::string fill_label(std::string_view pattern, const std::string& otherwise, const math::Series& series,
                       const LabelPlace& place) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = std::min(pattern.find("${"), pattern.size());
    out.append(pattern.substr(0, open));
    pattern.remove_prefix(open);
    const std::size_t close = pattern.find('}');
    if (close == std::string_view::npos) return out.append(pattern);
    const auto value = value_named(pattern.substr(2, close - 2), otherwise, series, place);
    out.append(value ? std::string_view(*value) : pattern.substr(0, close + 1));
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::string label_of(const std::optional<std::string>& label, math::Value::Type type, const std::string& otherwise,
                     const math::Series& series, const LabelPlace& place) {
  if (!label || label->empty()) return otherwise;
  std::string filled = fill_label(*label, otherwise, series, place);
  if (type != math::Value::Type::List || filled != *label) return filled;
  return filled + " " + otherwise;
}

}  // namespace orrery::cloudwatch
