// The functions behind the rows of cloudwatch.cc, and what they share.
#pragma once

#include "services/call.h"
#include "services/cloudwatch/cloudwatch.h"
#include "services/cloudwatch/data/store.h"
#include "shapes/cloudwatch.h"

namespace orrery::cloudwatch {

// --- metrics
Result<wire::Empty> put_metric_data(Call& call, Transaction& tx, const PutMetricDataInput& input);
Result<ListMetricsOutput> list_metrics(Call& call, Reader& reader, const ListMetricsInput& input);
Result<GetMetricStatisticsOutput> get_metric_statistics(Call& call, Reader& reader,
                                                        const GetMetricStatisticsInput& input);
Result<GetMetricDataOutput> get_metric_data(Call& call, Reader& reader, const GetMetricDataInput& input);

// --- graphs
Result<GetMetricWidgetImageOutput> get_metric_widget_image(Call& call, Reader& reader,
                                                           const GetMetricWidgetImageInput& input);

// --- alarms
Result<wire::Empty> put_metric_alarm(CloudWatch& cloudwatch, Call& call, Transaction& tx,
                                     const PutMetricAlarmInput& input);
Result<wire::Empty> put_composite_alarm(CloudWatch& cloudwatch, Call& call, Transaction& tx,
                                        const PutCompositeAlarmInput& input);
Result<wire::Empty> delete_alarms(CloudWatch& cloudwatch, Call& call, Transaction& tx, const DeleteAlarmsInput& input);
Result<wire::Empty> set_alarm_state(CloudWatch& cloudwatch, Call& call, Transaction& tx,
                                    const SetAlarmStateInput& input);
Result<wire::Empty> enable_alarm_actions(Call& call, Transaction& tx, const EnableAlarmActionsInput& input);
Result<wire::Empty> disable_alarm_actions(Call& call, Transaction& tx, const DisableAlarmActionsInput& input);
Result<DescribeAlarmsOutput> describe_alarms(Call& call, Reader& reader, const DescribeAlarmsInput& input);
Result<DescribeAlarmsForMetricOutput> describe_alarms_for_metric(Call& call, Reader& reader,
                                                                 const DescribeAlarmsForMetricInput& input);
Result<DescribeAlarmHistoryOutput> describe_alarm_history(Call& call, Reader& reader,
                                                          const DescribeAlarmHistoryInput& input);

// --- dashboards
std::string dashboard_arn(const Call& call, const std::string& name);
Result<bool> dashboard_exists(Reader& reader, const Call& call, std::string_view name);
Result<PutDashboardOutput> put_dashboard(Call& call, Transaction& tx, const PutDashboardInput& input);
Result<GetDashboardOutput> get_dashboard(Call& call, Reader& reader, const GetDashboardInput& input);
Result<ListDashboardsOutput> list_dashboards(Call& call, Reader& reader, const ListDashboardsInput& input);
Result<DeleteDashboardsOutput> delete_dashboards(Call& call, Transaction& tx, const DeleteDashboardsInput& input);

// --- tags
// Those of a resource that is made; how many it has then (the caller refuses more than kMaxTags).
Result<std::size_t> tag_new(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags);
Result<TagResourceOutput> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input);
Result<UntagResourceOutput> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input);
Result<ListTagsForResourceOutput> list_tags_for_resource(Call& call, Reader& reader,
                                                         const ListTagsForResourceInput& input);

// --- shared
Error invalid_value(std::string message);                                 // InvalidParameterValue
Error invalid_combination(std::string message);                           // InvalidParameterCombination
Error invalid(std::string message);                                       // ValidationError
Result<std::string> page_start(const std::optional<std::string>& token);  // empty: the beginning

MetricName metric_name(const Call& call, std::string_view space, std::string_view name,
                       const std::optional<std::vector<Dimension>>& dimensions);
std::vector<Dimension> to_dimensions(const DimensionList& list);

}  // namespace orrery::cloudwatch
