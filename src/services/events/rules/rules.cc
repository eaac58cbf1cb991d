#include "base/arn.h"
#include "pattern/pattern.h"
#include "schedule/schedule.h"
#include "services/events/operations.h"
#include "services/events/pages.h"
#include "services/events/rules/scheduling.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::events {
namespace {

Result<> check_rule(const PutRuleRequest& input) {
  const bool scheduled = input.ScheduleExpression && !input.ScheduleExpression->empty();
  const bool patterned = input.EventPattern && !input.EventPattern->empty();
  if (!scheduled && !patterned) {
    return fail(not_valid("Parameter(s) EventPattern or ScheduleExpression must be specified."));
  }
  if (scheduled) {
    const auto parsed = TRY(schedule::parse(*input.ScheduleExpression));
    if (!parsed.recurring()) return fail(not_valid("Parameter ScheduleExpression is not valid."));
  }
  if (patterned) TRY(pattern::parse_pattern(*input.EventPattern));
  if (input.RoleArn && !Arn::parse(*input.RoleArn)) {
    return fail(not_valid("Provided role 'arn' is not valid: " + *input.RoleArn));
  }
  return {};
}

Result<> set_state(Events& events, Call& call, Transaction& tx, RuleRecord rule, std::string_view state) {
  TRY(check_not_managed(rule, Force::Impossible));
  if (rule.state == state) return {};
  rule.state = state;
  rule.anchor = call.now;
  TRY(put_rule_record(tx, *call.random, rule));
  return reschedule(events, tx, rule, call.now);
}

// What EventBridge does with the names of partners and services in the events themselves is left out: there are none.
Rule listed(const RuleRecord& rule) {
  Rule out;
  out.Name = rule.name;
  out.Arn = rule.arn;
  out.EventPattern = unless_empty(rule.pattern);
  out.State = rule.state;
  out.Description = unless_empty(rule.description);
  out.ScheduleExpression = unless_empty(rule.schedule);
  out.RoleArn = unless_empty(rule.role_arn);
  out.ManagedBy = unless_empty(rule.managed_by);
  out.EventBusName = rule.bus.name;
  return out;
}

}  // namespace

Error not_valid(std::string message) { return api_error("ValidationException", std::move(message)); }

