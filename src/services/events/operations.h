// The functions behind the rows of events.cc, and what they share.
#pragma once

#include "services/events/events.h"
#include "services/events/records.h"
#include "shapes/events.h"

namespace orrery::events {

// buses/buses.cc
Result<CreateEventBusResponse> create_event_bus(Call& call, Transaction& tx, const CreateEventBusRequest& input);
Result<DescribeEventBusResponse> describe_event_bus(Call& call, Reader& reader, const DescribeEventBusRequest& input);
Result<ListEventBusesResponse> list_event_buses(Call& call, Reader& reader, const ListEventBusesRequest& input);
Result<UpdateEventBusResponse> update_event_bus(Call& call, Transaction& tx, const UpdateEventBusRequest& input);
Result<wire::Empty> delete_event_bus(Call& call, Transaction& tx, const DeleteEventBusRequest& input);

// buses/permissions.cc
Result<wire::Empty> put_permission(Call& call, Transaction& tx, const PutPermissionRequest& input);
Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionRequest& input);
// The policy of a bus, which also says who may do what with its rules.
Result<std::optional<std::string>> policy_of_resource(void* self, Reader& reader, std::string_view arn);

// rules/rules.cc
Result<PutRuleResponse> put_rule(Events& events, Call& call, Transaction& tx, const PutRuleRequest& input);
Result<DescribeRuleResponse> describe_rule(Call& call, Reader& reader, const DescribeRuleRequest& input);
Result<ListRulesResponse> list_rules(Call& call, Reader& reader, const ListRulesRequest& input);
Result<wire::Empty> enable_rule(Events& events, Call& call, Transaction& tx, const EnableRuleRequest& input);
Result<wire::Empty> disable_rule(Events& events, Call& call, Transaction& tx, const DisableRuleRequest& input);
Result<wire::Empty> delete_rule(Events& events, Call& call, Transaction& tx, const DeleteRuleRequest& input);
Result<TestEventPatternResponse> test_event_pattern(Call& call, Reader& reader, const TestEventPatternRequest& input);

// rules/targets.cc
Result<PutTargetsResponse> put_targets(Events& events, Call& call, Transaction& tx, const PutTargetsRequest& input);
Result<ListTargetsByRuleResponse> list_targets_by_rule(Call& call, Reader& reader,
                                                       const ListTargetsByRuleRequest& input);
Result<RemoveTargetsResponse> remove_targets(Call& call, Transaction& tx, const RemoveTargetsRequest& input);
Result<ListRuleNamesByTargetResponse> list_rule_names_by_target(Call& call, Reader& reader,
                                                                const ListRuleNamesByTargetRequest& input);

// rules/tags.cc
Result<TagResourceResponse> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input);
Result<UntagResourceResponse> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input);
Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input);
// Of what has just been made. LimitExceededException: too many.
Result<> put_first_tags(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags);

// rules/condition_keys.cc
Result<std::optional<auth::Context::Values>> condition_value(void* self, Reader& reader, const Call& call,
                                                             const Access& access, std::string_view key);

// putting/put_events.cc
Result<PutEventsResponse> put_events(Events& events, Call& call, Transaction& tx, const PutEventsRequest& input);

// archives/archives.cc
Result<CreateArchiveResponse> create_archive(Events& events, Call& call, Transaction& tx,
                                             const CreateArchiveRequest& input);
Result<DescribeArchiveResponse> describe_archive(Call& call, Reader& reader, const DescribeArchiveRequest& input);
Result<ListArchivesResponse> list_archives(Call& call, Reader& reader, const ListArchivesRequest& input);
Result<UpdateArchiveResponse> update_archive(Events& events, Call& call, Transaction& tx,
                                             const UpdateArchiveRequest& input);
Result<DeleteArchiveResponse> delete_archive(Events& events, Call& call, Transaction& tx,
                                             const DeleteArchiveRequest& input);

// archives/replays.cc
Result<StartReplayResponse> start_replay(Events& events, Call& call, Transaction& tx, const StartReplayRequest& input);
Result<DescribeReplayResponse> describe_replay(Call& call, Reader& reader, const DescribeReplayRequest& input);
Result<ListReplaysResponse> list_replays(Call& call, Reader& reader, const ListReplaysRequest& input);
Result<CancelReplayResponse> cancel_replay(Call& call, Transaction& tx, const CancelReplayRequest& input);

// connections/connections.cc
Result<CreateConnectionResponse> create_connection(Events& events, Call& call, Transaction& tx,
                                                   const CreateConnectionRequest& input);
Result<DescribeConnectionResponse> describe_connection(Call& call, Reader& reader,
                                                       const DescribeConnectionRequest& input);
Result<ListConnectionsResponse> list_connections(Call& call, Reader& reader, const ListConnectionsRequest& input);
Result<UpdateConnectionResponse> update_connection(Events& events, Call& call, Transaction& tx,
                                                   const UpdateConnectionRequest& input);
Result<DeauthorizeConnectionResponse> deauthorize_connection(Call& call, Transaction& tx,
                                                             const DeauthorizeConnectionRequest& input);
Result<DeleteConnectionResponse> delete_connection(Call& call, Transaction& tx, const DeleteConnectionRequest& input);

// destinations/destinations.cc
Result<CreateApiDestinationResponse> create_api_destination(Call& call, Transaction& tx,
                                                            const CreateApiDestinationRequest& input);
Result<DescribeApiDestinationResponse> describe_api_destination(Call& call, Reader& reader,
                                                                const DescribeApiDestinationRequest& input);
Result<ListApiDestinationsResponse> list_api_destinations(Call& call, Reader& reader,
                                                          const ListApiDestinationsRequest& input);
Result<UpdateApiDestinationResponse> update_api_destination(Call& call, Transaction& tx,
                                                            const UpdateApiDestinationRequest& input);
Result<DeleteApiDestinationResponse> delete_api_destination(Call& call, Transaction& tx,
                                                            const DeleteApiDestinationRequest& input);

// ResourceNotFoundException when there is no such bus in this region.
Result<> check_bus(Reader& reader, const Call& call, const BusName& bus);
// The rule, or ResourceNotFoundException for it or for its bus.
Result<RuleRecord> existing_rule(Reader& reader, const Call& call, const std::string& name,
                                 const std::optional<std::string>& bus);
// ManagedRuleException for a rule that a service has made. DeleteRule and RemoveTargets may be forced.
enum class Force : std::uint8_t { Impossible, NotGiven, Given };
Result<> check_not_managed(const RuleRecord& rule, Force may_force);
inline Force force_of(const std::optional<bool>& given) {
  return given.value_or(false) ? Force::Given : Force::NotGiven;
}

Error not_valid(std::string message);  // ValidationException
Error over_quota();                    // LimitExceededException
std::optional<std::string> unless_empty(const std::string& text);

}  // namespace orrery::events
