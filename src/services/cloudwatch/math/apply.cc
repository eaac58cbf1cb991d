// The functions of metric math, on values.
#include "services/cloudwatch/math/functions.h"
#include "services/cloudwatch/math/value.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

namespace orrery::cloudwatch::math {
namespace {

using Type = Value::Type;

// Calls change(series) for each time series of the value.
template <class F>
Result<Value> each(std::string_view name, Value value, const F& change) {
  if (value.type == Type::Scalar) return wrong(std::string(name) + " takes time series, not a number");
  for (Series& series : value.series) change(series);
  return value;
}

template <class F>
Value map(Value value, const F& compute) {
  if (value.type == Type::Scalar) return Value::of(compute(0, value.scalar));
  for (Series& series : value.series) {
    std::map<std::int64_t, double> out;
    for (const auto& [at, number] : series.points) {
      const double computed = compute(at, number);
      if (std::isfinite(computed)) out[at] = computed;
    }
    series.points = std::move(out);
  }
  return value;
}

double aggregate(Function function, const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  const auto count = static_cast<double>(values.size());
  switch (function) {
    case Function::Sum:
      return sum;
    case Function::Avg:
      return sum / count;
    case Function::Min:
      return *std::ranges::min_element(values);
    case Function::Max:
      return *std::ranges::max_element(values);
    default: {
      double squares = 0;
      for (const double value : values) squares += (value - sum / count) * (value - sum / count);
      return std::sqrt(squares / count);
    }
  }
}

// AVG, MAX, MIN, STDDEV, SUM: of a time series a number, of a list a time series.
Result<Value> aggregated(Function function, const Value& value) {
  if (value.type == Type::Scalar) return value;
  if (value.type == Type::Series) {
    std::vector<double> all;
    for (const auto& [at, number] : value.series[0].points) all.push_back(number);
    return Value::of(all.empty() ? 0 : aggregate(function, all));
  }
  std::map<std::int64_t, std::vector<double>> by_time;
  Series out;
  for (const Series& series : value.series) {
    out.period_s = std::max(out.period_s, series.period_s);
    for (const auto& [at, number] : series.points) by_time[at].push_back(number);
  }
  for (const auto& [at, numbers] : by_time) out.points[at] = aggregate(function, numbers);
  return Value::of(std::move(out));
}

// RATE, DIFF, DIFF_TIME: from one data point to the next.
void differ(Function function, Series& series) {
  std::map<std::int64_t, double> out;
  for (auto it = series.points.begin(); it != series.points.end(); ++it) {
    if (it == series.points.begin()) continue;
    const auto before = std::prev(it);
    const auto seconds = static_cast<double>(it->first - before->first);
    const double change = it->second - before->second;
    out[it->first] = function == Function::Rate ? change / seconds : function == Function::Diff ? change : seconds;
  }
  series.points = std::move(out);
}

double date_part(Function function, std::int64_t at) {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(at)));
  const std::chrono::year_month_day date(day);
  switch (function) {
    case Function::Minute:
      return static_cast<double>(at / 60 % 60);
    case Function::Hour:
      return static_cast<double>(at / 3600 % 24);
    case Function::Day:  // Monday is 1
      return std::chrono::weekday(day).iso_encoding();
    case Function::Date:
      return static_cast<unsigned>(date.day());
    case Function::Month:
      return static_cast<unsigned>(date.month());
    case Function::Year:
      return static_cast<int>(date.year());
    default:
      return static_cast<double>(at);
  }
}

Result<Value> fill(std::vector<Value> arguments, const Scope& scope) {
  const Value& with = arguments[1];
  if (with.type == Type::List) return wrong("FILL takes a number, a time series, REPEAT or LINEAR");
  return each("FILL", std::move(arguments[0]), [&](Series& series) {
    for (std::int64_t at = scope.start_s; at < scope.end_s; at += series.period_s) {
      if (with.type == Type::Scalar) {
        series.points.try_emplace(at, with.scalar);
      } else if (const auto found = with.series[0].points.find(at); found != with.series[0].points.end()) {
        series.points.try_emplace(at, found->second);
      }
    }
  });
}

// IF(condition, what when true [, what when false])
Result<Value> choose(const std::vector<Value>& arguments) {
  const Value& condition = arguments[0];
  const bool otherwise = arguments.size() == 3;
  for (const Value& value : arguments) {
    if (value.type == Type::List) return wrong("IF takes numbers and time series, not lists");
  }
  if (condition.type == Type::Scalar) {
    if (condition.scalar != 0) return arguments[1];
    if (otherwise) return arguments[2];
    return Value::of(Series{});
  }
  Series out;
  out.period_s = condition.series[0].period_s;
  for (const auto& [at, number] : condition.series[0].points) {
    if (number == 0 && !otherwise) continue;
    const Value& chosen = arguments[number != 0 ? 1 : 2];
    if (chosen.type == Type::Scalar) {
      out.points[at] = chosen.scalar;
    } else if (const auto found = chosen.series[0].points.find(at); found != chosen.series[0].points.end()) {
      out.points[at] = found->second;
    }
  }
  return Value::of(std::move(out));
}

