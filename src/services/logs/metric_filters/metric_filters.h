// Metric filters: what a pattern finds in a group's events is counted into a metric of CloudWatch
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html).
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"
#include "services/logs/subscriptions/subscriptions.h"
#include "shapes/logs.h"

#include <cstdint>
#include <vector>

namespace orrery::logs {

Result<wire::Empty> put_metric_filter(Call& call, Transaction& tx, const PutMetricFilterRequest& input);
Result<DescribeMetricFiltersResponse> describe_metric_filters(Call& call, Reader& reader,
                                                              const DescribeMetricFiltersRequest& input);
Result<wire::Empty> delete_metric_filter(Call& call, Transaction& tx, const DeleteMetricFilterRequest& input);

std::string metric_filters_prefix(std::uint64_t group);
Result<std::int64_t> count_metric_filters(Reader& reader, std::uint64_t group);

// Publishes what of a batch the group's filters count, once the transaction that stores it has committed. A value has
// the time of its event.
Result<> count_into_metrics(Logs& logs, Transaction& tx, const GroupRecord& group, const std::vector<Arrived>& events,
                            Instant now);

}  // namespace orrery::logs
