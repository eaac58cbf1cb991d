// Times and periods of queries, as both of them take them. Pure.
#pragma once

#include "services/cloudwatch/data/store.h"

namespace orrery::cloudwatch {

// 1, 5, 10, 20, 30 or a multiple of 60.
bool good_period(std::int64_t period_s);

// "Start time between 3 hours and 15 days ago: use a multiple of 60 seconds; 15 to 63 days: round down to the nearest
// 5-minute clock interval; longer ago: to the nearest hour" (GetMetricStatistics, StartTime). Short periods begin at
// their even division of a minute.
Span span_of(Instant start, Instant end, std::int64_t period_s, Instant now);

}  // namespace orrery::cloudwatch
