#include "services/logs/insights/functions.h"

#include <algorithm>
#include <cmath>

namespace orrery::logs::insights {
namespace {

using Arguments = std::span<const Value>;

// Of one number; nothing where it is none or the result is none.
template <double (*Of)(double)>
Value applied(Arguments arguments, const Context& /*context*/) {
  const auto number = number_in(arguments[0]);
  if (!number) return {};
  const double result = Of(*number);
  return std::isfinite(result) ? Value(result) : Value();
}

double absolute(double x) { return std::fabs(x); }
double ceiling(double x) { return std::ceil(x); }
double floored(double x) { return std::floor(x); }
double logarithm(double x) { return std::log(x); }
double root(double x) { return std::sqrt(x); }

template <bool Greatest>
Value extreme(Arguments arguments, const Context& /*context*/) {
  std::optional<double> best;
  for (const Value& argument : arguments) {
    const auto number = number_in(argument);
    if (!number) return {};
    if (!best || (Greatest ? *number > *best : *number < *best)) best = number;
  }
  return *best;
}

constexpr Function kNumbers[] = {
    {"abs", 1, 1, applied<absolute>},     {"ceil", 1, 1, applied<ceiling>},   {"floor", 1, 1, applied<floored>},
    {"greatest", 1, kAny, extreme<true>}, {"least", 1, kAny, extreme<false>}, {"log", 1, 1, applied<logarithm>},
    {"sqrt", 1, 1, applied<root>},
};

}  // namespace

std::span<const Function> number_functions() { return kNumbers; }

}  // namespace orrery::logs::insights
