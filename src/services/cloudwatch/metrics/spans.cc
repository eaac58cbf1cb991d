#include "services/cloudwatch/metrics/spans.h"

#include <algorithm>

namespace orrery::cloudwatch {

bool good_period(std::int64_t period_s) {
  constexpr std::int64_t kShort[] = {1, 5, 10, 20, 30};
  return (period_s >= 60 && period_s % 60 == 0) || std::ranges::find(kShort, period_s) != std::end(kShort);
}

Span span_of(Instant start, Instant end, std::int64_t period_s, Instant now) {
  const std::int64_t start_s = std::max<std::int64_t>(0, epoch_ms(start) / 1000);
  const std::int64_t age_s = epoch_ms(now) / 1000 - start_s;
  std::int64_t unit = std::min<std::int64_t>(60, period_s);
  if (age_s > 15 * kDay_s) unit = 300;
  if (age_s > 63 * kDay_s) unit = 3600;
  Span span;
  span.start_s = start_s - start_s % unit;
  span.end_s = (epoch_ms(end) + 999) / 1000;
  span.period_s = period_s;
  return span;
}

}  // namespace orrery::cloudwatch
