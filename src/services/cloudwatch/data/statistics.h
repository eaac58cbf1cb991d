// What is kept of the values that came in during one period: count, sum, extremes, and the values themselves with how
// often each came, for percentiles. Up to kExactValues different values are kept as they are; when there are more, each
// is rounded to a number at most 0.5 % from it, so that any number of values takes bounded room. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::cloudwatch {

inline constexpr std::size_t kExactValues = 100;

struct Statistics {
  double count = 0, sum = 0, minimum = 0, maximum = 0;
  // A statistic set came in whose values are not known: "CloudWatch needs raw data points to calculate percentile
  // statistics" (PutMetricData).
  bool opaque = false;
  bool rounded = false;
  std::vector<std::pair<double, double>> values;  // value, how often; by value

  void add(double value, double times);
  void add_set(double set_count, double set_sum, double set_minimum, double set_maximum);
  void merge(const Statistics& other);

 private:
  void widen(double low, double high, double times);
  void put(double value, double times);
  void round_off();
};

std::string encode_statistics(const Statistics& statistics);
// Takes what it reads off `bytes`; nullopt: they are something else.
std::optional<Statistics> decode_statistics(std::string_view& bytes);

}  // namespace orrery::cloudwatch
