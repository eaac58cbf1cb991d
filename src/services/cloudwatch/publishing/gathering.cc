#include "services/cloudwatch/publishing/gathering.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace orrery::cloudwatch {
namespace {

constexpr std::int64_t kMinute_s = 60;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t more) {
  return (hash ^ (more + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U))) * 0xff51afd7ed558ccdU;
}

// Of what tells metrics apart most: the rest is only compared.
std::uint64_t hash_of(const PublishedMetric& metric, std::int64_t minute_s) {
  const std::hash<std::string_view> text;
  std::uint64_t hash = mixed(text(metric.name), static_cast<std::uint64_t>(minute_s));
  hash = mixed(hash, text(metric.account));
  for (const auto& [name, value] : metric.dimensions) hash = mixed(hash, text(value));
  return hash;
}

bool same_dimensions(const DimensionList& known, const MetricDimensions& given) {
  return std::ranges::equal(known, given,
                            [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; });
}

bool is_same(const MetricName& known, const PublishedMetric& given) {
  return known.name == given.name && known.space == given.space && known.account == given.account &&
         known.region == given.region && same_dimensions(known.dimensions, given.dimensions);
}

MetricName name_of(const PublishedMetric& metric) {
  MetricName name;
  name.account = metric.account;
  name.region = metric.region;
  name.space = metric.space;
  name.name = metric.name;
  name.dimensions.reserve(metric.dimensions.size());
  for (const auto& [key, value] : metric.dimensions) name.dimensions.emplace_back(key, value);
  return name;
}

}  // namespace

Gathering::Sum& Gathering::sum_of(const PublishedMetric& metric, std::int64_t minute_s) {
  const std::uint64_t hash = hash_of(metric, minute_s);
  const auto [first, last] = sums_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    const Arrival& arrival = at->second.arrival;
    if (arrival.time_s == minute_s && arrival.unit == metric.unit && is_same(at->second.name, metric)) {
      return at->second;
    }
  }
  Sum sum{name_of(metric), {}};
  sum.arrival.time_s = minute_s;
  sum.arrival.unit = metric.unit;
  return sums_.emplace(hash, std::move(sum))->second;
}

void Gathering::add(const PublishedMetric& metric, std::int64_t time_s, double value) {
  sum_of(metric, time_s - time_s % kMinute_s).arrival.statistics.add(value, metric.times);
}

void Gathering::move_to(Arrivals& arrivals) {
  for (auto& [hash, sum] : sums_) {
    std::ranges::sort(sum.name.dimensions);
    arrivals[std::move(sum.name)].push_back(std::move(sum.arrival));
  }
  sums_.clear();
}

}  // namespace orrery::cloudwatch
