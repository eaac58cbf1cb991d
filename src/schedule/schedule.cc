#include "schedule/schedule.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace orrery::schedule {
namespace {

using Parsed = std::variant<Schedule, std::string>;

constexpr long long kDayMs = 86'400'000;

// The end of 2199, exclusive.
constexpr Instant kEnd(std::chrono::sys_days(std::chrono::year(kLastYear + 1) / 1 / 1));

// "5 minutes". Value 1 takes the singular, every other the plural
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html, "Rate expressions").
Parsed parse_rate(std::string_view text, Dialect dialect) {
  long long value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || text.starts_with('-')) return "rate: expected a positive number and a unit";
  if (value == 0) return "rate: the value must be greater than 0";
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  struct Unit {
    std::string_view one, many;
    long long ms;
  };
  constexpr Unit kUnits[] = {
      {" minute", " minutes", 60'000}, {" hour", " hours", 3'600'000}, {" day", " days", kDayMs}};
  for (const auto& [one, many, ms] : kUnits) {
    if (unit != one && unit != many) continue;
    if (dialect == Dialect::Rules && (value == 1) != (unit == one)) {
      return "rate: value 1 takes a singular unit (1 minute), every other value a plural one (5 minutes)";
    }
    long long every = 0;
    if (__builtin_mul_overflow(value, ms, &every) || every > kEnd.time_since_epoch().count()) {
      return "rate: longer than the time that schedules run (until 2199)";
    }
    return Schedule{Rate{Millis(every)}, Instant{}};
  }
  return "rate: the unit must be minute(s), hour(s) or day(s)";
}

// "2026-03-01T17:00:00", without a zone: it is wall-clock time in the schedule's zone.
Parsed parse_at(std::string_view text) {
  const char* expected = "at: expected yyyy-mm-ddThh:mm:ss";
  if (text.size() != 19 || text[10] != 'T') return expected;
  const auto at = parse_iso8601(text);
  if (!at || at->time_since_epoch() % std::chrono::seconds(1) != Millis(0) || text.substr(17) > "59") return expected;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(at->time_since_epoch());
  const auto second = std::chrono::floor<std::chrono::seconds>(at->time_since_epoch() - minutes);
  return Schedule{At{minutes, static_cast<int>(second.count())}, Instant{}};
}

Parsed parse_fields(std::string_view text) {
  auto parsed = parse_cron(text);
  if (auto* reason = std::get_if<std::string>(&parsed)) return "cron: " + *reason;
  Cron& cron = std::get<Cron>(parsed);
  if (!next_local(cron, LocalMinutes(-1)))
    return "cron: there is no such day between 1970 and 2199, it would never fire";
  return Schedule{std::move(cron), Instant{}};
}

Parsed parse_any(std::string_view expression, Dialect dialect) {
  const auto inside = [&](std::string_view name) -> std::optional<std::string_view> {
    if (!expression.starts_with(name) || !expression.ends_with(')')) return std::nullopt;
    return expression.substr(name.size(), expression.size() - name.size() - 1);
  };
  if (const auto text = inside("rate(")) return parse_rate(*text, dialect);
  if (const auto text = inside("cron(")) return parse_fields(*text);
  if (const auto text = inside("at(")) return parse_at(*text);
  return "expected rate(…), cron(…) or at(…)";
}

std::optional<Instant> next_rate(const Rate& rate, Instant anchor, Instant after) {
  if (after >= kEnd) return std::nullopt;
  // Also before the anchor, for clocks that were turned back.
  if (after < anchor - 2 * (kEnd - Instant{})) return anchor;
  auto periods = (after - anchor) / rate.every;
  if (anchor + periods * rate.every > after) --periods;
  const Instant at = anchor + (periods + 1) * rate.every;
  return at < kEnd ? std::optional(at) : std::nullopt;
}

// docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html, "Daylight savings time": "In the spring, when the
// time shifts forward, if a cron expression falls on a non-existent date and time, your schedule invocation is skipped.
// In the fall, when the time shifts backward, your schedule runs only once and does not repeat its invocation."
std::optional<Instant> next_cron(const Cron& cron, Instant after, const Zone& zone) {
  if (after >= kEnd + std::chrono::days(1)) return std::nullopt;
  // A zone's clocks are within a day of UTC, and nothing fires before 1970.
  if (after < Instant{} - std::chrono::days(1)) after = Instant{} - std::chrono::days(1);
  LocalMinutes local = zone.to_local(after);
  while (const auto found = next_local(cron, local)) {
    const auto at = zone.to_instant(*found);
    if (at && *at > after) return at;
    local = *found;
  }
  return std::nullopt;
}

std::optional<Instant> next_at(const At& once, Instant after, const Zone& zone) {
  auto at = zone.to_instant(once.day_minutes);
  if (!at) return std::nullopt;
  *at += std::chrono::seconds(once.second);
  return *at > after ? at : std::nullopt;
}

}  // namespace

Result<Schedule> parse(std::string_view expression, Dialect dialect) {
  Parsed parsed = parse_any(expression, dialect);
  if (auto* schedule = std::get_if<Schedule>(&parsed)) return std::move(*schedule);
  return fail(api_error("ValidationException", "Parameter ScheduleExpression is not valid."));
}

std::string why_invalid(std::string_view expression) {
  Parsed parsed = parse_any(expression, Dialect::Rules);
  auto* reason = std::get_if<std::string>(&parsed);
  return reason != nullptr ? std::move(*reason) : std::string();
}

std::optional<Instant> next(const Schedule& schedule, Instant after, const Zone& zone) {
  if (const auto* rate = std::get_if<Rate>(&schedule.when)) return next_rate(*rate, schedule.anchor, after);
  if (const auto* cron = std::get_if<Cron>(&schedule.when)) return next_cron(*cron, after, zone);
  return next_at(std::get<At>(schedule.when), after, zone);
}

Instant latest(const Schedule& schedule, Instant due, Instant now, const Zone& zone) {
  if (now <= due || !schedule.recurring()) return due;
  if (const auto* rate = std::get_if<Rate>(&schedule.when)) return due + (now - due) / rate->every * rate->every;
  // Cron knows only the next instant: look in windows before now that double until one holds an instant.
  for (Millis window = std::chrono::minutes(2);; window *= 2) {
    const Instant from = std::max(due, now - window);
    Instant found = due;
    for (auto at = next(schedule, from, zone); at && *at <= now; at = next(schedule, *at, zone)) found = *at;
    if (found > from || from == due) return found;
  }
}

}  // namespace orrery::schedule
