#include "base/arn.h"
#include "pattern/pattern.h"
#include "schedule/schedule.h"
#include "services/events/operations.h"
#include "services/events/scheduling.h"
#include "services/paging.h"
#include "services/tags.h"
#include "store/key.h"

namespace orrery::events {
namespace {

constexpr std::size_t kMostRules = 300;  // per bus, the default quota

Error not_valid(std::string message) { return api_error("ValidationException", std::move(message)); }

std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

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

Result<> check_quota(Reader& reader, const Call& call) {
  std::size_t count = 0;
  const auto cursor = reader.scan(prefix_range(rules_prefix(call.account, call.region)));
  while (cursor->next()) ++count;
  TRY(cursor->status());
  if (count < kMostRules) return {};
  return fail(errors::LimitExceededException("The requested resource exceeds the maximum number allowed."));
}

Result<> set_state(Events& events, Call& call, Transaction& tx, RuleRecord rule, std::string_view state) {
  if (rule.state == state) return {};
  rule.state = state;
  rule.anchor = call.now;
  TRY(put_rule_record(tx, rule));
  return reschedule(events, tx, rule, call.now);
}

}  // namespace

Result<> check_bus(const std::optional<std::string>& bus) {
  const std::string name = bus_name(bus);
  if (name == kDefaultBus) return {};
  return fail(errors::ResourceNotFoundException("Event bus " + name + " does not exist."));
}

Result<RuleRecord> existing_rule(Reader& reader, const Call& call, const std::string& name,
                                 const std::optional<std::string>& bus) {
  TRY(check_bus(bus));
  auto rule = TRY(get_rule(reader, call.account, call.region, name));
  if (!rule) {
    return fail(errors::ResourceNotFoundException("Rule " + name + " does not exist on EventBus default."));
  }
  return *std::move(rule);
}

Result<PutRuleResponse> put_rule(Events& events, Call& call, Transaction& tx, const PutRuleRequest& input) {
  const bool scheduled = input.ScheduleExpression && !input.ScheduleExpression->empty();
  if (scheduled && bus_name(input.EventBusName) != kDefaultBus) {
    return fail(not_valid("ScheduleExpression is supported only on the default event bus."));
  }
  TRY(check_rule(input));
  TRY(check_bus(input.EventBusName));

  const bool exists = TRY(get_rule(tx, call.account, call.region, input.Name)).has_value();
  if (!exists) TRY(check_quota(tx, call));
  RuleRecord rule;
  rule.account = call.account;
  rule.region = call.region;
  rule.name = input.Name;
  rule.arn = rule_arn(call, input.Name);
  rule.schedule = input.ScheduleExpression.value_or("");
  rule.pattern = input.EventPattern.value_or("");
  rule.state = input.State.value_or(std::string(RuleState::ENABLED));
  rule.description = input.Description.value_or("");
  rule.role_arn = input.RoleArn.value_or("");
  rule.anchor = call.now;
  TRY(put_rule_record(tx, rule));
  TRY(reschedule(events, tx, rule, call.now));

  // "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored" (PutRule).
  if (!exists && input.Tags) {
    TagMap tags;
    for (const Tag& tag : *input.Tags) tags[tag.Key] = tag.Value;
    if (tags.size() > kMaxTags) {
      return fail(errors::LimitExceededException("The requested resource exceeds the maximum number allowed."));
    }
    if (!tags.empty()) TRY(add_tags(tx, rule.arn, tags));
  }
  return PutRuleResponse{rule.arn};
}

Result<DescribeRuleResponse> describe_rule(Call& call, Reader& reader, const DescribeRuleRequest& input) {
  const RuleRecord rule = TRY(existing_rule(reader, call, input.Name, input.EventBusName));
  DescribeRuleResponse output;
  output.Name = rule.name;
  output.Arn = rule.arn;
  output.EventPattern = given(rule.pattern);
  output.ScheduleExpression = given(rule.schedule);
  output.State = rule.state;
  output.Description = given(rule.description);
  output.RoleArn = given(rule.role_arn);
  output.EventBusName = std::string(kDefaultBus);
  output.CreatedBy = rule.account;
  return output;
}

Result<ListRulesResponse> list_rules(Call& call, Reader& reader, const ListRulesRequest& input) {
  TRY(check_bus(input.EventBusName));
  ListRulesResponse output;
  output.Rules.emplace();
  const std::string prefix = input.NamePrefix.value_or("");
  output.NextToken = TRY(scan_page(reader, rules_prefix(call.account, call.region),
                                   {input.NextToken, input.Limit.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                     const RuleRecord rule = TRY(decode_rule(cursor.value()));
                                     if (!rule.name.starts_with(prefix)) return false;
                                     Rule listed;
                                     listed.Name = rule.name;
                                     listed.Arn = rule.arn;
                                     listed.EventPattern = given(rule.pattern);
                                     listed.State = rule.state;
                                     listed.Description = given(rule.description);
                                     listed.ScheduleExpression = given(rule.schedule);
                                     listed.RoleArn = given(rule.role_arn);
                                     listed.EventBusName = std::string(kDefaultBus);
                                     output.Rules->push_back(std::move(listed));
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
  TRY(check_bus(input.EventBusName));
  const auto rule = TRY(get_rule(tx, call.account, call.region, input.Name));
  if (!rule) return wire::Empty{};  // as the real service: deleting what is not there succeeds
  if (!TRY(targets_of(tx, *rule)).empty()) {
    return fail(not_valid("Rule can't be deleted since it has targets."));
  }
  TRY(events.background.disarm(tx, kRuleTimer, rule->arn));
  TRY(tx.erase(rule_key(call.account, call.region, rule->name)));
  TRY(erase_tags(tx, rule->arn));
  return wire::Empty{};
}

Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take) {
  KeyRange range = prefix_range(prefix);
  if (page.token) {
    const auto position = page_position(*page.token);
    if (!position || !position->starts_with(prefix)) return fail(not_valid("Parameter NextToken is not valid."));
    range.begin = *position;
  }
  const auto cursor = reader.scan(range);
  std::int64_t taken = 0;
  while (cursor->next()) {
    if (taken == page.limit) return std::optional(page_token(cursor->key()));
    taken += TRY(take(*cursor)) ? 1 : 0;
  }
  TRY(cursor->status());
  return std::optional<std::string>();
}

}  // namespace orrery::events
