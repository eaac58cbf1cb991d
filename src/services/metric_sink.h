// Where services publish what the real ones do to CloudWatch ("AWS/Lambda", "AWS/Events", …), and metric filters what
// they find. Declared here, implemented by services/cloudwatch.
#pragma once

#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery {

struct PublishedMetric {
  std::string_view account, region;
  std::string_view space, name, unit;  // "AWS/Lambda", "Duration", "Milliseconds"
  std::vector<std::pair<std::string_view, std::string_view>> dimensions{};
  std::optional<Instant> at{};  // nullopt: now, on the Orrery's clock
};

class MetricSink {
 public:
  virtual ~MetricSink() = default;
  // One more value. Any thread; never blocks on the store, never fails.
  virtual void publish(const PublishedMetric& metric, double value) = 0;
};

}  // namespace orrery
