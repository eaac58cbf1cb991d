#include "services/firehose/delivery/prefix.h"

#include "schedule/zone.h"
#include "shapes/firehose.h"

#include <array>
#include <chrono>

namespace orrery::firehose {
namespace {

constexpr std::string_view kDefault = "!{timestamp:yyyy/MM/dd/HH/}";
constexpr std::string_view kErrorType = "!{firehose:error-output-type}";
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

Failure refused(std::string message) { return fail(errors::InvalidArgumentException(std::move(message))); }

std::string padded(long long number, std::size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

struct Shown {
  long long year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0, day_of_year = 0;
  std::size_t weekday = 0;
};

Shown shown_at(Instant at, std::string_view zone) {
  std::chrono::sys_time<Millis> local = at;
  const auto found = zone.empty() ? std::nullopt : schedule::Zone::find(zone);
  if (found && !found->is_utc()) {
    const auto seconds = at - std::chrono::floor<std::chrono::minutes>(at);
    local = std::chrono::sys_time<Millis>(std::chrono::duration_cast<Millis>(found->to_local(at))) + seconds;
  }
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(local - day);
  Shown out;
  out.year = static_cast<int>(date.year());
  out.month = static_cast<unsigned>(date.month());
  out.day = static_cast<unsigned>(date.day());
  out.hour = time.hours().count();
  out.minute = time.minutes().count();
  out.second = time.seconds().count();
  out.millis = (local - std::chrono::floor<std::chrono::seconds>(local)).count();
  out.day_of_year = (day - std::chrono::sys_days(date.year() / std::chrono::January / 1)).count() + 1;
  out.weekday = std::chrono::weekday(day).c_encoding();
  return out;
}

std::string named(std::string_view name, std::size_t width) {
  return std::string(width < 4 ? name.substr(0, 3) : name);
}

std::optional<std::string> field(char letter, std::size_t width, const Shown& time) {
  switch (letter) {
    case 'y':
    case 'u':
      return width == 2 ? padded(time.year % 100, 2) : padded(time.year, width);
    case 'M':
    case 'L':
      if (width >= 3) return named(kMonths.at(static_cast<std::size_t>(time.month - 1)), width);
      return padded(time.month, width);
    case 'd':
      return padded(time.day, width);
    case 'D':
      return padded(time.day_of_year, width);
    case 'E':
      return named(kDays.at(time.weekday), width);
    case 'H':
      return padded(time.hour, width);
    case 'k':
      return padded(time.hour == 0 ? 24 : time.hour, width);
    case 'h':
      return padded(time.hour % 12 == 0 ? 12 : time.hour % 12, width);
    case 'K':
      return padded(time.hour % 12, width);
    case 'a':
      return time.hour < 12 ? "AM" : "PM";
    case 'm':
      return padded(time.minute, width);
    case 's':
      return padded(time.second, width);
    case 'S':
      return (padded(time.millis, 3) + std::string(9, '0')).substr(0, width);
    default:
      return std::nullopt;
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Literal text in quotes; two quotes are one. Moves past it.
std::string quoted(std::string_view pattern, std::size_t& i) {
  const std::size_t end = pattern.find('\'', i + 1);
  const std::string_view text = pattern.substr(i + 1, end == std::string_view::npos ? end : end - i - 1);
  i = end == std::string_view::npos ? pattern.size() : end + 1;
  return text.empty() ? "'" : std::string(text);
}

// Expressions become what `value` makes of them; nullopt from it: an unknown one, which is the error.
template <class Value>
Result<std::string> substituted(std::string_view text, const Value& value) {
  std::string out;
  for (;;) {
    const auto begin = text.find("!{");
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) return out;
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos)
      return refused("The prefix has an expression that does not end: " + std::string(text));
    const std::string_view expression = text.substr(begin + 2, end - begin - 2);
    const std::optional<std::string> replaced = value(expression);
    if (!replaced) return refused("The prefix has an expression that is not valid: !{" + std::string(expression) + "}");
    out.append(*replaced);
    text.remove_prefix(end + 1);
  }
}

std::string evaluate(std::string_view text, const PrefixFacts& facts) {
  std::size_t randoms = 0;
  const auto value = [&](std::string_view expression) -> std::optional<std::string> {
    if (expression.starts_with("timestamp:")) return formatted(expression.substr(10), facts.at, facts.zone);
    if (expression == "firehose:error-output-type") return facts.error_type;
    if (expression != "firehose:random-string") return std::nullopt;
    const std::size_t from = facts.random.size() > 11 ? (randoms++ * 11) % (facts.random.size() - 10) : 0;
    return facts.random.substr(from, 11);
  };
  const auto out = substituted(text, value);
  return out ? *out : std::string(text);  // it was checked when it was given
}

bool has_expressions(std::string_view text) { return text.find("!{") != std::string_view::npos; }

}  // namespace

std::optional<std::string> formatted(std::string_view pattern, Instant at, std::string_view zone) {
  const Shown time = shown_at(at, zone);
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\'') {
      out += quoted(pattern, i);
    } else if (!is_letter(c)) {
      out += c;
      ++i;
    } else {
      const std::size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
      const auto part = field(c, end - i, time);
      if (!part) return std::nullopt;
      out += *part;
      i = end;
    }
  }
  return out;
}

Result<> check_prefixes(const std::optional<std::string>& prefix, const std::optional<std::string>& error_prefix,
                        const std::string& zone) {
  if (!zone.empty() && !schedule::Zone::find(zone)) return refused("CustomTimeZone is not a time zone: " + zone);
  const auto known = [](bool error) {
    return [error](std::string_view expression) -> std::optional<std::string> {
      if (expression.starts_with("timestamp:")) return formatted(expression.substr(10), {}, "");
      if (expression == "firehose:random-string" || (error && expression == "firehose:error-output-type")) return "";
      return std::nullopt;
    };
  };
  TRY(substituted(prefix.value_or(""), known(false)));
  const std::string errors = error_prefix.value_or("");
  TRY(substituted(errors, known(true)));
  if (has_expressions(prefix.value_or("")) && errors.empty()) {
    return refused("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.");
  }
  if (has_expressions(errors) && errors.find(kErrorType) == std::string::npos) {
    return refused("ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions.");
  }
  return {};
}

std::string evaluated_prefix(const std::optional<std::string>& prefix, const PrefixFacts& facts) {
  std::string text = prefix.value_or("");
  // "If you specify a prefix without an expression of the timestamp namespace, Firehose appends yyyy/MM/dd/HH/".
  if (text.find("!{timestamp:") == std::string::npos) text += kDefault;
  return evaluate(text, facts);
}

std::string evaluated_error_prefix(const std::optional<std::string>& prefix,
                                   const std::optional<std::string>& error_prefix, const PrefixFacts& facts) {
  std::string text = error_prefix.value_or("");
  if (text.empty()) text = prefix.value_or("");
  if (!has_expressions(text)) text.append(kErrorType).append("/").append(kDefault);
  return evaluate(text, facts);
}

std::string object_suffix(std::string_view stream, std::int64_t version, const PrefixFacts& facts,
                          std::string_view uuid, std::string_view extension) {
  std::string out(stream);
  out.append("-").append(std::to_string(version)).append("-");
  out.append(formatted("yyyy-MM-dd-HH-mm-ss", facts.at, facts.zone).value_or(""));
  return out.append("-").append(uuid).append(extension);
}

}  // namespace orrery::firehose
