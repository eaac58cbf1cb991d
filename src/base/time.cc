#include "base/time.h"

#include <charconv>
#include <cstdio>

namespace orrery {
namespace {

struct Fields {
  int year, month, day, hour, minute, second, millis;
};

Fields split(Instant t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const auto ms = (t - day).count();
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(ms / 3'600'000),
          static_cast<int>(ms / 60'000 % 60),
          static_cast<int>(ms / 1000 % 60),
          static_cast<int>(ms % 1000)};
}

std::optional<Instant> join(const Fields& f) {
  const std::chrono::year_month_day date{std::chrono::year(f.year), std::chrono::month(static_cast<unsigned>(f.month)),
                                         std::chrono::day(static_cast<unsigned>(f.day))};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + std::chrono::hours(f.hour) + std::chrono::minutes(f.minute) +
         std::chrono::seconds(f.second) + Millis(f.millis);
}

// Reads exactly `digits` digits from the front of `text`, and removes them.
bool eat_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  out = value;
  text.remove_prefix(digits);
  return true;
}

bool eat(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456" -> 123; at least one digit after the point.
bool eat_fraction(std::string_view& text, int& millis) {
  if (!eat(text, '.')) return true;
  int scale = 100;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    millis += (text.front() - '0') * scale;
    scale /= 10;
    any = true;
    text.remove_prefix(1);
  }
  return any;
}

// "Z", "+01:00", "-0530"; sets how far the text is ahead of UTC.
bool eat_zone(std::string_view& text, std::chrono::minutes& ahead) {
  if (eat(text, 'Z')) return true;
  const bool plus = eat(text, '+');
  if (!plus && !eat(text, '-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!eat_number(text, 2, hours)) return false;
  eat(text, ':');
  if (!eat_number(text, 2, minutes)) return false;
  ahead = std::chrono::minutes((hours * 60 + minutes) * (plus ? 1 : -1));
  return true;
}

template <class... Args>
std::string print(const char* format, Args... args) {
  char buffer[80];
  const int n = std::snprintf(buffer, sizeof buffer, format, args...);
  return {buffer, static_cast<std::size_t>(n)};
}

// These are in nearly every record and reply, where printf would be a noticeable part of the work.
void put_digits(char* out, int digits, int value) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

// "2026-03-01T17:00:00"; of a year that has four digits.
void put_seconds(char* out, const Fields& f) {
  std::string_view("0000-00-00T00:00:00").copy(out, 19);
  put_digits(out, 4, f.year);
  put_digits(out + 5, 2, f.month);
  put_digits(out + 8, 2, f.day);
  put_digits(out + 11, 2, f.hour);
  put_digits(out + 14, 2, f.minute);
  put_digits(out + 17, 2, f.second);
}

bool four_digits(int year) { return year >= 0 && year <= 9999; }

constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string iso8601_seconds(Instant t) {
  const Fields f = split(t);
  if (four_digits(f.year)) {
    char text[20];
    put_seconds(text, f);
    text[19] = 'Z';
    return {text, sizeof text};
  }
  return print("%04d-%02d-%02dT%02d:%02d:%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::string iso8601_millis(Instant t) {
  const Fields f = split(t);
  if (four_digits(f.year)) {
    char text[24];
    put_seconds(text, f);
    text[19] = '.';
    put_digits(text + 20, 3, f.millis);
    text[23] = 'Z';
    return {text, sizeof text};
  }
  return print("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", f.year, f.month, f.day, f.hour, f.minute, f.second, f.millis);
}

std::string iso8601_basic(Instant t) {
  const Fields f = split(t);
  return print("%04d%02d%02dT%02d%02d%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::string http_date(Instant t) {
  const Fields f = split(t);
  const std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(t));
  return print("%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[weekday.c_encoding()], f.day, kMonths[f.month - 1], f.year,
               f.hour, f.minute, f.second);
}

std::optional<Instant> parse_iso8601(std::string_view text) {
  Fields f{};
  if (!eat_number(text, 4, f.year) || !eat(text, '-') || !eat_number(text, 2, f.month) || !eat(text, '-') ||
      !eat_number(text, 2, f.day)) {
    return std::nullopt;
  }
  if (text.empty()) return join(f);
  if (!eat(text, 'T') && !eat(text, ' ')) return std::nullopt;
  if (!eat_number(text, 2, f.hour) || !eat(text, ':') || !eat_number(text, 2, f.minute)) return std::nullopt;
  if (eat(text, ':') && (!eat_number(text, 2, f.second) || !eat_fraction(text, f.millis))) return std::nullopt;
  std::chrono::minutes ahead{0};
  if (!text.empty() && !eat_zone(text, ahead)) return std::nullopt;
  const auto at = join(f);
  if (!text.empty() || !at) return std::nullopt;
  return *at - ahead;
}

std::optional<Instant> parse_iso8601_basic(std::string_view text) {
  Fields f{};
  if (!eat_number(text, 4, f.year) || !eat_number(text, 2, f.month) || !eat_number(text, 2, f.day) || !eat(text, 'T') ||
      !eat_number(text, 2, f.hour) || !eat_number(text, 2, f.minute) || !eat_number(text, 2, f.second) || text != "Z") {
    return std::nullopt;
  }
  return join(f);
}

std::optional<Instant> parse_http_date(std::string_view text) {
  const auto comma = text.find(", ");
  if (comma == std::string_view::npos) return std::nullopt;
  text.remove_prefix(comma + 2);
  Fields f{};
  if (!eat_number(text, 2, f.day) || !eat(text, ' ') || text.size() < 3) return std::nullopt;
  for (int m = 0; m < 12; ++m) {
    if (text.substr(0, 3) == kMonths[m]) f.month = m + 1;
  }
  text.remove_prefix(3);
  if (f.month == 0 || !eat(text, ' ') || !eat_number(text, 4, f.year) || !eat(text, ' ') ||
      !eat_number(text, 2, f.hour) || !eat(text, ':') || !eat_number(text, 2, f.minute) || !eat(text, ':') ||
      !eat_number(text, 2, f.second) || text != " GMT") {
    return std::nullopt;
  }
  return join(f);
}

namespace {
// The milliseconds of one unit; in ISO 8601 "M" means months before the T (refused: their length varies) and minutes
// after.
std::optional<long long> unit_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s" || unit == "S") return 1000;
  if (unit == "m" || unit == "M") return 60'000;
  if (unit == "h" || unit == "H") return 3'600'000;
  if (unit == "d" || unit == "D") return 86'400'000;
  if (unit == "w" || unit == "W") return 604'800'000;
  return std::nullopt;
}
}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
  const bool iso = eat(text, 'P');
  bool time_part = !iso;
  long long total = 0;
  bool any = false;
  while (!text.empty()) {
    if (iso && !time_part && eat(text, 'T')) {
      time_part = true;
      if (text.empty()) return std::nullopt;
      continue;
    }
    long long count = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (status != std::errc() || count < 0 || end == text.data()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::size_t length = 0;
    while (length < text.size() && (text[length] < '0' || text[length] > '9') && text[length] != 'T') ++length;
    const std::string_view unit = text.substr(0, length);
    const auto ms = unit_ms(unit);
    const bool date_unit = unit == "D" || unit == "W";
    const bool upper = unit.size() == 1 && unit[0] < 'a';
    if (!ms || upper != iso || (iso && date_unit == time_part)) return std::nullopt;
    long long span = 0;
    if (__builtin_mul_overflow(count, *ms, &span) || __builtin_add_overflow(total, span, &total)) return std::nullopt;
    text.remove_prefix(length);
    any = true;
  }
  if (!any) return std::nullopt;
  return Millis(total);
}

std::string format_duration(Millis span) {
  long long ms = span.count();
  if (ms == 0) return "0s";
  std::string out;
  const std::pair<long long, const char*> units[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}};
  for (const auto& [size, name] : units) {
    if (ms >= size) out += std::to_string(ms / size) + name;
    ms %= size;
  }
  return out;
}

}  // namespace orrery
