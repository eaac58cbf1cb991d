#include "services/events/rules/reporting.h"

#include "services/events/records.h"
#include "services/events/rules/scheduling.h"
#include "services/ticks.h"

namespace orrery::events {
namespace {

constexpr std::size_t kTimeLength = std::string_view("2026-03-01T00:00:00Z").size();

Result<std::optional<ScheduledWork>> describe(Reader& reader, const RuleRecord& rule) {
  if (rule.schedule.empty()) return std::optional<ScheduledWork>();
  ScheduledWork work;
  work.arn = rule.arn;
  work.name = rule.name;
  work.account = rule.bus.account;
  work.region = rule.bus.region;
  work.expression = rule.schedule;
  work.zone = "UTC";
  work.state = rule.state;
  for (const Target& target : TRY(targets_of(reader, rule))) work.targets.push_back(target.Arn);
  return std::optional(std::move(work));
}

Result<std::optional<ScheduledWork>> find_work(Reader& reader, std::string_view arn) {
  const auto name = parse_rule_arn(arn);
  if (!name) return std::optional<ScheduledWork>();
  const auto rule = TRY(get_rule(reader, name->bus, name->name));
  if (!rule) return std::optional<ScheduledWork>();
  return describe(reader, *rule);
}

Result<std::optional<ScheduledWork>> read(Reader& reader, std::string_view, std::string_view value) {
  return describe(reader, TRY(decode_rule(value)));
}

}  // namespace

ScheduleSource schedule_source(Events& events) {
  const auto rearm = [&events](Transaction& tx, std::string_view, std::string_view value, Instant now) -> Result<> {
    const RuleRecord rule = TRY(decode_rule(value));
    return rule.schedule.empty() ? Result<>() : reschedule(events, tx, rule, now);
  };
  return {"rule", kRuleTimer, KeyKind::Rule, &find_work, &read, rearm};
}

Result<> note_tick(Transaction& tx, const std::string& rule_arn, Instant tick, Instant now) {
  TickOutcome outcome;
  outcome.tick = tick;
  outcome.due = tick;
  outcome.ran_at = now;
  return put_tick_outcome(tx, rule_arn, outcome);
}

// A message's id is the rule, the occasion and the target; of a tick the occasion is its time (delivery.h).
Result<Delivered> noted(Transaction& tx, const Message& message, Result<Delivered> delivered, Instant now) {
  if (!delivered || delivered->ok) return delivered;
  const auto first = message.id.find('|');
  const auto second = first == std::string::npos ? first : message.id.find('|', first + 1);
  if (second == std::string::npos || second - first - 1 != kTimeLength) return delivered;
  const auto tick = parse_iso8601(std::string_view(message.id).substr(first + 1, kTimeLength));
  if (!tick) return delivered;
  TickOutcome outcome;
  outcome.tick = *tick;
  outcome.due = *tick;
  outcome.ran_at = now;
  outcome.error = delivered->summary;
  std::string rule = message.id.substr(0, first);
  if (!delivered->instead) {
    TRY(put_tick_outcome(tx, rule, outcome));
    return delivered;
  }
  // What is written in `tx` is undone.
  delivered->instead = [rest = std::move(delivered->instead), rule = std::move(rule), outcome](Transaction& after) {
    const Result<> done = rest(after);
    return done ? put_tick_outcome(after, rule, outcome) : Result<>(fail(done.error()));
  };
  return delivered;
}

}  // namespace orrery::events
