// EventBridge schedule expressions: rate(5 minutes), cron(0 17 * * ? *), and EventBridge Scheduler's
// at(2026-03-01T17:00:00). docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
// docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. Pure functions; nothing here reads a clock.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "schedule/cron.h"
#include "schedule/zone.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace orrery::schedule {

struct Rate {
  Millis every{};  // a whole number of minutes, hours or days (of 24 hours, whatever the time zone does), > 0
};

struct At {
  LocalMinutes day_minutes{};  // wall-clock time in the schedule's zone, to the minute
  int second = 0;
};

struct Schedule {
  std::variant<Rate, Cron, At> when;
  // For rate only: the instants are anchor, anchor + every, anchor + 2 * every, … and before it, where somebody asks. A
  // rule first fires one period after its creation: let `anchor` be the creation and ask next() with `after` = anchor.
  Instant anchor{};

  bool recurring() const { return !std::holds_alternative<At>(when); }
};

// EventBridge Scheduler takes rate(1 days), too: its own page on daylight saving time writes it so.
enum class Dialect : std::uint8_t { Rules, Scheduler };

// The schedule (its anchor at the epoch), or ValidationException "Parameter ScheduleExpression is not valid.". An
// expression that can never fire between 1970 and 2199 (30 February) is not valid. at(…) is valid for EventBridge
// Scheduler only; a rule's caller refuses it by !recurring().
Result<Schedule> parse(std::string_view expression, Dialect dialect = Dialect::Rules);
// Why parse() refuses the expression, for a person ("day-of-week: 8 is not between 1 and 7"); empty when it does not.
std::string why_invalid(std::string_view expression);

// The first instant strictly later than `after`; nullopt when there is none up to the end of 2199. Cron skips local
// times that the zone's clocks jump over, and fires once for times that they repeat; see zone.h.
std::optional<Instant> next(const Schedule& schedule, Instant after, const Zone& zone = Zone::utc());
// The last instant not later than `now`, of those from `due` on, where `due` is one: what is fired after downtime.
Instant latest(const Schedule& schedule, Instant due, Instant now, const Zone& zone = Zone::utc());

}  // namespace orrery::schedule
