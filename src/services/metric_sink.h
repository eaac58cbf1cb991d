// Where services publish what the real ones do to CloudWatch ("AWS/Lambda", "AWS/Events", …), and metric filters what
// they find. Declared here, implemented by services/cloudwatch.
#pragma once

#include "base/time.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace orrery {

// A metric's dimensions, names and values, kept in place: publishing allocates nothing. What they look at outlives the
// call.
class MetricDimensions {
 public:
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::size_t kMost = 4;  // a metric filter has 3; more is a bug, and a crash

  MetricDimensions() = default;
  MetricDimensions(std::initializer_list<Pair> pairs) {
    for (const Pair& pair : pairs) emplace_back(pair.first, pair.second);
  }
  void emplace_back(std::string_view name, std::string_view value) {
    if (size_ == kMost) std::abort();
    pairs_[size_++] = {name, value};
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Pair* begin() const { return pairs_.data(); }
  const Pair* end() const { return pairs_.data() + size_; }

 private:
  std::array<Pair, kMost> pairs_{};
  std::size_t size_ = 0;
};

struct PublishedMetric {
  std::string_view account, region;
  std::string_view space, name, unit;  // "AWS/Lambda", "Duration", "Milliseconds"
  MetricDimensions dimensions{};
  std::optional<Instant> at{};  // nullopt: now, on the Orrery's clock
  double times = 1;             // how often the value came
};

class MetricSink {
 public:
  virtual ~MetricSink() = default;
  // Any thread; never blocks on the store, never fails. Cheap enough for each request: no allocation, once a metric is
  // known.
  virtual void publish(const PublishedMetric& metric, double value) = 0;
};

}  // namespace orrery
