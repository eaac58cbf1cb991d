#include "services/events/rules/scheduling.h"

#include "schedule/schedule.h"
#include "services/events/delivery/delivery.h"
#include "services/events/metrics.h"
#include "services/events/rules/reporting.h"
#include "services/tags.h"

namespace orrery::events {
namespace {

Result<schedule::Schedule> schedule_of(const RuleRecord& rule) {
  auto parsed = TRY(schedule::parse(rule.schedule));
  parsed.anchor = rule.anchor;
  return parsed;
}

// Nearly every tick is in time: the tags are read of the others only.
Result<std::optional<Instant>> tick_to_run(Events& events, Reader& reader, const RuleRecord& rule, const Timer& timer) {
  if (!schedule::is_missed(timer.due, timer.now)) return std::optional(timer.due);
  const schedule::Schedule schedule = TRY(schedule_of(rule));
  const auto policy = schedule::catch_up_of(TRY(get_tags(reader, rule.arn)), events.catch_up);
  return schedule::caught_up({schedule, timer.due, timer.now}, policy);
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

Result<> on_tick(Events& events, Transaction& tx, const Timer& timer) {
  const auto name = parse_rule_arn(timer.id);
  if (!name) return {};
  const auto rule = TRY(get_rule(tx, name->bus, name->name));
  if (!rule || rule->schedule.empty() || !rule->enabled()) return {};
  const std::optional<Instant> tick = TRY(tick_to_run(events, tx, *rule, timer));
  TRY(arm_next(events, tx, *rule, tick.value_or(timer.now)));
  if (!tick) return {};
  TRY(note_tick(tx, rule->arn, *tick, timer.now));
  count_tick(tx, events, *rule);
  Occurrence occurrence;
  const std::string event = scheduled_event(*rule, *tick);
  occurrence.event = event;
  occurrence.ingested = *tick;
  occurrence.occasion = iso8601_seconds(*tick);
  return post_to_targets(events, tx, *rule, mailings_of(*rule, TRY(targets_of(tx, *rule))), occurrence);
}

}  // namespace orrery::events
