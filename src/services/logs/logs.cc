#include "services/logs/logs.h"

#include "services/logs/operations.h"

namespace orrery::logs {
namespace {

// What group operations are asked for ends in ":log-stream:", as the service's own messages show: so that policies
// written for "…:log-group:NAME:*" hold, and "…:log-group:NAME" only for tags, as documented
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html).
std::string group_access(const Call& call, std::string_view group) { return stream_arn(call, group, ""); }

constexpr auto named_group = [](const Call& call, const auto& input) { return group_access(call, input.logGroupName); };

constexpr auto new_group = [](const Call& call, const CreateLogGroupRequest& input) {
  std::vector<Access> accesses{{std::string(), group_access(call, input.logGroupName), {}}};
  if (input.tags && !input.tags->empty()) {
    accesses.push_back({"logs:TagResource", group_arn(call, input.logGroupName), {}});
  }
  return accesses;
};

constexpr auto identified_group = [](const Call& call, const auto& input) {
  const std::string name = input.logGroupName ? *input.logGroupName : input.logGroupIdentifier.value_or("");
  return group_access(call, group_in_identifier(name));
};

constexpr auto groups_of_account = [](const Call& call, const DescribeLogGroupsRequest& input) {
  return group_access(call, input.logGroupNamePrefix.value_or(""));
};

constexpr auto named_stream = [](const Call& call, const auto& input) {
  return stream_arn(call, input.logGroupName, input.logStreamName);
};

constexpr auto read_stream = [](const Call& call, const GetLogEventsRequest& input) {
  const std::string name = input.logGroupName ? *input.logGroupName : input.logGroupIdentifier.value_or("");
  return stream_arn(call, group_in_identifier(name), input.logStreamName);
};

constexpr auto tagged = [](const Call&, const auto& input) { return input.resourceArn; };

constexpr Operation kOperations[] = {
    transacting<create_log_group, new_group>("CreateLogGroup", "logs:CreateLogGroup"),
    transacting<create_log_stream, named_stream>("CreateLogStream", "logs:CreateLogStream"),
    transacting<delete_log_group, named_group>("DeleteLogGroup", "logs:DeleteLogGroup"),
    transacting<delete_log_stream, named_stream>("DeleteLogStream", "logs:DeleteLogStream"),
    transacting<delete_retention_policy, named_group>("DeleteRetentionPolicy", "logs:DeleteRetentionPolicy"),
    reading<describe_log_groups, groups_of_account>("DescribeLogGroups", "logs:DescribeLogGroups"),
    reading<describe_log_streams, identified_group>("DescribeLogStreams", "logs:DescribeLogStreams"),
    reading<filter_log_events, identified_group>("FilterLogEvents", "logs:FilterLogEvents"),
    reading<get_log_events, read_stream>("GetLogEvents", "logs:GetLogEvents"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "logs:ListTagsForResource"),
    transacting<put_log_events, named_stream>("PutLogEvents", "logs:PutLogEvents"),
    transacting<put_retention_policy, named_group>("PutRetentionPolicy", "logs:PutRetentionPolicy"),
    transacting<tag_resource, tagged>("TagResource", "logs:TagResource"),
    transacting<untag_resource, tagged>("UntagResource", "logs:UntagResource"),
};

}  // namespace

Service logs_service(Logs& logs) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &logs;
  return service;
}

}  // namespace orrery::logs
