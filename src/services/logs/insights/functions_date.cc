#include "services/logs/insights/functions.h"

#include <cmath>

namespace orrery::logs::insights {
namespace {

using Arguments = std::span<const Value>;

constexpr std::int64_t kDay_ms = 24LL * 3600 * 1000;
constexpr std::int64_t kWeek_ms = 7 * kDay_ms;
constexpr std::int64_t kFirstMonday_ms = 4 * kDay_ms;  // 1970-01-05

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

std::int64_t month_of(Instant time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return static_cast<std::int64_t>(static_cast<int>(date.year())) * 12 + static_cast<unsigned>(date.month()) - 1;
}

Instant begin_of_month(std::int64_t month) {
  const std::chrono::year year(static_cast<int>(month / 12));
  const std::chrono::month in_year(static_cast<unsigned>(month % 12) + 1);
  return std::chrono::sys_days(year / in_year / 1);
}

// The instant and the next one at which a period begins.
std::pair<Instant, Instant> period_around(Instant time, const Period& period) {
  if (period.months > 0) {
    const std::int64_t month = floor_to(month_of(time), period.months);
    return {begin_of_month(month), begin_of_month(month + period.months)};
  }
  const std::int64_t origin = period.weeks ? kFirstMonday_ms : 0;
  const std::int64_t begin = floor_to(epoch_ms(time) - origin, period.ms) + origin;
  return {instant_from_ms(begin), instant_from_ms(begin + period.ms)};
}

Value rounded_down(Instant time, const Period& period) { return period_around(time, period).first; }
Value rounded_up(Instant time, const Period& period) {
  const auto [begin, end] = period_around(time, period);
  return begin == time ? begin : end;
}

Value from_millis(Arguments arguments, const Context& /*context*/) {
  const auto number = number_in(arguments[0]);
  constexpr double kMost = 253402300799999.0;  // the end of the year 9999
  if (!number || *number < 0 || *number > kMost) return {};
  return instant_from_ms(static_cast<std::int64_t>(*number));
}
Value to_millis(Arguments arguments, const Context& /*context*/) {
  const auto* time = std::get_if<Instant>(&arguments[0]);
  if (time == nullptr) return {};
  return static_cast<double>(epoch_ms(*time));
}
// "the time that the query processing was started, in epoch seconds"
Value now(Arguments /*arguments*/, const Context& context) {
  return std::floor(static_cast<double>(epoch_ms(context.started)) / 1000);
}

// bin(period) is of @timestamp; the others' first argument is a time.
constexpr Function kDates[] = {
    {"bin", 1, 1, nullptr, 0, rounded_down},
    {"datefloor", 2, 2, nullptr, 1, rounded_down},
    {"dateceil", 2, 2, nullptr, 1, rounded_up},
    {"frommillis", 1, 1, from_millis},
    {"tomillis", 1, 1, to_millis},
    {"now", 0, 0, now},
};

}  // namespace

std::span<const Function> date_functions() { return kDates; }

std::optional<Period> parse_period(std::string_view text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > 9) return std::nullopt;
  const std::int64_t count = std::stoll(std::string(text.substr(0, digits)));
  const std::string unit = lower_case(text.substr(digits));
  struct Unit {
    std::string_view names[6];
    Period one;
  };
  static constexpr Unit kUnits[] = {
      {{"ms", "millisecond", "milliseconds", "msec"}, {1}},
      {{"s", "second", "seconds", "sec"}, {1000}},
      {{"m", "minute", "minutes", "min"}, {60'000}},
      {{"h", "hour", "hours", "hr"}, {3'600'000}},
      {{"d", "day", "days"}, {kDay_ms}},
      {{"w", "week", "weeks"}, {kWeek_ms, 0, true}},
      {{"mo", "month", "months", "mon"}, {0, 1}},
      {{"q", "quarter", "quarters", "qtr"}, {0, 3}},
      {{"y", "year", "years", "yr"}, {0, 12}},
  };
  for (const auto& [names, one] : kUnits) {
    for (const std::string_view name : names) {
      if (name.empty() || name != unit || count == 0) continue;
      return Period{one.ms * count, one.months * count, one.weeks};
    }
  }
  return std::nullopt;
}

}  // namespace orrery::logs::insights
