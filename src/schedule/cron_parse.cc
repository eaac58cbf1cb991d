// The grammar of the six fields. Lists of items; an item is *, a value, a range a-b (which may wrap, as in FRI-MON),
// either with a step /n, or one of the wildcards L, W and # that depend on the month.
#include "schedule/cron.h"

#include <array>
#include <charconv>
#include <span>

namespace orrery::schedule {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kDays = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> names;  // the first stands for `low`
};
enum { kMinute, kHour, kDayOfMonth, kMonth, kDayOfWeek, kYear, kFields };
const std::array<Field, kFields> kField = {{{"minutes", 0, 59, {}},
                                            {"hours", 0, 23, {}},
                                            {"day-of-month", 1, 31, {}},
                                            {"month", 1, 12, kMonths},
                                            {"day-of-week", 1, 7, kDays},
                                            {"year", kFirstYear, kLastYear, {}}}};

using Reason = std::string;  // empty: all is well
using Values = std::bitset<kLastYear - kFirstYear + 1>;

bool same_letters(std::string_view a, std::string_view upper) {
  if (a.size() != upper.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'a' && a[i] <= 'z' ? static_cast<char>(a[i] - 'a' + 'A') : a[i];
    if (c != upper[i]) return false;
  }
  return true;
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  if (text.empty() || text.size() > 4 || text[0] == '-') return std::nullopt;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Splits at the first separator; the second part is nullopt when there is none.
std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

class FieldReader {
 public:
  FieldReader(const Field& field, Cron& cron) : field_(field), cron_(cron) {}

  // Reads the whole field into `values` (bit 0 is the field's lowest value) and the cron's special days.
  Reason read(std::string_view text, Values& values) {
    const bool single = text.find(',') == std::string_view::npos;
    std::optional<std::string_view> rest = text;
    while (rest) {
      const auto [item, more] = split(*rest, ',');
      rest = more;
      if (!single && item.find('#') != std::string_view::npos) {
        return wrong(text, "# allows one expression only");  // documented: "3#1,6#3" is not valid
      }
      Reason reason = read_item(item, values);
      if (!reason.empty()) return reason;
    }
    return {};
  }

 private:
  Reason wrong(std::string_view text, std::string_view why) const {
    return std::string(field_.name) + ": '" + std::string(text) + "': " + std::string(why);
  }

  Reason read_item(std::string_view item, Values& values) {
    if (item.empty()) return wrong(item, "a value is missing");
    if (field_.low == 1 && field_.high == 31) {
      if (special_day_of_month(item)) return {};
    } else if (field_.high == 7) {
      Reason reason;
      if (special_day_of_week(item, reason)) return reason;
    }
    const auto [range, step_text] = split(item, '/');
    int step = 1;
    if (step_text) {
      const auto value = digits(*step_text);
      const int limit = field_.low == kFirstYear ? kLastYear - kFirstYear : field_.high;
      if (!value || *value < 1 || *value > limit)
        return wrong(item, "the step is not between 1 and " + std::to_string(limit));
      step = *value;
    }
    if (range == "*") return fill(field_.low, field_.high, step, values);
    const auto [first_text, last_text] = split(range, '-');
    const auto first = value_of(first_text);
    if (!first) return out_of_range(first_text);
    if (!last_text) return fill(*first, step_text ? field_.high : *first, step, values);
    const auto last = value_of(*last_text);
    if (!last) return out_of_range(*last_text);
    if (*last < *first && field_.low == kFirstYear) return wrong(item, "the last year precedes the first");
    return fill(*first, *last, step, values);
  }

  Reason out_of_range(std::string_view text) const {
    return wrong(text, "not between " + std::to_string(field_.low) + " and " + std::to_string(field_.high));
  }

  std::optional<int> value_of(std::string_view text) const {
    for (std::size_t i = 0; i < field_.names.size(); ++i) {
      if (same_letters(text, field_.names[i])) return field_.low + static_cast<int>(i);
    }
    const auto value = digits(text);
    if (!value || *value < field_.low || *value > field_.high) return std::nullopt;
    return value;
  }

  // From `first` in steps to `last`; past the field's end it goes on at its beginning (22-2, FRI-MON).
  Reason fill(int first, int last, int step, Values& values) const {
    const int size = field_.high - field_.low + 1;
    const int span = last >= first ? last - first : last - first + size;
    for (int i = 0; i <= span; i += step) values.set(static_cast<std::size_t>((first - field_.low + i) % size));
    return {};
  }

  void add(Cron::Special::Kind kind, int day, int nth) {
    cron_.special.push_back({kind, static_cast<std::uint8_t>(day), static_cast<std::uint8_t>(nth)});
  }

  // L, LW, L-3, 15W.
  bool special_day_of_month(std::string_view item) {
    using Kind = Cron::Special::Kind;
    if (same_letters(item, "L")) return add(Kind::LastDay, 0, 0), true;
    if (same_letters(item, "LW")) return add(Kind::LastWeekday, 0, 0), true;
    if (item.size() > 2 && same_letters(item.substr(0, 2), "L-")) {
      const auto offset = digits(item.substr(2));
      if (!offset || *offset < 1 || *offset > 30) return false;
      return add(Kind::LastDay, 0, *offset), true;
    }
    if (item.size() < 2 || !same_letters(item.substr(item.size() - 1), "W")) return false;
    const auto day = digits(item.substr(0, item.size() - 1));
    if (!day || *day < 1 || *day > 31) return false;
    return add(Kind::NearestWeekday, *day, 0), true;
  }

  // L (the last day of the week: Saturday), 6L, FRIL, 6#3, FRI#3. True when the item is of these forms.
  bool special_day_of_week(std::string_view item, Reason& reason) {
    using Kind = Cron::Special::Kind;
    if (same_letters(item, "L")) {
      cron_.days_of_week = static_cast<std::uint8_t>(cron_.days_of_week | 1U << 6);
      return true;
    }
    const auto [day_text, nth_text] = split(item, '#');
    if (nth_text) {
      const auto day = value_of(day_text);
      const auto nth = digits(*nth_text);
      if (!day || !nth || *nth < 1 || *nth > 5) {
        reason = wrong(item, "expected a day of the week, #, and 1 to 5");
      } else {
        add(Kind::NthDayOfWeek, *day - 1, *nth);
      }
      return true;
    }
    if (item.size() < 2 || !same_letters(item.substr(item.size() - 1), "L")) return false;
    const auto day = value_of(item.substr(0, item.size() - 1));
    if (!day) return false;
    add(Kind::LastDayOfWeek, *day - 1, 0);
    return true;
  }

  const Field& field_;
  Cron& cron_;
};

// Stores what a field admits.
void store(int field, const Values& values, Cron& cron) {
  const auto word = (values & Values(~std::uint64_t{0})).to_ullong();
  switch (field) {
    case kMinute:
      cron.minutes = word;
      break;
    case kHour:
      cron.hours = static_cast<std::uint32_t>(word);
      break;
    case kDayOfMonth:
      cron.days_of_month = static_cast<std::uint32_t>(word << 1);
      break;
    case kMonth:
      cron.months = static_cast<std::uint16_t>(word << 1);
      break;
    case kDayOfWeek:
      cron.days_of_week = static_cast<std::uint8_t>(cron.days_of_week | word);
      break;
    default:
      cron.years = values;
  }
}

}  // namespace

