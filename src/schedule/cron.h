// The six-field cron of AWS: minutes hours day-of-month month day-of-week year
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html, "Cron expressions").
#pragma once

#include "schedule/zone.h"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::schedule {

inline constexpr int kFirstYear = 1970;
inline constexpr int kLastYear = 2199;

// What each field admits, as bits: bit 17 of `hours` is 17:00.
struct Cron {
  // Days that depend on the month at hand.
  struct Special {
    enum class Kind : std::uint8_t {
      LastDay,         // L in day-of-month; L-3 is three days before it, `nth` 3
      LastWeekday,     // LW: the last Monday-to-Friday of the month
      NearestWeekday,  // 15W: the Monday-to-Friday nearest to day `day`, within the month
      NthDayOfWeek,    // 6#3: the third Friday
      LastDayOfWeek,   // 6L: the last Friday
    };
    Kind kind;
    std::uint8_t day = 0;  // NearestWeekday: 1-31; …OfWeek: 0 = Sunday
    std::uint8_t nth = 0;  // NthDayOfWeek: 1-5; LastDay: days before the last
  };

  std::uint64_t minutes = 0;        // bits 0-59
  std::uint32_t hours = 0;          // bits 0-23
  std::uint32_t days_of_month = 0;  // bits 1-31; 0 when the field is ? or only special
  std::uint16_t months = 0;         // bits 1-12
  std::uint8_t days_of_week = 0;    // bits 0-6, 0 = Sunday; 0 when the field is ? or only special
  std::bitset<kLastYear - kFirstYear + 1> years;
  std::vector<Special> special;

  // The days of one month on which it fires: bits 1-31.
  std::uint32_t days(int year, unsigned month) const;
};

// The fields within cron(…); on failure the reason.
std::variant<Cron, std::string> parse_cron(std::string_view fields);

// The first matching wall-clock minute strictly later than `after`; nullopt when there is none up to the end of 2199.
// Goes from field to field: at worst a few thousand steps of one month each.
std::optional<LocalMinutes> next_local(const Cron& cron, LocalMinutes after);

}  // namespace orrery::schedule
