// What metric math computes with: scalars, time series, and lists of time series. Pure.
#pragma once

#include "base/result.h"
#include "services/cloudwatch/data/store.h"
#include "services/cloudwatch/math/syntax.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::cloudwatch::math {

// What a series was read from.
struct Source {
  MetricName metric;
  std::string stat;
};

struct Series {
  std::string id;
  std::string label;                     // the default one
  std::string unit;                      // of a metric; empty: its data have several, or it is computed
  std::shared_ptr<const Source> source;  // likewise nullptr
  std::int64_t period_s = 60;
  std::map<std::int64_t, double> points;  // by start of the period, epoch seconds
};

// ValidationError.
inline Failure wrong(std::string what) { return fail(api_error("ValidationError", std::move(what))); }

struct Value {
  enum class Type : std::uint8_t { Scalar, Series, List };
  Type type = Type::Scalar;
  double scalar = 0;
  std::vector<Series> series;  // one, or those of a list

  static Value of(double number) { return {Type::Scalar, number, {}}; }
  static Value of(Series one) {
    Value value{Type::Series, 0, {}};
    value.series.push_back(std::move(one));
    return value;
  }
  static Value list(std::vector<Series> many) { return {Type::List, 0, std::move(many)}; }
};

// What lies outside an expression.
struct Scope {
  std::int64_t start_s = 0, end_s = 0, period_s = 60;
  std::function<Result<Value>(const std::string& id)> resolve;
  // Those of the request that are metrics, whose id contains the text.
  std::function<Result<std::vector<Series>>(const std::string& part)> metrics;
  // SEARCH("terms", "stat", period)
  std::function<Result<std::vector<Series>>(const std::string& terms, const std::string& stat, std::int64_t period_s)>
      search;
};

// Error: ValidationError, without the expression's name.
Result<Value> evaluate(const Node& node, const Scope& scope);

// Of the calls whose arguments are values; in apply.cc.
Result<Value> apply(std::string_view name, std::vector<Value> arguments, const Scope& scope);
Result<Value> combine(Op op, const Value& left, const Value& right);

}  // namespace orrery::cloudwatch::math
