#include "services/scheduler/timing.h"

#include "base/encode.h"

#include <algorithm>

namespace orrery::scheduler {
namespace {

std::optional<Instant> within(const Plan& plan, std::optional<Instant> tick) {
  if (!tick || (plan.schedule.recurring() && plan.end && *tick > *plan.end)) return std::nullopt;
  return tick;
}

}  // namespace

Result<Plan> plan_of(const Timing& timing) {
  auto parsed = schedule::parse(timing.expression, schedule::Dialect::Scheduler);
  if (!parsed) {
    return fail(api_error("ValidationException", "Invalid Schedule Expression " + timing.expression + "."));
  }
  auto zone = schedule::Zone::find(timing.zone);
  if (!zone) {
    return fail(api_error("ValidationException", "Invalid ScheduleExpressionTimezone " + timing.zone + "."));
  }
  Plan plan{*std::move(parsed), *std::move(zone), timing.start, timing.end};
  plan.schedule.anchor = timing.start.value_or(timing.anchor);
  return plan;
}

std::optional<Instant> first_tick(const Plan& plan, Instant now) {
  const bool at_once = !std::holds_alternative<schedule::Cron>(plan.schedule.when);
  return next_tick(plan, at_once ? now - Millis(1) : now);
}

std::optional<Instant> next_tick(const Plan& plan, Instant after) {
  if (plan.start && plan.schedule.recurring()) after = std::max(after, *plan.start - Millis(1));
  return within(plan, schedule::next(plan.schedule, after, plan.zone));
}

Instant in_window(std::string_view schedule_arn, Instant tick, std::int64_t window_minutes) {
  if (window_minutes <= 0) return tick;
  const auto digest = sha256(std::string(schedule_arn) + "|" + iso8601_seconds(tick));
  std::uint64_t number = 0;
  for (const char byte : view(digest).substr(0, 8)) number = number << 8 | static_cast<unsigned char>(byte);
  const auto seconds = static_cast<std::uint64_t>(window_minutes) * 60;
  return tick + std::chrono::seconds(static_cast<std::int64_t>(number % seconds));
}

}  // namespace orrery::scheduler
