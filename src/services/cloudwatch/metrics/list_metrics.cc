#include "services/cloudwatch/operations.h"
#include "services/paging.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kPage = 500;
// "ListMetrics doesn't return information about metrics if those metrics haven't reported data in the past two weeks."
constexpr std::int64_t kForgotten_ms = 14 * kDay_s * 1000;
// PT3H: "metrics that have had data points published in the past three hours".
constexpr std::int64_t kRecent_ms = std::int64_t{3} * 3600 * 1000;

bool has(const DimensionList& dimensions, const DimensionFilter& filter) {
  return std::ranges::any_of(dimensions, [&](const auto& dimension) {
    return dimension.first == filter.Name && (!filter.Value || dimension.second == *filter.Value);
  });
}

bool wanted(const MetricRecord& metric, const ListMetricsInput& input, Instant now) {
  const std::int64_t age_ms = epoch_ms(now) - metric.last_ms;
  if (age_ms > (input.RecentlyActive ? kRecent_ms : kForgotten_ms)) return false;
  if (input.Namespace && metric.name.space != *input.Namespace) return false;
  if (input.MetricName && metric.name.name != *input.MetricName) return false;
  return !input.Dimensions || std::ranges::all_of(*input.Dimensions, [&](const DimensionFilter& filter) {
    return has(metric.name.dimensions, filter);
  });
}

}  // namespace

Result<ListMetricsOutput> list_metrics(Call& call, Reader& reader, const ListMetricsInput& input) {
  ListMetricsOutput output;
  auto& metrics = output.Metrics.emplace();
  const bool owners = input.IncludeLinkedAccounts.value_or(false);
  if (owners) output.OwningAccounts.emplace();
  if (input.OwningAccount && *input.OwningAccount != call.account) return output;
  KeyRange range = prefix_range(metrics_prefix(call.account, call.region, input.Namespace.value_or("")));
  if (const std::string start = TRY(page_start(input.NextToken)); !start.empty()) range.begin = start;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const MetricRecord record = TRY(read_metric(cursor->key(), cursor->value()));
    if (!wanted(record, input, call.now)) continue;
    if (metrics.size() == kPage) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    Metric& metric = metrics.emplace_back();
    metric.Namespace = record.name.space;
    metric.MetricName = record.name.name;
    metric.Dimensions = to_dimensions(record.name.dimensions);
    if (owners) output.OwningAccounts->push_back(call.account);
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::cloudwatch
