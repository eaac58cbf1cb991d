#include "schedule/cron.h"

#include <bit>
#include <chrono>

namespace orrery::schedule {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;
using std::chrono::year_month_day_last;

int last_day(int y, unsigned m) {
  const year_month_day_last last{year(y), std::chrono::month_day_last(month(m))};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

// 0 = Sunday.
int weekday_of(int y, unsigned m, int d) {
  const year_month_day date{year(y), month(m), day(static_cast<unsigned>(d))};
  return static_cast<int>(std::chrono::weekday(sys_days(date)).c_encoding());
}

std::uint32_t bit(int d) { return d >= 1 && d <= 31 ? std::uint32_t{1} << d : 0; }

std::uint32_t special_day(const Cron::Special& special, int y, unsigned m) {
  using Kind = Cron::Special::Kind;
  const int last = last_day(y, m);
  const int last_dow = weekday_of(y, m, last);
  switch (special.kind) {
    case Kind::LastDay:
      return bit(last - special.nth);
    case Kind::LastWeekday:
      return bit(last_dow == 0 ? last - 2 : last_dow == 6 ? last - 1 : last);
    case Kind::NearestWeekday: {
      // "the weekday nearest", without leaving the month: the 1st on a Saturday gives Monday the 3rd.
      const int d = special.day;
      if (d > last) return 0;
      const int dow = weekday_of(y, m, d);
      if (dow == 6) return bit(d == 1 ? 3 : d - 1);
      if (dow == 0) return bit(d == last ? d - 2 : d + 1);
      return bit(d);
    }
    case Kind::NthDayOfWeek: {
      const int first = 1 + (special.day - weekday_of(y, m, 1) + 7) % 7;
      const int d = first + 7 * (special.nth - 1);
      return d <= last ? bit(d) : 0;
    }
    case Kind::LastDayOfWeek:
      return bit(last - (last_dow - special.day + 7) % 7);
  }
  return 0;
}

// The first minute of the day, at or after `from`, that the hours and minutes admit.
std::optional<int> time_of_day(const Cron& cron, int from) {
  const int hour = from / 60;
  if (hour < 24 && (cron.hours >> hour & 1) != 0) {
    const std::uint64_t rest = cron.minutes >> (from % 60);
    if (rest != 0) return from + std::countr_zero(rest);
  }
  const std::uint64_t later = hour < 24 ? std::uint64_t{cron.hours} >> (hour + 1) : 0;
  if (later == 0 || cron.minutes == 0) return std::nullopt;
  return (hour + 1 + std::countr_zero(later)) * 60 + std::countr_zero(cron.minutes);
}

// The first day-and-time in the month that fires, from day `from_day` on, whose first day starts at minute
// `from_minute`.
std::optional<LocalMinutes> in_month(const Cron& cron, int y, unsigned m, int from_day, int from_minute) {
  std::uint32_t mask = cron.days(y, m);
  mask = mask >> from_day << from_day;
  for (; mask != 0; mask &= mask - 1) {
    const int d = std::countr_zero(mask);
    const auto time = time_of_day(cron, d == from_day ? from_minute : 0);
    if (!time) continue;
    const sys_days date(year_month_day{year(y), month(m), day(static_cast<unsigned>(d))});
    return LocalMinutes(date.time_since_epoch()) + LocalMinutes(*time);
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t Cron::days(int year_number, unsigned month_number) const {
  std::uint32_t out = days_of_month;
  if (days_of_week != 0) {
    const int first = weekday_of(year_number, month_number, 1);
    for (int d = 1; d <= 31; ++d) {
      if ((days_of_week >> ((first + d - 1) % 7) & 1) != 0) out |= bit(d);
    }
  }
  for (const Special& one : special) out |= special_day(one, year_number, month_number);
  const int last = last_day(year_number, month_number);
  return out & static_cast<std::uint32_t>((std::uint64_t{2} << last) - 2);  // bits 1 to `last`
}

std::optional<LocalMinutes> next_local(const Cron& cron, LocalMinutes after) {
  constexpr sys_days kBegin(year_month_day{year(kFirstYear), month(1), day(1)});
  constexpr sys_days kEnd(year_month_day{year(kLastYear + 1), month(1), day(1)});
  if (after < LocalMinutes(kBegin.time_since_epoch()))
    after = LocalMinutes(kBegin.time_since_epoch()) - LocalMinutes(1);
  if (after >= LocalMinutes(kEnd.time_since_epoch()) - LocalMinutes(1)) return std::nullopt;

  const LocalMinutes from = after + LocalMinutes(1);
  const std::chrono::days from_day = std::chrono::floor<std::chrono::days>(from);
  const year_month_day date{sys_days(from_day)};
  int d = static_cast<int>(static_cast<unsigned>(date.day()));
  auto minute = static_cast<int>((from - from_day).count());
  unsigned m = static_cast<unsigned>(date.month());
  for (int y = static_cast<int>(date.year()); y <= kLastYear; ++y) {
    const bool admitted = cron.years[static_cast<std::size_t>(y - kFirstYear)];
    for (; admitted && m <= 12; ++m) {
      if ((cron.months >> m & 1) != 0) {
        if (const auto found = in_month(cron, y, m, d, minute)) return found;
      }
      d = 1;
      minute = 0;
    }
    m = 1;
    d = 1;
    minute = 0;
  }
  return std::nullopt;
}

}  // namespace orrery::schedule
