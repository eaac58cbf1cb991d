#include "services/logs/logs.h"

#include "services/logs/chunks/pointer.h"
#include "services/logs/exports/exports.h"
#include "services/logs/live_tail/start_live_tail.h"
#include "services/logs/metric_filters/metric_filters.h"
#include "services/logs/operations.h"
#include "services/logs/policies/policies.h"
#include "services/logs/queries/operations.h"
#include "services/logs/subscriptions/subscriptions.h"

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

constexpr auto filtered_group = [](const Call& call, const DescribeMetricFiltersRequest& input) {
  return group_access(call, input.logGroupName.value_or(""));
};

constexpr auto named_stream = [](const Call& call, const auto& input) {
  return stream_arn(call, input.logGroupName, input.logStreamName);
};

constexpr auto read_stream = [](const Call& call, const GetLogEventsRequest& input) {
  const std::string name = input.logGroupName ? *input.logGroupName : input.logGroupIdentifier.value_or("");
  return stream_arn(call, group_in_identifier(name), input.logStreamName);
};

constexpr auto tagged = [](const Call&, const auto& input) { return input.resourceArn; };

// What has no resource of its own in policies.
constexpr auto whole_account = [](const Call&, const auto&) { return std::string("*"); };

constexpr auto queried = [](const Call& call, const StartQueryRequest& input) {
  std::vector<Access> accesses;
  for (const std::string& group : groups_of_query(input)) accesses.push_back({{}, group_access(call, group), {}});
  if (accesses.empty()) accesses.push_back({{}, "*", {}});
  return accesses;
};

constexpr auto tailed = [](const Call& call, const StartLiveTailRequest& input) {
  std::vector<Access> accesses;
  for (const std::string& identifier : input.logGroupIdentifiers) {
    accesses.push_back({{}, group_access(call, group_in_identifier(identifier)), {}});
  }
  return accesses;
};

constexpr auto pointed = [](const Call& call, const GetLogRecordRequest& input) {
  const auto place = read_pointer(input.logRecordPointer);
  return place ? group_access(call, place->group) : std::string("*");
};

// "You must also be able to pass the role" that streams are written to with.
constexpr auto subscribed_group = [](const Call& call, const PutSubscriptionFilterRequest& input) {
  std::vector<Access> accesses{{std::string(), named_group(call, input), {}}};
  if (input.roleArn) {
    accesses.push_back({"iam:PassRole", *input.roleArn, {{"iam:PassedToService", "logs.amazonaws.com"}}});
  }
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<cancel_export_task, whole_account>("CancelExportTask", "logs:CancelExportTask"),
    transacting<create_export_task, named_group>("CreateExportTask", "logs:CreateExportTask"),
    transacting<create_log_group, new_group>("CreateLogGroup", "logs:CreateLogGroup"),
    transacting<create_log_stream, named_stream>("CreateLogStream", "logs:CreateLogStream"),
    transacting<delete_log_group, named_group>("DeleteLogGroup", "logs:DeleteLogGroup"),
    transacting<delete_log_stream, named_stream>("DeleteLogStream", "logs:DeleteLogStream"),
    transacting<delete_metric_filter, named_group>("DeleteMetricFilter", "logs:DeleteMetricFilter"),
    transacting<delete_query_definition, whole_account>("DeleteQueryDefinition", "logs:DeleteQueryDefinition"),
    transacting<delete_resource_policy, whole_account>("DeleteResourcePolicy", "logs:DeleteResourcePolicy"),
    transacting<delete_retention_policy, named_group>("DeleteRetentionPolicy", "logs:DeleteRetentionPolicy"),
    transacting<delete_subscription_filter, named_group>("DeleteSubscriptionFilter", "logs:DeleteSubscriptionFilter"),
    reading<describe_export_tasks, whole_account>("DescribeExportTasks", "logs:DescribeExportTasks"),
    reading<describe_log_groups, groups_of_account>("DescribeLogGroups", "logs:DescribeLogGroups"),
    reading<describe_log_streams, identified_group>("DescribeLogStreams", "logs:DescribeLogStreams"),
    reading<describe_metric_filters, filtered_group>("DescribeMetricFilters", "logs:DescribeMetricFilters"),
    reading<describe_queries, whole_account>("DescribeQueries", "logs:DescribeQueries"),
    reading<describe_query_definitions, whole_account>("DescribeQueryDefinitions", "logs:DescribeQueryDefinitions"),
    reading<describe_resource_policies, whole_account>("DescribeResourcePolicies", "logs:DescribeResourcePolicies"),
    reading<describe_subscription_filters, named_group>("DescribeSubscriptionFilters",
                                                        "logs:DescribeSubscriptionFilters"),
    reading<filter_log_events, identified_group>("FilterLogEvents", "logs:FilterLogEvents"),
    reading<get_log_events, read_stream>("GetLogEvents", "logs:GetLogEvents"),
    reading<get_log_group_fields, identified_group>("GetLogGroupFields", "logs:GetLogGroupFields"),
    reading<get_log_record, pointed>("GetLogRecord", "logs:GetLogRecord"),
    reading<get_query_results, whole_account>("GetQueryResults", "logs:GetQueryResults"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "logs:ListTagsForResource"),
    reading<list_tags_log_group, named_group>("ListTagsLogGroup", "logs:ListTagsLogGroup"),
    transacting<put_log_events, named_stream>("PutLogEvents", "logs:PutLogEvents"),
    transacting<put_metric_filter, named_group>("PutMetricFilter", "logs:PutMetricFilter"),
    transacting<put_query_definition, whole_account>("PutQueryDefinition", "logs:PutQueryDefinition"),
    transacting<put_resource_policy, whole_account>("PutResourcePolicy", "logs:PutResourcePolicy"),
    transacting<put_retention_policy, named_group>("PutRetentionPolicy", "logs:PutRetentionPolicy"),
    transacting<put_subscription_filter, subscribed_group>("PutSubscriptionFilter", "logs:PutSubscriptionFilter"),
    waiting<start_live_tail, tailed>("StartLiveTail", "logs:StartLiveTail"),
    transacting<start_query, queried>("StartQuery", "logs:StartQuery"),
    transacting<stop_query, whole_account>("StopQuery", "logs:StopQuery"),
    transacting<tag_log_group, named_group>("TagLogGroup", "logs:TagLogGroup"),
    transacting<tag_resource, tagged>("TagResource", "logs:TagResource"),
    reading<test_metric_filter, whole_account>("TestMetricFilter", "logs:TestMetricFilter"),
    transacting<untag_log_group, named_group>("UntagLogGroup", "logs:UntagLogGroup"),
    transacting<untag_resource, tagged>("UntagResource", "logs:UntagResource"),
};

constexpr ConditionKey kConditionKeys[] = {
    {"logs:DestinationArn", "destinationArn", "logs:PutSubscriptionFilter"},
};

}  // namespace

Service logs_service(Logs& logs) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &logs;
  service.condition_keys = kConditionKeys;
  service.resource_policy = &policy_of_resource;
  return service;
}

}  // namespace orrery::logs
