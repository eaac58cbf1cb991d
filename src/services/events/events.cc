#include "services/events/events.h"

#include "base/arn.h"
#include "services/events/operations.h"

#include <algorithm>

namespace orrery::events {
namespace {

// The resources and condition keys are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html.
constexpr auto rule_of = [](const Call& call, const auto& input) {
  return bus_of(call, input.EventBusName).rule_arn(input.Name);
};
constexpr auto targets_rule = [](const Call& call, const auto& input) {
  return bus_of(call, input.EventBusName).rule_arn(input.Rule);
};
constexpr auto all_rules = [](const Call& call, const auto& input) {
  return bus_of(call, input.EventBusName).rule_arn("*");
};
constexpr auto tagged = [](const Call&, const auto& input) { return input.ResourceARN; };
constexpr auto anything = [](const Call&, const auto&) { return std::string("*"); };

constexpr auto bus_named = [](const Call& call, const auto& input) { return bus_of(call, input.Name).arn(); };
constexpr auto bus_permitted = [](const Call& call, const auto& input) {
  return bus_of(call, input.EventBusName).arn();
};
constexpr auto bus_to_make = [](const Call& call, const CreateEventBusRequest& input) {
  const std::string bus = bus_of(call, input.Name).arn();
  std::vector<Access> accesses{{std::string(), bus, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"events:TagResource", bus, {}});
  return accesses;
};

std::string own(const Call& call, std::string_view kind, const std::string& name) {
  return make_arn("events", call.region, call.account, std::string(kind) + name);
}
constexpr auto archive_named = [](const Call& call, const auto& input) {
  return own(call, "archive/", input.ArchiveName);
};
constexpr auto archive_to_make = [](const Call& call, const CreateArchiveRequest& input) {
  return std::vector<Access>{{std::string(), own(call, "archive/", input.ArchiveName), {}},
                             {std::string(), input.EventSourceArn, {}}};
};
constexpr auto replay_named = [](const Call& call, const auto& input) {
  return own(call, "replay/", input.ReplayName);
};
constexpr auto replay_to_start = [](const Call& call, const StartReplayRequest& input) {
  return std::vector<Access>{{std::string(), input.EventSourceArn, {}},
                             {std::string(), own(call, "replay/", input.ReplayName), {}}};
};

constexpr auto connection_named = [](const Call& call, const auto& input) {
  return own(call, "connection/", input.Name);
};
constexpr auto destination_named = [](const Call& call, const auto& input) {
  return own(call, "api-destination/", input.Name);
};

Access pass_role(const std::string& role) {
  return {"iam:PassRole", role, {{"iam:PassedToService", "events.amazonaws.com"}}};
}

constexpr auto rule_to_put = [](const Call& call, const PutRuleRequest& input) {
  const std::string rule = rule_of(call, input);
  std::vector<Access> accesses{{std::string(), rule, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"events:TagResource", rule, {}});
  if (input.RoleArn) accesses.push_back(pass_role(*input.RoleArn));
  return accesses;
};

constexpr auto targets_to_put = [](const Call& call, const PutTargetsRequest& input) {
  std::vector<Access> accesses{{std::string(), targets_rule(call, input), {}}};
  for (const Target& target : input.Targets) {
    accesses[0].context.emplace_back("events:TargetArn", target.Arn);
    if (target.RoleArn) accesses.push_back(pass_role(*target.RoleArn));
  }
  return accesses;
};

// Entries that ask for the same are asked about once.
constexpr auto buses_to_put_to = [](const Call& call, const PutEventsRequest& input) {
  std::vector<Access> accesses;
  for (const PutEventsRequestEntry& entry : input.Entries) {
    Access access{std::string(), bus_of(call, entry.EventBusName).arn(), {}};
    if (entry.Source) access.context.emplace_back("events:source", *entry.Source);
    if (entry.DetailType) access.context.emplace_back("events:detail-type", *entry.DetailType);
    const bool asked = std::ranges::any_of(accesses, [&](const Access& other) {
      return other.resource == access.resource && other.context == access.context;
    });
    if (!asked) accesses.push_back(std::move(access));
  }
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<cancel_replay, replay_named>("CancelReplay", "events:CancelReplay"),
    transacting<create_api_destination, destination_named>("CreateApiDestination", "events:CreateApiDestination"),
    transacting<create_archive, archive_to_make>("CreateArchive", "events:CreateArchive"),
    transacting<create_connection, connection_named>("CreateConnection", "events:CreateConnection"),
    transacting<create_event_bus, bus_to_make>("CreateEventBus", "events:CreateEventBus"),
    transacting<deauthorize_connection, connection_named>("DeauthorizeConnection", "events:DeauthorizeConnection"),
    transacting<delete_api_destination, destination_named>("DeleteApiDestination", "events:DeleteApiDestination"),
    transacting<delete_archive, archive_named>("DeleteArchive", "events:DeleteArchive"),
    transacting<delete_connection, connection_named>("DeleteConnection", "events:DeleteConnection"),
    transacting<delete_event_bus, bus_named>("DeleteEventBus", "events:DeleteEventBus"),
    transacting<delete_rule, rule_of>("DeleteRule", "events:DeleteRule"),
    reading<describe_api_destination, destination_named>("DescribeApiDestination", "events:DescribeApiDestination"),
    reading<describe_archive, archive_named>("DescribeArchive", "events:DescribeArchive"),
    reading<describe_connection, connection_named>("DescribeConnection", "events:DescribeConnection"),
    reading<describe_event_bus, bus_named>("DescribeEventBus", "events:DescribeEventBus"),
    reading<describe_replay, replay_named>("DescribeReplay", "events:DescribeReplay"),
    reading<describe_rule, rule_of>("DescribeRule", "events:DescribeRule"),
    transacting<disable_rule, rule_of>("DisableRule", "events:DisableRule"),
    transacting<enable_rule, rule_of>("EnableRule", "events:EnableRule"),
    reading<list_api_destinations, anything>("ListApiDestinations", "events:ListApiDestinations"),
    reading<list_archives, anything>("ListArchives", "events:ListArchives"),
    reading<list_connections, anything>("ListConnections", "events:ListConnections"),
    reading<list_event_buses, anything>("ListEventBuses", "events:ListEventBuses"),
    reading<list_replays, anything>("ListReplays", "events:ListReplays"),
    reading<list_rule_names_by_target, all_rules>("ListRuleNamesByTarget", "events:ListRuleNamesByTarget"),
    reading<list_rules, all_rules>("ListRules", "events:ListRules"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "events:ListTagsForResource"),
    reading<list_targets_by_rule, targets_rule>("ListTargetsByRule", "events:ListTargetsByRule"),
    transacting<put_events, buses_to_put_to>("PutEvents", "events:PutEvents"),
    transacting<put_permission, bus_permitted>("PutPermission", "events:PutPermission"),
    transacting<put_rule, rule_to_put>("PutRule", "events:PutRule"),
    transacting<put_targets, targets_to_put>("PutTargets", "events:PutTargets"),
    transacting<remove_permission, bus_permitted>("RemovePermission", "events:RemovePermission"),
    transacting<remove_targets, targets_rule>("RemoveTargets", "events:RemoveTargets"),
    transacting<start_replay, replay_to_start>("StartReplay", "events:StartReplay"),
    transacting<tag_resource, tagged>("TagResource", "events:TagResource"),
    reading<test_event_pattern, anything>("TestEventPattern", "events:TestEventPattern"),
    transacting<untag_resource, tagged>("UntagResource", "events:UntagResource"),
    transacting<update_api_destination, destination_named>("UpdateApiDestination", "events:UpdateApiDestination"),
    transacting<update_archive, archive_named>("UpdateArchive", "events:UpdateArchive"),
    transacting<update_connection, connection_named>("UpdateConnection", "events:UpdateConnection"),
    transacting<update_event_bus, bus_named>("UpdateEventBus", "events:UpdateEventBus"),
};

}  // namespace

Service events_service(Events& events) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &events;
  service.condition_value = &condition_value;
  service.resource_policy = &policy_of_resource;
  return service;
}

}  // namespace orrery::events
