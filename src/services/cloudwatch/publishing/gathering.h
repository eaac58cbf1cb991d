// What has been published and is not written: one sum a metric, unit and minute, found by a hash over what names it.
#pragma once

#include "services/cloudwatch/data/store.h"
#include "services/metric_sink.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace orrery::cloudwatch {

// Not thread-safe.
class Gathering {
 public:
  void add(const PublishedMetric& metric, std::int64_t time_s, double value);
  std::size_t size() const { return sums_.size(); }
  // Moves all of it to what is written in one transaction. Dimensions that came in different orders are one metric.
  void move_to(Arrivals& arrivals);

 private:
  struct Sum {
    MetricName name;  // dimensions as they came
    Arrival arrival;
  };
  struct AsItIs {
    std::size_t operator()(std::uint64_t hash) const { return static_cast<std::size_t>(hash); }
  };
  Sum& sum_of(const PublishedMetric& metric, std::int64_t minute_s);

  std::unordered_multimap<std::uint64_t, Sum, AsItIs> sums_;
};

}  // namespace orrery::cloudwatch
