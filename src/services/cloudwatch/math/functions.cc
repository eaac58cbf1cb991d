#include "services/cloudwatch/math/functions.h"

#include <algorithm>

namespace orrery::cloudwatch::math {
namespace {

constexpr FunctionRow kFunctions[] = {
    {"ABS", Function::Abs, 1, 1},
    {"AVG", Function::Avg, 1, 1},
    {"CEIL", Function::Ceil, 1, 1},
    {"DATAPOINT_COUNT", Function::DatapointCount, 1, 1},
    {"DATE", Function::Date, 1, 1},
    {"DAY", Function::Day, 1, 1},
    {"DIFF", Function::Diff, 1, 1},
    {"DIFF_TIME", Function::DiffTime, 1, 1},
    {"EPOCH", Function::Epoch, 1, 1},
    {"EXP", Function::Exp, 1, 1},
    {"FILL", Function::Fill, 2, 2},
    {"FIRST", Function::First, 1, 1},
    {"FLOOR", Function::Floor, 1, 1},
    {"HOUR", Function::Hour, 1, 1},
    {"IF", Function::If, 2, 3},
    {"LAST", Function::Last, 1, 1},
    {"LOG", Function::Log, 1, 1},
    {"LOG10", Function::Log10, 1, 1},
    {"MAX", Function::Max, 1, 1},
    {"METRICS", Function::Metrics, 0, 1},
    {"METRIC_COUNT", Function::MetricCount, 1, 1},
    {"MIN", Function::Min, 1, 1},
    {"MINUTE", Function::Minute, 1, 1},
    {"MONTH", Function::Month, 1, 1},
    {"PERIOD", Function::Period, 1, 1},
    {"RATE", Function::Rate, 1, 1},
    {"REMOVE_EMPTY", Function::RemoveEmpty, 1, 1},
    {"RUNNING_SUM", Function::RunningSum, 1, 1},
    {"SEARCH", Function::Search, 2, 3},
    {"SLICE", Function::Slice, 2, 3},
    {"SORT", Function::Sort, 3, 4},
    {"SQRT", Function::Sqrt, 1, 1},
    {"STDDEV", Function::Stddev, 1, 1},
    {"SUM", Function::Sum, 1, 1},
    {"TIME_SERIES", Function::TimeSeries, 1, 1},
    {"YEAR", Function::Year, 1, 1},
};

}  // namespace

const FunctionRow* find_function(std::string_view name) {
  const auto* found = std::ranges::find(kFunctions, name, &FunctionRow::name);
  return found == std::end(kFunctions) ? nullptr : found;
}

}  // namespace orrery::cloudwatch::math
