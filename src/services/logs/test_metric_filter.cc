// TestMetricFilter: what a filter pattern matches in sample messages, and the values that it names there.
#include "services/logs/operations.h"
#include "services/logs/patterns/filter_pattern.h"

namespace orrery::logs {

Result<TestMetricFilterResponse> test_metric_filter(Call& /*call*/, Reader& /*reader*/,
                                                    const TestMetricFilterRequest& input) {
  const FilterPattern pattern = TRY(FilterPattern::parse(input.filterPattern));
  TestMetricFilterResponse output;
  output.matches.emplace();
  std::int64_t number = 0;
  for (const std::string& message : input.logEventMessages) {
    ++number;
    auto values = pattern.extract(message);
    if (values) output.matches->push_back({number, message, std::move(values)});
  }
  return output;
}

}  // namespace orrery::logs
