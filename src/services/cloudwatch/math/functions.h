// Which functions metric math has, with how many arguments.
#pragma once

#include <cstdint>
#include <string_view>

namespace orrery::cloudwatch::math {

enum class Function : std::uint8_t {
  Abs,
  Avg,
  Ceil,
  DatapointCount,
  Date,
  Day,
  Diff,
  DiffTime,
  Epoch,
  Exp,
  Fill,
  First,
  Floor,
  Hour,
  If,
  Last,
  Log,
  Log10,
  Max,
  MetricCount,
  Metrics,
  Min,
  Minute,
  Month,
  Period,
  Rate,
  RemoveEmpty,
  RunningSum,
  Search,
  Slice,
  Sort,
  Sqrt,
  Stddev,
  Sum,
  TimeSeries,
  Year
};

struct FunctionRow {
  std::string_view name;
  Function function;
  std::uint8_t least, most;
};

// nullptr: there is no such function.
const FunctionRow* find_function(std::string_view name);

}  // namespace orrery::cloudwatch::math
