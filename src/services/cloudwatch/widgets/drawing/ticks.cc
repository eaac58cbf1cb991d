#include "services/cloudwatch/widgets/drawing/ticks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::int64_t kDay_s = 86'400;

double nice_step(double about) {
  const double power = std::pow(10, std::floor(std::log10(about)));
  for (const double digit : {1.0, 2.0, 2.5, 5.0}) {
    if (about <= digit * power * (1 + 1e-9)) return digit * power;
  }
  return 10 * power;
}

// Makes room where all values are one.
void widen(double& low, double& high, bool low_fixed, bool high_fixed) {
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low > size * 1e-12) return;
  const double room = size == 0 ? 1 : size * 0.1;
  if (!low_fixed && size != 0) low -= room;
  if (!high_fixed || low_fixed) high = std::max(low, high) + room;
  if (low >= high) low = high - room;
}

struct Unit {
  double size;
  std::string_view text;
};

Unit unit_of(double value) {
  static constexpr std::array<Unit, 4> kUnits{{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const Unit& unit : kUnits) {
    if (std::abs(value) >= unit.size) return unit;
  }
  return {1, ""};
}

bool exponential(double value) { return value != 0 && (std::abs(value) >= 1e15 || std::abs(value) < 1e-4); }

std::string without_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::int64_t time_step(std::int64_t span_s, int most) {
  static constexpr std::array<std::int64_t, 27> kSteps{
      1,           5,           10,          15,           30,           60,          120,
      300,         600,         900,         1800,         3600,         7200,        10'800,
      21'600,      43'200,      kDay_s,      2 * kDay_s,   4 * kDay_s,   7 * kDay_s,  14 * kDay_s,
      28 * kDay_s, 56 * kDay_s, 84 * kDay_s, 168 * kDay_s, 336 * kDay_s, 672 * kDay_s};
  for (const std::int64_t step : kSteps) {
    if (span_s / step < most) return step;
  }
  std::int64_t step = kSteps.back();
  while (span_s / step >= most) step *= 2;
  return step;
}

std::string time_text(std::int64_t local_s, std::int64_t step_s, bool years) {
  const std::int64_t day = (local_s - ((local_s % kDay_s) + kDay_s) % kDay_s) / kDay_s;
  const std::int64_t of_day = local_s - day * kDay_s;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  if (of_day == 0 || step_s >= kDay_s) {
    const auto month = static_cast<unsigned>(date.month()), its_day = static_cast<unsigned>(date.day());
    if (years) return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), month, its_day);
    return fmt::format("{:02}/{:02}", month, its_day);
  }
  if (step_s < 60) return fmt::format("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
  return fmt::format("{:02}:{:02}", of_day / 3600, of_day / 60 % 60);
}

}  // namespace

Scale value_scale(double low, double high, std::optional<double> fixed_low, std::optional<double> fixed_high,
                  int most) {
  low = fixed_low.value_or(fixed_high ? std::min(low, *fixed_high) : low);
  high = fixed_high.value_or(fixed_low ? std::max(high, *fixed_low) : high);
  widen(low, high, fixed_low.has_value(), fixed_high.has_value());
  Scale scale;
  scale.step = nice_step((high - low) / std::max(1, most));
  scale.low = fixed_low ? low : std::floor(low / scale.step + 1e-9) * scale.step;
  scale.high = fixed_high ? high : std::ceil(high / scale.step - 1e-9) * scale.step;
  const double first = std::ceil(scale.low / scale.step - 1e-9);
  const double count = std::floor(scale.high / scale.step + 1e-9) - first + 1;
  for (int i = 0; i < std::min(count, 3.0 * std::max(1, most)); ++i) scale.ticks.push_back((first + i) * scale.step);
  return scale;
}

std::vector<TimeTick> time_ticks(std::int64_t start_s, std::int64_t end_s, std::int64_t ahead_s, int most) {
  std::vector<TimeTick> ticks;
  if (most < 1 || end_s <= start_s) return ticks;
  const std::int64_t step = time_step(end_s - start_s, most);
  const bool years = end_s - start_s > 300 * kDay_s;
  std::int64_t local = start_s + ahead_s;
  local += (step - local % step) % step;
  for (; local - ahead_s <= end_s; local += step) {
    TimeTick& tick = ticks.emplace_back();
    tick.at_s = local - ahead_s;
    tick.text = time_text(local, step, years);
  }
  return ticks;
}

std::string tick_text(double value, double step) {
  if (std::abs(value) < step * 1e-6) return "0";
  if (exponential(value) || step < 1e-4) return fmt::format("{:.4g}", value);
  const Unit unit = unit_of(value);
  const double shown_step = step / unit.size;
  int decimals = shown_step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(shown_step) - 1e-9));
  // A step of 2.5 or 0.25 has a digit more than its power of ten says.
  const double scaled = shown_step * std::pow(10, decimals);
  if (std::abs(scaled - std::round(scaled)) > 1e-6) ++decimals;
  return fmt::format("{:.{}f}{}", value / unit.size, decimals, unit.text);
}

std::string short_number(double value) {
  if (exponential(value)) return fmt::format("{:.3g}", value);
  const Unit unit = unit_of(value);
  const double shown = value / unit.size;
  const double size = std::abs(shown);
  const int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 || size == 0 ? 2 : 4;
  return without_zeros(fmt::format("{:.{}f}", shown, decimals)) + std::string(unit.text);
}

std::string full_number(double value) { return fmt::format("{}", value); }

}  // namespace orrery::cloudwatch::widgets
