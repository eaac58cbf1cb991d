// PutSubscriptionFilter, DescribeSubscriptionFilters, DeleteSubscriptionFilter.
#include "services/logs/operations.h"
#include "services/logs/patterns/filter_pattern.h"
#include "services/logs/subscriptions/destinations.h"
#include "services/logs/subscriptions/subscriptions.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostFilters = 2;  // "Each log group can have up to two subscription filters"
constexpr std::int64_t kDefaultPage = 50;
constexpr int kMostRegexes = 5;  // of all filters of a group

std::string filter_key(std::uint64_t group, std::string_view name) {
  return KeyWriter(KeyKind::LogSubscription).u64(group).text(name).take();
}

Result<> check_supported(const PutSubscriptionFilterRequest& input) {
  if (input.fieldSelectionCriteria || input.emitSystemFields) {
    return invalid("fieldSelectionCriteria and emitSystemFields are of centralized log groups, which Orrery has not.");
  }
  if (input.applyOnTransformedLogs.value_or(false)) {
    return invalid("applyOnTransformedLogs can be specified only for log groups that have a transformer.");
  }
  return {};
}

}  // namespace

std::string subscriptions_prefix(std::uint64_t group) { return KeyWriter(KeyKind::LogSubscription).u64(group).take(); }

Result<wire::Empty> put_subscription_filter(Logs& logs, Call& call, Transaction& tx,
                                            const PutSubscriptionFilterRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  TRY(check_supported(input));
  int regexes = TRY(FilterPattern::parse(input.filterPattern)).regexes();
  TRY(check_destination(logs, call, tx, input, group));
  SubscriptionFilter filter;
  filter.creationTime = epoch_ms(call.now);
  std::size_t others = 0;
  const auto cursor = tx.scan(prefix_range(subscriptions_prefix(group.number)));
  while (cursor->next()) {
    const auto other = TRY(decode_shape<SubscriptionFilter>(cursor->value()));
    if (other.filterName == input.filterName) {
      filter.creationTime = other.creationTime;
      continue;
    }
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
  filter.destinationArn = input.destinationArn;
  filter.roleArn = input.roleArn;
  filter.distribution = input.distribution.value_or(std::string(Distribution::ByLogStream));
  TRY(put_shape(tx, filter_key(group.number, input.filterName), filter));
  return wire::Empty{};
}

Result<DescribeSubscriptionFiltersResponse> describe_subscription_filters(
    Call& call, Reader& reader, const DescribeSubscriptionFiltersRequest& input) {
  const GroupRecord group = TRY(existing_group(reader, call, input.logGroupName));
  DescribeSubscriptionFiltersResponse output;
  auto& filters = output.subscriptionFilters.emplace();
  output.nextToken =
      TRY(scan_page(reader, prefix_range(subscriptions_prefix(group.number)),
                    {input.nextToken, input.limit.value_or(kDefaultPage)}, [&](Cursor& cursor) -> Result<bool> {
                      auto filter = TRY(decode_shape<SubscriptionFilter>(cursor.value()));
                      const std::string prefix = input.filterNamePrefix.value_or("");
                      if (!filter.filterName.value_or("").starts_with(prefix)) return false;
                      filters.push_back(std::move(filter));
                      return true;
                    }));
  return output;
}

Result<wire::Empty> delete_subscription_filter(Call& call, Transaction& tx,
                                               const DeleteSubscriptionFilterRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  const std::string key = filter_key(group.number, input.filterName);
  if (!TRY(tx.get(key))) {
    return fail(errors::ResourceNotFoundException("The specified subscription filter does not exist."));
  }
  TRY(tx.erase(key));
  return wire::Empty{};
}

}  // namespace orrery::logs
