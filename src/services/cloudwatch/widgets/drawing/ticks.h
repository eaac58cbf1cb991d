// What axes show, and where. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::cloudwatch::widgets {

struct Scale {
  double low = 0, high = 1, step = 1;  // low < high
  std::vector<double> ticks;           // multiples of the step, ascending
};
// An axis for values from `low` to `high`, with about `most` ticks at 1, 2, 2.5 or 5 times a power of ten, that begins
// and ends at one; where an end is fixed, there. |values| at most 1e150.
Scale value_scale(double low, double high, std::optional<double> fixed_low, std::optional<double> fixed_high, int most);

struct TimeTick {
  std::int64_t at_s = 0;
  std::string text;  // "17:05", "17:05:30", "03/01", "2026-03-01"
};
// At round times of clocks that are `ahead_s` of UTC, at most `most`.
std::vector<TimeTick> time_ticks(std::int64_t start_s, std::int64_t end_s, std::int64_t ahead_s, int most);

// "1.5k": with as many decimals as the step asks for; k, M, G, T and powers of ten.
std::string tick_text(double value, double step);
// Three or more digits of it: "1.23k", "42", "0.00123".
std::string short_number(double value);
// All of its digits.
std::string full_number(double value);

}  // namespace orrery::cloudwatch::widgets
