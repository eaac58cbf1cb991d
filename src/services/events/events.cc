#include "services/events/events.h"

#include "base/arn.h"
#include "services/events/operations.h"

#include <type_traits>

namespace orrery::events {
namespace {

// The resources and condition keys are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html.
std::string named_rule(const Call& call, const std::string& name, const std::optional<std::string>& bus) {
  const std::string in = bus_name(bus);
  return rule_arn(call, in == kDefaultBus ? name : in + "/" + name);
}

constexpr auto rule_of = [](const Call& call, const auto& input) {
  return named_rule(call, input.Name, input.EventBusName);
};
constexpr auto targets_rule = [](const Call& call, const auto& input) {
  return named_rule(call, input.Rule, input.EventBusName);
};
constexpr auto all_rules = [](const Call& call, const ListRulesRequest&) { return rule_arn(call, "*"); };
constexpr auto tagged = [](const Call&, const auto& input) { return input.ResourceARN; };

Access pass_role(const std::string& role) {
  return {"iam:PassRole", role, {{"iam:PassedToService", "events.amazonaws.com"}}};
}

constexpr auto rule_to_put = [](const Call& call, const PutRuleRequest& input) {
  const std::string rule = named_rule(call, input.Name, input.EventBusName);
  std::vector<Access> accesses{{std::string(), rule, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"events:TagResource", rule, {}});
  if (input.RoleArn) accesses.push_back(pass_role(*input.RoleArn));
  return accesses;
};

constexpr auto targets_to_put = [](const Call& call, const PutTargetsRequest& input) {
  const std::string rule = named_rule(call, input.Rule, input.EventBusName);
  std::vector<Access> accesses{{std::string(), rule, {}}};
  for (const Target& target : input.Targets) {
    accesses[0].context.emplace_back("events:TargetArn", target.Arn);
    if (target.RoleArn) accesses.push_back(pass_role(*target.RoleArn));
  }
  return accesses;
};

constexpr auto buses_to_put_to = [](const Call& call, const PutEventsRequest& input) {
  std::vector<Access> accesses;
  for (const PutEventsRequestEntry& entry : input.Entries) {
    Access access{std::string(), bus_arn(call, bus_name(entry.EventBusName)), {}};
    if (entry.Source) access.context.emplace_back("events:source", *entry.Source);
    if (entry.DetailType) access.context.emplace_back("events:detail-type", *entry.DetailType);
    accesses.push_back(std::move(access));
  }
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<delete_rule, rule_of>("DeleteRule", "events:DeleteRule"),
    reading<describe_rule, rule_of>("DescribeRule", "events:DescribeRule"),
    transacting<disable_rule, rule_of>("DisableRule", "events:DisableRule"),
    transacting<enable_rule, rule_of>("EnableRule", "events:EnableRule"),
    reading<list_rules, all_rules>("ListRules", "events:ListRules"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "events:ListTagsForResource"),
    reading<list_targets_by_rule, targets_rule>("ListTargetsByRule", "events:ListTargetsByRule"),
    transacting<put_events, buses_to_put_to>("PutEvents", "events:PutEvents"),
    transacting<put_rule, rule_to_put>("PutRule", "events:PutRule"),
    transacting<put_targets, targets_to_put>("PutTargets", "events:PutTargets"),
    transacting<remove_targets, targets_rule>("RemoveTargets", "events:RemoveTargets"),
    transacting<tag_resource, tagged>("TagResource", "events:TagResource"),
    transacting<untag_resource, tagged>("UntagResource", "events:UntagResource"),
};

}  // namespace

Service events_service(Events& events) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &events;
  service.condition_value = &condition_value;
  return service;
}

}  // namespace orrery::events
