// Metrics and their data in the store. Data are rolled up as they come in: a row for each metric, resolution and period
// that has any (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html, "Metrics retention").
#pragma once

#include "base/time.h"
#include "services/cloudwatch/data/statistics.h"
#include "store/store.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::cloudwatch {

using DimensionList = std::vector<std::pair<std::string, std::string>>;  // by name

struct MetricName {
  std::string account, region, space, name;
  DimensionList dimensions;

  auto operator<=>(const MetricName&) const = default;
};

struct MetricRecord {
  MetricName name;
  std::uint64_t number = 0;
  std::int64_t last_ms = 0;     // the newest time that data were written for
  std::int64_t trimmed_ms = 0;  // when what has expired was erased last
  bool high_resolution = false;
};

struct Resolution {
  std::int64_t seconds;
  std::int64_t kept_s;
};
inline constexpr std::int64_t kDay_s = 86'400;
inline constexpr std::array<Resolution, 4> kResolutions{
    {{1, 3 * 3600}, {60, 15 * kDay_s}, {300, 63 * kDay_s}, {3600, 455 * kDay_s}}};

inline constexpr std::string_view kNoUnit = "None";

// One value, or several of one time.
struct Arrival {
  std::int64_t time_s = 0;
  std::string unit;
  bool high_resolution = false;
  Statistics statistics;
};
using Arrivals = std::map<MetricName, std::vector<Arrival>>;
Result<> store_arrivals(Transaction& tx, const Arrivals& arrivals, Instant now);

// One period of a metric.
struct Point {
  std::int64_t start_s = 0;
  std::string unit;
  Statistics statistics;
};
struct Span {
  std::int64_t start_s = 0, end_s = 0;  // end: exclusive
  std::int64_t period_s = 60;           // periods are counted from the start
};
// By time, then unit; periods without data are left out. `unit`: of those alone; empty: all, each by itself.
Result<std::vector<Point>> read_points(Reader& reader, const MetricRecord& metric, const Span& span,
                                       std::string_view unit, Instant now);

Result<std::optional<MetricRecord>> find_metric(Reader& reader, const MetricName& name);
std::string metrics_prefix(std::string_view account, std::string_view region, std::string_view space = {});
Result<MetricRecord> read_metric(std::string_view key, std::string_view value);

}  // namespace orrery::cloudwatch
