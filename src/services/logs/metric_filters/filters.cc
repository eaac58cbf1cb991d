// PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter.
#include "services/logs/metric_filters/measure.h"
#include "services/logs/metric_filters/metric_filters.h"
#include "services/logs/operations.h"
#include "services/paging.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::logs {
namespace {

constexpr std::int64_t kMostFilters = 100;  // of a group
constexpr std::int64_t kDefaultPage = 50;
constexpr int kMostRegexes = 5;  // of all metric filters of a group

std::string filter_key(std::uint64_t group, std::string_view name) {
  return KeyWriter(KeyKind::LogMetricFilter).u64(group).text(name).take();
}

Result<> check_supported(const PutMetricFilterRequest& input) {
  if (input.fieldSelectionCriteria || input.emitSystemFieldDimensions) {
    return invalid(
        "fieldSelectionCriteria and emitSystemFieldDimensions are of centralized log groups, which Orrery has not.");
  }
  if (input.applyOnTransformedLogs.value_or(false)) {
    return invalid("applyOnTransformedLogs can be specified only for log groups that have a transformer.");
  }
  return {};
}

bool wanted(const MetricFilter& filter, const DescribeMetricFiltersRequest& input) {
  const auto& transformation = filter.metricTransformations->front();
  if (!filter.filterName->starts_with(input.filterNamePrefix.value_or(""))) return false;
  if (input.metricName && *input.metricName != transformation.metricName) return false;
  return !input.metricNamespace || *input.metricNamespace == transformation.metricNamespace;
}

// One page over the filters of one group after another. A page's token is where the next one begins.
class Listing {
 public:
  Listing(Reader& reader, const DescribeMetricFiltersRequest& input, std::string from)
      : reader_(reader), input_(input), from_(std::move(from)) {
    output_.metricFilters.emplace();
  }

  // False: the page is full.
  Result<bool> add(const GroupRecord& group) {
    KeyRange range = prefix_range(metric_filters_prefix(group.number));
    const std::string start = group.name + '\0';
    if (from_.starts_with(start)) range.begin = filter_key(group.number, from_.substr(start.size()));
    const auto cursor = reader_.scan(range);
    while (cursor->next()) {
      auto filter = TRY(decode_shape<MetricFilter>(cursor->value()));
      if (!wanted(filter, input_)) continue;
      if (static_cast<std::int64_t>(output_.metricFilters->size()) == input_.limit.value_or(kDefaultPage)) {
        output_.nextToken = page_token(start + *filter.filterName);
        return false;
      }
      output_.metricFilters->push_back(std::move(filter));
    }
    TRY(cursor->status());
    return true;
  }
  DescribeMetricFiltersResponse take() { return std::move(output_); }

 private:
  Reader& reader_;
  const DescribeMetricFiltersRequest& input_;
  const std::string from_;  // group, a zero byte, filter; empty: from the start
  DescribeMetricFiltersResponse output_;
};

}  // namespace

std::string metric_filters_prefix(std::uint64_t group) { return KeyWriter(KeyKind::LogMetricFilter).u64(group).take(); }

Result<std::int64_t> count_metric_filters(Reader& reader, std::uint64_t group) {
  std::int64_t count = 0;
  const auto cursor = reader.scan(prefix_range(metric_filters_prefix(group)));
  while (cursor->next()) ++count;
  TRY(cursor->status());
  return count;
}

Result<wire::Empty> put_metric_filter(Call& call, Transaction& tx, const PutMetricFilterRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  TRY(check_supported(input));
  int regexes = TRY(Measure::parse(input.filterPattern, input.metricTransformations.front())).regexes();
  MetricFilter filter;
  filter.creationTime = epoch_ms(call.now);
  std::int64_t others = 0;
  const auto cursor = tx.scan(prefix_range(metric_filters_prefix(group.number)));
  while (cursor->next()) {
    const auto other = TRY(decode_shape<MetricFilter>(cursor->value()));
    if (other.filterName == input.filterName) continue;
    ++others;
    const auto pattern = FilterPattern::parse(other.filterPattern.value_or(""));
    if (pattern) regexes += pattern->regexes();
  }
  TRY(cursor->status());
  if (others == kMostFilters || regexes > kMostRegexes) {
    return fail(errors::LimitExceededException("Resource limit exceeded."));
  }
  filter.filterName = input.filterName;
  filter.logGroupName = group.name;
  filter.filterPattern = input.filterPattern;
  filter.metricTransformations = input.metricTransformations;
  TRY(put_shape(tx, filter_key(group.number, input.filterName), filter));
  return wire::Empty{};
}

Result<DescribeMetricFiltersResponse> describe_metric_filters(Call& call, Reader& reader,
                                                              const DescribeMetricFiltersRequest& input) {
  if (input.filterNamePrefix && !input.logGroupName) {
    return invalid("filterNamePrefix needs a logGroupName.");
  }
  if (input.metricName.has_value() != input.metricNamespace.has_value()) {
    return invalid("metricName and metricNamespace go together.");
  }
  std::string from;
  if (input.nextToken) {
    auto position = page_position(*input.nextToken);
    if (!position || position->find('\0') == std::string::npos) return fail(invalid_token());
    from = *std::move(position);
  }
  Listing listing(reader, input, from);
  if (input.logGroupName) {
    TRY(listing.add(TRY(existing_group(reader, call, *input.logGroupName))));
    return listing.take();
  }
  KeyRange range = prefix_range(groups_prefix(call.account, call.region));
  if (!from.empty()) range.begin = group_key(call.account, call.region, from.substr(0, from.find('\0')));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (!TRY(listing.add(TRY(decode_group(cursor->value()))))) return listing.take();
  }
  TRY(cursor->status());
  return listing.take();
}

Result<wire::Empty> delete_metric_filter(Call& call, Transaction& tx, const DeleteMetricFilterRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  const std::string key = filter_key(group.number, input.filterName);
  if (!TRY(tx.get(key))) {
    return fail(errors::ResourceNotFoundException("The specified metric filter does not exist."));
  }
  TRY(tx.erase(key));
  return wire::Empty{};
}

}  // namespace orrery::logs
