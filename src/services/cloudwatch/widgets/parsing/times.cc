#include "services/cloudwatch/widgets/parsing/times.h"

#include <algorithm>
#include <charconv>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kMost_s = 100'000'000'000;  // some thousand years

std::int64_t seconds_of(char unit, bool of_day) {
  if (of_day) return unit == 'H' ? 3600 : unit == 'M' ? 60 : unit == 'S' ? 1 : 0;
  return unit == 'Y' ? 365 * kDay_s : unit == 'M' ? 30 * kDay_s : unit == 'W' ? 7 * kDay_s : unit == 'D' ? kDay_s : 0;
}

// What follows the P: "1DT12H".
std::optional<std::int64_t> distance_s(std::string_view text) {
  std::int64_t total_s = 0;
  bool of_day = false, any = false;
  while (!text.empty()) {
    if (text[0] == 'T' && !of_day) {
      of_day = true;
      text.remove_prefix(1);
      continue;
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data() + text.size() || number < 0 || number > kMost_s) {
      return std::nullopt;
    }
    const std::int64_t unit_s = seconds_of(*end, of_day);
    if (unit_s == 0) return std::nullopt;
    total_s += number > kMost_s / unit_s ? kMost_s + 1 : number * unit_s;
    if (total_s > kMost_s) return std::nullopt;
    any = true;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  return any ? std::optional(total_s) : std::nullopt;
}

}  // namespace

std::optional<Instant> parse_moment(std::string_view text, Instant now) {
  const bool back = text.starts_with('-');
  const std::string_view distance = text.substr(back ? 1 : 0);
  if (!distance.starts_with('P')) return parse_iso8601(text);
  const auto away_s = distance_s(distance.substr(1));
  if (!away_s) return std::nullopt;
  return instant_from_ms(std::max<long long>(0, epoch_ms(now) + (back ? -*away_s : *away_s) * 1000));
}

}  // namespace orrery::cloudwatch::widgets