Result<Value> slice(const std::vector<Value>& arguments) {
  if (arguments[0].type != Type::List) return wrong("SLICE takes a list of time series");
  const auto bound = [&](std::size_t index, double otherwise) {
    const double wanted = index < arguments.size() ? arguments[index].scalar : otherwise;
    return static_cast<std::size_t>(std::clamp(wanted, 0.0, static_cast<double>(arguments[0].series.size())));
  };
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].type != Type::Scalar) return wrong("SLICE takes numbers");
  }
  const auto& all = arguments[0].series;
  const std::size_t from = bound(1, 0);
  const std::size_t to = std::max(from, bound(2, static_cast<double>(all.size())));
  if (arguments.size() == 2) {  // one of them
    if (from >= all.size()) return wrong("SLICE asks for a time series that there is not");
    return Value::of(all[from]);
  }
  return Value::list({all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to)});
}

Value time_series(double number, const Scope& scope) {
  Series out;
  out.period_s = scope.period_s;
  for (std::int64_t at = scope.start_s; at < scope.end_s; at += scope.period_s) out.points[at] = number;
  return Value::of(std::move(out));
}

void run_sum(Series& series) {
  double sum = 0;
  for (auto& [at, number] : series.points) number = sum += number;
}

Result<Value> of_list(Function function, Value value) {
  if (value.type == Type::Scalar) return wrong("a number stands where a list of time series is needed");
  if (function == Function::MetricCount) return Value::of(static_cast<double>(value.series.size()));
  if (function == Function::RemoveEmpty) {
    std::erase_if(value.series, [](const Series& series) { return series.points.empty(); });
    return value;
  }
  if (value.type != Type::List || value.series.empty()) return wrong("FIRST and LAST take a list of time series");
  return Value::of(function == Function::First ? value.series.front() : value.series.back());
}

double pointwise(Function function, std::int64_t at, double value) {
  switch (function) {
    case Function::Abs:
      return std::abs(value);
    case Function::Ceil:
      return std::ceil(value);
    case Function::Floor:
      return std::floor(value);
    case Function::Exp:
      return std::exp(value);
    case Function::Log:
      return std::log(value);
    case Function::Log10:
      return std::log10(value);
    case Function::Sqrt:
      return std::sqrt(value);
    default:
      return date_part(function, at);
  }
}

}  // namespace

Result<Value> apply(std::string_view name, std::vector<Value> arguments, const Scope& scope) {
  const Function function = find_function(name)->function;
  switch (function) {
    case Function::Avg:
    case Function::Max:
    case Function::Min:
    case Function::Stddev:
    case Function::Sum:
      return aggregated(function, arguments[0]);
    case Function::Diff:
    case Function::DiffTime:
    case Function::Rate:
      return each(name, std::move(arguments[0]), [&](Series& series) { differ(function, series); });
    case Function::RunningSum:
      return each(name, std::move(arguments[0]), run_sum);
    case Function::Fill:
      return fill(std::move(arguments), scope);
    case Function::If:
      return choose(arguments);
    case Function::Slice:
      return slice(arguments);
    case Function::MetricCount:
    case Function::RemoveEmpty:
    case Function::First:
    case Function::Last:
      return of_list(function, std::move(arguments[0]));
    case Function::Period:
      if (arguments[0].type != Type::Series) return wrong("PERIOD takes a time series");
      return Value::of(static_cast<double>(arguments[0].series[0].period_s));
    case Function::DatapointCount:
      if (arguments[0].type != Type::Series) return wrong("DATAPOINT_COUNT takes a time series");
      return Value::of(static_cast<double>(arguments[0].series[0].points.size()));
    case Function::TimeSeries:
      if (arguments[0].type != Type::Scalar) return wrong("TIME_SERIES takes a number");
      return time_series(arguments[0].scalar, scope);
    default:
      break;
  }
  const bool date = function == Function::Date || function == Function::Day || function == Function::Epoch ||
                    function == Function::Hour || function == Function::Minute || function == Function::Month ||
                    function == Function::Year;
  if (date && arguments[0].type == Type::Scalar) return wrong(std::string(name) + " takes time series, not a number");
  return map(std::move(arguments[0]), [&](std::int64_t at, double value) { return pointwise(function, at, value); });
}

}  // namespace orrery::cloudwatch::math
