#include "services/events/rules/scheduling.h"

#include "schedule/schedule.h"
#include "services/events/delivery/delivery.h"

#include <algorithm>

namespace orrery::events {
namespace {

Result<schedule::Schedule> schedule_of(const RuleRecord& rule) {
  auto parsed = TRY(schedule::parse(rule.schedule));
  parsed.anchor = rule.anchor;
  return parsed;
}

Result<> arm_next(Events& events, Transaction& tx, const RuleRecord& rule, Instant after) {
  const auto next = schedule::next(TRY(schedule_of(rule)), after);
  if (!next) return events.background.disarm(tx, kRuleTimer, rule.arn);
  return events.background.arm(tx, {std::string(kRuleTimer), rule.arn, *next, {}});
}

}  // namespace

Result<> reschedule(Events& events, Transaction& tx, const RuleRecord& rule, Instant now) {
  if (rule.schedule.empty() || !rule.enabled()) return events.background.disarm(tx, kRuleTimer, rule.arn);
  return arm_next(events, tx, rule, now);
}

Instant latest_tick(const RuleRecord& rule, Instant due, Instant now) {
  const auto parsed = schedule_of(rule);
  if (!parsed || now <= due) return due;
  if (const auto* rate = std::get_if<schedule::Rate>(&parsed->when))
    return due + (now - due) / rate->every * rate->every;
  // Cron knows only the next tick: look in windows before now that double until one holds a tick.
  for (Millis window = std::chrono::minutes(2);; window *= 2) {
    const Instant from = std::max(due, now - window);
    Instant latest = due;
    for (auto tick = schedule::next(*parsed, from); tick && *tick <= now; tick = schedule::next(*parsed, *tick)) {
      latest = *tick;
    }
    if (latest > from || from == due) return latest;
  }
}

Result<> on_tick(Events& events, Transaction& tx, const Timer& timer) {
  const auto name = parse_rule_arn(timer.id);
  if (!name) return {};
  const auto rule = TRY(get_rule(tx, name->bus, name->name));
  if (!rule || rule->schedule.empty() || !rule->enabled()) return {};
  const Instant tick = latest_tick(*rule, timer.due, timer.now);
  TRY(arm_next(events, tx, *rule, tick));
  Occurrence occurrence;
  occurrence.event = scheduled_event(*rule, tick);
  occurrence.ingested = tick;
  occurrence.occasion = iso8601_seconds(tick);
  return post_to_targets(events, tx, *rule, TRY(targets_of(tx, *rule)), occurrence);
}

}  // namespace orrery::events
