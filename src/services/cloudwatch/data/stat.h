// A statistic by its name: "Average", "p99.9", "tm90", "TM(10%:90%)", "PR(:300)", "IQM"
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html). Pure.
#pragma once

#include "services/cloudwatch/data/statistics.h"

#include <optional>
#include <string_view>

namespace orrery::cloudwatch {

struct Stat {
  enum class Kind : unsigned char {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    Percentile,
    TrimmedMean,
    WinsorizedMean,
    TrimmedCount,
    TrimmedSum,
    PercentileRank,
  };
  Kind kind = Kind::Average;
  std::optional<double> low, high;  // Percentile: `high`
  bool absolute = false;            // the bounds are values, not per cent

  bool extended() const { return kind >= Kind::Percentile; }
};

// nullopt: no such statistic.
std::optional<Stat> parse_stat(std::string_view name);
// nullopt: these values have none (statistic sets have no percentiles).
std::optional<double> value_of(const Stat& stat, const Statistics& statistics);

}  // namespace orrery::cloudwatch