Error over_quota() {
  return errors::LimitExceededException("The requested resource exceeds the maximum number allowed.");
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Result<> check_not_managed(const RuleRecord& rule, Force may_force) {
  if (rule.managed_by.empty() || may_force == Force::Given) return {};
  std::string message = rule.name + " is a managed rule.";
  if (may_force == Force::NotGiven) message += " Set 'force' parameter to true to override.";
  return fail(errors::ManagedRuleException(std::move(message)));
}

Result<RuleRecord> existing_rule(Reader& reader, const Call& call, const std::string& name,
                                 const std::optional<std::string>& given) {
  const BusName bus = bus_of(call, given);
  TRY(check_bus(reader, call, bus));
  auto rule = TRY(get_rule(reader, bus, name));
  if (!rule) {
    return fail(errors::ResourceNotFoundException("Rule " + name + " does not exist on EventBus " + bus.name + "."));
  }
  return *std::move(rule);
}

Result<PutRuleResponse> put_rule(Events& events, Call& call, Transaction& tx, const PutRuleRequest& input) {
  const BusName bus = bus_of(call, input.EventBusName);
  const bool scheduled = input.ScheduleExpression && !input.ScheduleExpression->empty();
  if (scheduled && !bus.is_default()) {
    return fail(not_valid("ScheduleExpression is supported only on the default event bus."));
  }
  TRY(check_rule(input));
  TRY(check_bus(tx, call, bus));

  const auto former = TRY(get_rule(tx, bus, input.Name));
  if (former) {
    TRY(check_not_managed(*former, Force::Impossible));
  } else if (TRY(count_keys(tx, rules_prefix(bus), events.most_rules)) == events.most_rules) {
    return fail(over_quota());
  }
  RuleRecord rule;
  rule.bus = bus;
  rule.name = input.Name;
  rule.arn = bus.rule_arn(input.Name);
  rule.schedule = input.ScheduleExpression.value_or("");
  rule.pattern = input.EventPattern.value_or("");
  rule.state = input.State.value_or(std::string(RuleState::ENABLED));
  rule.description = input.Description.value_or("");
  rule.role_arn = input.RoleArn.value_or("");
  rule.created_by = former ? former->created_by : call.account;
  rule.anchor = call.now;
  TRY(put_rule_record(tx, *call.random, rule));
  TRY(reschedule(events, tx, rule, call.now));
  // "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored" (PutRule).
  if (!former) TRY(put_first_tags(tx, rule.arn, input.Tags));
  return PutRuleResponse{rule.arn};
}

Result<DescribeRuleResponse> describe_rule(Call& call, Reader& reader, const DescribeRuleRequest& input) {
  const RuleRecord rule = TRY(existing_rule(reader, call, input.Name, input.EventBusName));
  DescribeRuleResponse output;
  output.Name = rule.name;
  output.Arn = rule.arn;
  output.EventPattern = unless_empty(rule.pattern);
  output.ScheduleExpression = unless_empty(rule.schedule);
  output.State = rule.state;
  output.Description = unless_empty(rule.description);
  output.RoleArn = unless_empty(rule.role_arn);
  output.EventBusName = rule.bus.name;
  output.ManagedBy = unless_empty(rule.managed_by);
  output.CreatedBy = rule.created_by;
  return output;
}

Result<ListRulesResponse> list_rules(Call& call, Reader& reader, const ListRulesRequest& input) {
  const BusName bus = bus_of(call, input.EventBusName);
  TRY(check_bus(reader, call, bus));
  ListRulesResponse output;
  output.Rules.emplace();
  const std::string prefix = input.NamePrefix.value_or("");
  output.NextToken = TRY(scan_page(reader, rules_prefix(bus), {input.NextToken, input.Limit.value_or(100)},
                                   [&](Cursor& cursor) -> Result<bool> {
                                     const RuleRecord rule = TRY(decode_rule(cursor.value()));
                                     if (!rule.name.starts_with(prefix)) return false;
                                     output.Rules->push_back(listed(rule));
                                     return true;
                                   }));
  return output;
}

Result<wire::Empty> enable_rule(Events& events, Call& call, Transaction& tx, const EnableRuleRequest& input) {
  const RuleRecord rule = TRY(existing_rule(tx, call, input.Name, input.EventBusName));
  if (!rule.enabled()) TRY(set_state(events, call, tx, rule, RuleState::ENABLED));
  return wire::Empty{};
}

Result<wire::Empty> disable_rule(Events& events, Call& call, Transaction& tx, const DisableRuleRequest& input) {
  const RuleRecord rule = TRY(existing_rule(tx, call, input.Name, input.EventBusName));
  TRY(set_state(events, call, tx, rule, RuleState::DISABLED));
  return wire::Empty{};
}

Result<wire::Empty> delete_rule(Events& events, Call& call, Transaction& tx, const DeleteRuleRequest& input) {
  const BusName bus = bus_of(call, input.EventBusName);
  TRY(check_bus(tx, call, bus));
  const auto rule = TRY(get_rule(tx, bus, input.Name));
  if (!rule) return wire::Empty{};  // as the real service: deleting what is not there succeeds
  TRY(check_not_managed(*rule, force_of(input.Force)));
  if (!TRY(targets_of(tx, *rule)).empty()) {
    return fail(not_valid("Rule can't be deleted since it has targets."));
  }
  TRY(events.background.disarm(tx, kRuleTimer, rule->arn));
  TRY(erase_rule_record(tx, *call.random, *rule));
  TRY(erase_tags(tx, rule->arn));
  TRY(erase_tick_outcome(tx, rule->arn));
  return wire::Empty{};
}

// The fields that TestEventPattern's page demands; the service does not miss "resources".
Result<TestEventPatternResponse> test_event_pattern(Call&, Reader&, const TestEventPatternRequest& input) {
  const auto event = parse_json(input.Event);
  constexpr std::string_view kNeeded[] = {"id", "account", "source", "time", "region", "detail-type"};
  const bool whole = event && std::ranges::all_of(kNeeded, [&](auto name) { return find(*event, name) != nullptr; });
  if (!whole) return fail(not_valid("Parameter Event is not valid."));
  const auto compiled = TRY(pattern::parse_pattern(input.EventPattern));
  TestEventPatternResponse output;
  output.Result = matches(compiled, *event);
  return output;
}

}  // namespace orrery::events
