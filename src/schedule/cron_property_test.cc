// Random expressions against a checker that looks at every minute and reads the fields in its own, simplest way.
#include "schedule/schedule.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::schedule {
namespace {

struct Bounds {
  int low, high;
};
constexpr Bounds kMinutes{0, 59}, kHours{0, 23}, kDays{1, 31}, kMonths{1, 12}, kWeekdays{1, 7};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  std::string item(Bounds b) {
    std::string out;
    switch (pick(0, 4)) {
      case 0:
        return std::to_string(pick(b.low, b.high));
      case 1:
        return std::to_string(pick(b.low, b.high)) + "-" + std::to_string(pick(b.low, b.high));
      case 2:
        return std::to_string(pick(b.low, b.high)) + "/" + std::to_string(pick(1, b.high));
      case 3:
        return "*/" + std::to_string(pick(1, b.high));
      default:
        return std::to_string(pick(b.low, b.high)) + "-" + std::to_string(pick(b.low, b.high)) + "/" +
               std::to_string(pick(1, b.high));
    }
  }

  std::string field(Bounds b) {
    if (pick(0, 3) == 0) return "*";
    std::string out = item(b);
    for (int more = pick(0, 2); more > 0; --more) out += "," + item(b);
    return out;
  }

  std::string day_of_month() {
    switch (pick(0, 6)) {
      case 0:
        return "L";
      case 1:
        return "LW";
      case 2:
        return std::to_string(pick(1, 31)) + "W";
      default:
        return field(kDays);
    }
  }
  std::string day_of_week() {
    switch (pick(0, 5)) {
      case 0:
        return std::to_string(pick(1, 7)) + "L";
      case 1:
        return std::to_string(pick(1, 7)) + "#" + std::to_string(pick(1, 5));
      default:
        return field(kWeekdays);
    }
  }

 private:
  std::mt19937 random_;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == separator) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

// Walks from the start of the range to its end, wrapping, and looks whether a step lands on the value.
bool item_admits(const std::string& item, Bounds b, int value) {
  const auto stepped = split(item, '/');
  const int step = stepped.size() > 1 ? std::stoi(stepped[1]) : 1;
  int from = b.low;
  int to = b.high;
  if (stepped[0] != "*") {
    const auto range = split(stepped[0], '-');
    from = std::stoi(range[0]);
    to = range.size() > 1 ? std::stoi(range[1]) : stepped.size() > 1 ? b.high : from;
  }
  for (int at = from, taken = 0;; at = at == b.high ? b.low : at + 1, ++taken) {
    if (at == value && taken % step == 0) return true;
    if (at == to) return false;
  }
}

bool admits(const std::string& field, Bounds b, int value) {
  for (const auto& item : split(field, ',')) {
    if (item_admits(item, b, value)) return true;
  }
  return false;
}

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

unsigned weekday_of(sys_days date) { return std::chrono::weekday(date).c_encoding() + 1; }  // 1 = Sunday
bool works(sys_days date) { return weekday_of(date) != 1 && weekday_of(date) != 7; }
bool same_month(sys_days a, sys_days b) {
  return year_month_day(a).month() == year_month_day(b).month() && year_month_day(a).year() == year_month_day(b).year();
}

bool day_of_month_admits(const std::string& field, sys_days date) {
  const auto day = static_cast<int>(static_cast<unsigned>(year_month_day(date).day()));
  if (field == "L") return !same_month(date, date + days(1));
  if (field == "LW") {
    if (!works(date)) return false;
    for (sys_days later = date + days(1); same_month(later, date); later += days(1)) {
      if (works(later)) return false;
    }
    return true;
  }
  if (field.back() != 'W') return admits(field, kDays, day);
  const int wanted = std::stoi(field);
  const sys_days target = date + days(wanted - day);
  if (!same_month(target, date) || !works(date)) return false;
  // The nearest working day of that month: none other is nearer, and of two equally near there is none.
  int best = 100;
  sys_days nearest{};
  for (int distance = -6; distance <= 6; ++distance) {
    const sys_days candidate = target + days(distance);
    if (works(candidate) && same_month(candidate, date) && std::abs(distance) < best) {
      best = std::abs(distance);
      nearest = candidate;
    }
  }
  return nearest == date;
}

bool day_of_week_admits(const std::string& field, sys_days date) {
  const auto weekday = static_cast<int>(weekday_of(date));
  const int day = static_cast<int>(static_cast<unsigned>(year_month_day(date).day()));
  if (field.back() == 'L') return weekday == std::stoi(field) && !same_month(date, date + days(7));
  const auto nth = split(field, '#');
  if (nth.size() == 2) return weekday == std::stoi(nth[0]) && (day - 1) / 7 + 1 == std::stoi(nth[1]);
  return admits(field, kWeekdays, weekday);
}

TEST(CronProperty, AgreesWithMinuteByMinute) {
  Generator random(20260301);
  int fired = 0;
  for (int round = 0; round < 300; ++round) {
    const bool by_month = random.pick(0, 1) == 0;
    const std::string minutes = random.field(kMinutes);
    const std::string hours = random.field(kHours);
    const std::string dom = by_month ? random.day_of_month() : "?";
    const std::string months = random.field(kMonths);
    const std::string dow = by_month ? "?" : random.day_of_week();
    const std::string text = "cron(" + minutes + " " + hours + " " + dom + " " + months + " " + dow + " *)";
    const auto schedule = parse(text);
    if (!schedule) continue;  // never fires: 31 in short months
    std::vector<bool> at_minute(24 * 60);
    for (int i = 0; i < 24 * 60; ++i) {
      at_minute[static_cast<std::size_t>(i)] = admits(minutes, kMinutes, i % 60) && admits(hours, kHours, i / 60);
    }
    const sys_days start = sys_days(std::chrono::year(2024) / 1 / 1) + days(random.pick(0, 1500));
    Instant from = Instant(start) + std::chrono::minutes(random.pick(0, 1439)) - Millis(1);
    auto expected = next(*schedule, from);
    for (sys_days date = start; date < start + days(40); date += days(1)) {
      const auto month = static_cast<int>(static_cast<unsigned>(year_month_day(date).month()));
      const bool day_fires =
          admits(months, kMonths, month) && (by_month ? day_of_month_admits(dom, date) : day_of_week_admits(dow, date));
      for (int i = 0; day_fires && i < 24 * 60; ++i) {
        const Instant at = Instant(date) + std::chrono::minutes(i);
        if (!at_minute[static_cast<std::size_t>(i)] || at <= from) continue;
        ASSERT_TRUE(expected) << text;
        ASSERT_TRUE(*expected == at) << text << ": " << iso8601_seconds(*expected) << " instead of "
                                     << iso8601_seconds(at);
        expected = next(*schedule, *expected);
        ++fired;
      }
    }
    ASSERT_TRUE(!expected || *expected >= Instant(start + days(40))) << text;
  }
  EXPECT_GT(fired, 10000);
}

}  // namespace
}  // namespace orrery::schedule