std::variant<Cron, std::string> parse_cron(std::string_view fields) {
  std::array<std::string_view, kFields> text;
  std::size_t count = 0;
  std::optional<std::string_view> rest = fields;
  while (rest) {
    const auto [word, more] = split(*rest, ' ');
    rest = more;
    if (word.empty() && count > 0 && more) continue;  // several spaces between two fields
    if (word.empty() || count == kFields) return std::string("cron needs six fields, one space apart");
    text[count++] = word;
  }
  if (count != kFields) return std::string("cron needs six fields: minutes hours day-of-month month day-of-week year");
  // "You can't use * in both the Day-of-month and Day-of-week fields. If you use it in one, you must use ? in the
  // other."
  if ((text[kDayOfMonth] == "?") == (text[kDayOfWeek] == "?")) {
    return std::string("exactly one of day-of-month and day-of-week must be ?");
  }
  Cron cron;
  for (int i = 0; i < kFields; ++i) {
    if ((i == kDayOfMonth || i == kDayOfWeek) && text[static_cast<std::size_t>(i)] == "?") continue;
    Values values;
    const auto index = static_cast<std::size_t>(i);
    std::string reason = FieldReader(kField[index], cron).read(text[index], values);
    if (!reason.empty()) return reason;
    store(i, values, cron);
  }
  return cron;
}

}  // namespace orrery::schedule
