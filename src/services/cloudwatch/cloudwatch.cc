#include "services/cloudwatch/cloudwatch.h"

#include "services/cloudwatch/alarms/evaluation.h"
#include "services/cloudwatch/operations.h"
#include "services/cloudwatch/publishing/publisher.h"

namespace orrery::cloudwatch {
namespace {

// Actions, resources and condition keys are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html.
constexpr auto everything = [](const Call&, const auto&) { return std::string("*"); };
constexpr auto alarm_named = [](const Call& call, const auto& input) {
  return alarm_arn(call.account, call.region, input.AlarmName);
};
constexpr auto alarms_named = [](const Call& call, const auto& input) {
  std::vector<Access> accesses;
  accesses.reserve(input.AlarmNames.size());
  for (const std::string& name : input.AlarmNames) {
    accesses.push_back({{}, alarm_arn(call.account, call.region, name), {}});
  }
  return accesses;
};
// "To create … with tags you must have the cloudwatch:TagResource permission."
std::vector<Access> put_and_tag(const std::string& arn, const std::optional<std::vector<Tag>>& tags) {
  std::vector<Access> accesses{{std::string(), arn, {}}};
  if (tags && !tags->empty()) accesses.push_back({"cloudwatch:TagResource", arn, {}});
  return accesses;
}
constexpr auto alarm_to_put = [](const Call& call, const auto& input) {
  return put_and_tag(alarm_arn(call.account, call.region, input.AlarmName), input.Tags);
};
constexpr auto dashboard_to_put = [](const Call& call, const PutDashboardInput& input) {
  return put_and_tag(dashboard_arn(call, input.DashboardName), input.Tags);
};
constexpr auto alarms_of_account = [](const Call& call, const auto&) {
  return alarm_arn(call.account, call.region, "*");
};
constexpr auto history_of = [](const Call& call, const DescribeAlarmHistoryInput& input) {
  return alarm_arn(call.account, call.region, input.AlarmName.value_or("*"));
};
constexpr auto dashboard_named = [](const Call& call, const auto& input) {
  return dashboard_arn(call, input.DashboardName);
};
constexpr auto dashboards_named = [](const Call& call, const DeleteDashboardsInput& input) {
  std::vector<Access> accesses;
  accesses.reserve(input.DashboardNames.size());
  for (const std::string& name : input.DashboardNames) accesses.push_back({{}, dashboard_arn(call, name), {}});
  return accesses;
};
constexpr auto tagged = [](const Call&, const auto& input) { return input.ResourceARN; };

// What the services have published is written first.
template <auto Read, class Input>
auto freshly(CloudWatch& cloudwatch, Call& call, Reader& reader, const Input& input) {
  if (cloudwatch.publisher == nullptr) return Read(call, reader, input);
  cloudwatch.publisher->flush();
  const auto now = cloudwatch.store.snapshot();
  return Read(call, *now, input);
}

constexpr Operation kOperations[] = {
    transacting<delete_alarms, alarms_named>("DeleteAlarms", "cloudwatch:DeleteAlarms"),
    transacting<delete_dashboards, dashboards_named>("DeleteDashboards", "cloudwatch:DeleteDashboards"),
    reading<describe_alarm_history, history_of>("DescribeAlarmHistory", "cloudwatch:DescribeAlarmHistory"),
    reading<describe_alarms, alarms_of_account>("DescribeAlarms", "cloudwatch:DescribeAlarms"),
    reading<describe_alarms_for_metric, alarms_of_account>("DescribeAlarmsForMetric",
                                                           "cloudwatch:DescribeAlarmsForMetric"),
    transacting<disable_alarm_actions, alarms_named>("DisableAlarmActions", "cloudwatch:DisableAlarmActions"),
    transacting<enable_alarm_actions, alarms_named>("EnableAlarmActions", "cloudwatch:EnableAlarmActions"),
    reading<get_dashboard, dashboard_named>("GetDashboard", "cloudwatch:GetDashboard"),
    reading<&freshly<get_metric_data, GetMetricDataInput>, everything>("GetMetricData", "cloudwatch:GetMetricData"),
    reading<&freshly<get_metric_statistics, GetMetricStatisticsInput>, everything>("GetMetricStatistics",
                                                                                   "cloudwatch:GetMetricStatistics"),
    reading<&freshly<get_metric_widget_image, GetMetricWidgetImageInput>, everything>(
        "GetMetricWidgetImage", "cloudwatch:GetMetricWidgetImage"),
    reading<&freshly<list_metrics, ListMetricsInput>, everything>("ListMetrics", "cloudwatch:ListMetrics"),
    reading<list_dashboards, everything>("ListDashboards", "cloudwatch:ListDashboards"),
    reading<list_tags_for_resource, tagged>("ListTagsForResource", "cloudwatch:ListTagsForResource"),
    transacting<put_composite_alarm, alarm_to_put>("PutCompositeAlarm", "cloudwatch:PutCompositeAlarm"),
    transacting<put_dashboard, dashboard_to_put>("PutDashboard", "cloudwatch:PutDashboard"),
    transacting<put_metric_alarm, alarm_to_put>("PutMetricAlarm", "cloudwatch:PutMetricAlarm"),
    transacting<put_metric_data, everything>("PutMetricData", "cloudwatch:PutMetricData"),
    transacting<set_alarm_state, alarm_named>("SetAlarmState", "cloudwatch:SetAlarmState"),
    transacting<tag_resource, tagged>("TagResource", "cloudwatch:TagResource"),
    transacting<untag_resource, tagged>("UntagResource", "cloudwatch:UntagResource"),
};

constexpr ConditionKey kConditionKeys[] = {
    {"cloudwatch:namespace", "Namespace", "cloudwatch:PutMetricData"},
    {"cloudwatch:AlarmActions", "AlarmActions", "cloudwatch:PutMetricAlarm"},
    {"cloudwatch:AlarmActions", "AlarmActions", "cloudwatch:PutCompositeAlarm"},
};

}  // namespace

Service cloudwatch_service(CloudWatch& cloudwatch) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &cloudwatch;
  service.condition_keys = kConditionKeys;
  return service;
}

void register_background(CloudWatch& cloudwatch) {
  cloudwatch.background.on_timer(std::string(kAlarmTimer), [&cloudwatch](Transaction& tx, const Timer& timer) {
    return on_alarm_timer(cloudwatch, tx, timer);
  });
  cloudwatch.background.on_message(std::string(kActionMessage), [&cloudwatch](Transaction& tx, const Message& message) {
    return run_action(cloudwatch, tx, message);
  });
  cloudwatch.background.on_message(std::string(kEventMessage), [&cloudwatch](Transaction& tx, const Message& message) {
    return put_event(cloudwatch, tx, message);
  });
}

}  // namespace orrery::cloudwatch
