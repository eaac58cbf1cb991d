#include "services/dynamodb/tables/checks.h"
#include "services/dynamodb/tables/describing.h"
#include "services/dynamodb/tables/update_table.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html: four decreases a UTC day, then one an
// hour.
constexpr std::int64_t kFreeDecreases = 4;
constexpr Millis kBetweenDecreases = std::chrono::hours(1);

bool same_day(Instant a, Instant b) {
  return std::chrono::floor<std::chrono::days>(a.time_since_epoch()) ==
         std::chrono::floor<std::chrono::days>(b.time_since_epoch());
}

Result<> count_decrease(ProvisionedThroughputDescription& described, Instant now) {
  const auto last = described.LastDecreaseDateTime;
  std::int64_t today = last && same_day(*last, now) ? described.NumberOfDecreasesToday.value_or(0) : 0;
  if (today >= kFreeDecreases && now - *last < kBetweenDecreases) {
    return fail(errors::LimitExceededException(
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the "
        "first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 "
        "seconds. Number of decreases today: " +
        std::to_string(today) + ". Last decrease at " + iso8601_millis(*last)));
  }
  described.NumberOfDecreasesToday = today + 1;
  described.LastDecreaseDateTime = now;
  return {};
}

Error unchanged(const ProvisionedThroughput& wanted) {
  const auto read = std::to_string(wanted.ReadCapacityUnits);
  const auto write = std::to_string(wanted.WriteCapacityUnits);
  return validation_error(
      "The provisioned throughput for the table will not change. The requested value equals the current value. Current "
      "ReadCapacityUnits provisioned for the table: " +
      read + ". Requested ReadCapacityUnits: " + read +
      ". Current WriteCapacityUnits provisioned for the table: " + write + ". Requested WriteCapacityUnits: " + write +
      ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.");
}

Result<> check_new_maximum(std::optional<std::int64_t> wanted, const std::string& name, bool on_demand,
                           std::string_view index) {
  if (!wanted) return {};
  const std::string of = index.empty() ? "" : " for index : " + std::string(index);
  if (!on_demand) {
    return fail(invalid_value(name + " for OnDemandThroughput" + of +
                              " cannot be specified when the table BillingMode is PROVISIONED"));
  }
  if (*wanted > 0 || *wanted == -1) return {};
  return fail(invalid_value("Requested " + name + " for OnDemandThroughput" + (index.empty() ? " for table" : of) +
                            " is outside of valid range"));
}

void to_on_demand(TableUpdate& update) {
  TableDescription& description = update.after.description;
  description.BillingModeSummary.emplace();
  description.BillingModeSummary->BillingMode = BillingMode::PAY_PER_REQUEST;
  description.BillingModeSummary->LastUpdateToPayPerRequestDateTime = update.call.now;
  const auto clear = [](ProvisionedThroughputDescription& throughput) {
    throughput.ReadCapacityUnits = 0;
    throughput.WriteCapacityUnits = 0;
  };
  clear(*description.ProvisionedThroughput);
  if (!description.GlobalSecondaryIndexes) return;
  for (auto& index : *description.GlobalSecondaryIndexes) clear(*index.ProvisionedThroughput);
}

// Each index needs its throughput in the same request (update_indexes sets it); maxima are for tables on demand.
Result<> to_provisioned(TableUpdate& update) {
  TableDescription& description = update.after.description;
  const auto given_for = [&](const std::string& name) {
    const auto& updates = update.input.GlobalSecondaryIndexUpdates;
    return updates && std::ranges::any_of(*updates, [&](const auto& one) {
             return one.Update && one.Update->IndexName == name && one.Update->ProvisionedThroughput;
           });
  };
  if (description.GlobalSecondaryIndexes) {
    for (auto& index : *description.GlobalSecondaryIndexes) {
      if (!given_for(*index.IndexName)) {
        return fail(invalid_value("ProvisionedThroughput must be specified for index: " + *index.IndexName));
      }
      index.OnDemandThroughput.reset();
    }
  }
  description.BillingModeSummary->BillingMode = BillingMode::PROVISIONED;
  description.OnDemandThroughput.reset();
  description.ProvisionedThroughput->ReadCapacityUnits = update.input.ProvisionedThroughput->ReadCapacityUnits;
  description.ProvisionedThroughput->WriteCapacityUnits = update.input.ProvisionedThroughput->WriteCapacityUnits;
  return {};
}

Result<> change_table_capacity(TableUpdate& update) {
  const ProvisionedThroughput& wanted = *update.input.ProvisionedThroughput;
  if (update.before.is_on_demand()) {
    return fail(
        invalid_value("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                      "PAY_PER_REQUEST"));
  }
  auto& described = *update.after.description.ProvisionedThroughput;
  if (described.ReadCapacityUnits == wanted.ReadCapacityUnits &&
      described.WriteCapacityUnits == wanted.WriteCapacityUnits) {
    return fail(unchanged(wanted));
  }
  return change_capacity(described, wanted, update.call.now);
}

Result<> check_no_drop(const TableUpdate& update) {
  if (!update.input.ProvisionedThroughput && !update.input.BillingMode) return {};
  if (!update.before.description.GlobalSecondaryIndexes) return {};
  for (const auto& index : *update.before.description.GlobalSecondaryIndexes) {
    if (index.IndexStatus != IndexStatus::DELETING) continue;
    return fail(errors::ResourceInUseException(
        "Attempt to change a resource which is still in use: Can't change table IOPS when an index is being deleted. "
        "Table: " +
        update.name.name + " Indexes: [" + *index.IndexName + "]"));
  }
  return {};
}

}  // namespace

Result<> change_capacity(ProvisionedThroughputDescription& described, const ProvisionedThroughput& wanted,
                         Instant now) {
  const bool less = wanted.ReadCapacityUnits < *described.ReadCapacityUnits ||
                    wanted.WriteCapacityUnits < *described.WriteCapacityUnits;
  const bool more = wanted.ReadCapacityUnits > *described.ReadCapacityUnits ||
                    wanted.WriteCapacityUnits > *described.WriteCapacityUnits;
  if (less) TRY(count_decrease(described, now));
  if (more) described.LastIncreaseDateTime = now;
  described.ReadCapacityUnits = wanted.ReadCapacityUnits;
  described.WriteCapacityUnits = wanted.WriteCapacityUnits;
  return {};
}

Result<> change_on_demand(std::optional<OnDemandThroughput>& described, const OnDemandThroughput& wanted,
                          bool on_demand, std::string_view index) {
  TRY(check_new_maximum(wanted.MaxReadRequestUnits, "MaxReadRequestUnits", on_demand, index));
  TRY(check_new_maximum(wanted.MaxWriteRequestUnits, "MaxWriteRequestUnits", on_demand, index));
  if (!wanted.MaxReadRequestUnits && !wanted.MaxWriteRequestUnits) return {};
  if (!described) described.emplace();
  if (wanted.MaxReadRequestUnits) described->MaxReadRequestUnits = wanted.MaxReadRequestUnits;
  if (wanted.MaxWriteRequestUnits) described->MaxWriteRequestUnits = wanted.MaxWriteRequestUnits;
  return {};
}

Result<> change_warmth(std::optional<std::int64_t>& described, std::optional<std::int64_t> wanted,
                       std::string_view name, std::string_view index) {
  if (!wanted) return {};
  if (described && *wanted < *described) {
    const std::string of = index.empty() ? "table" : "index " + std::string(index);
    return fail(invalid_value("Requested " + std::string(name) + " for WarmThroughput for " + of +
                              " is lower than current WarmThroughput, decreasing WarmThroughput is not supported"));
  }
  described = wanted;
  return {};
}

Result<> update_throughput(TableUpdate& update) {
  TRY(check_no_drop(update));
  const UpdateTableInput& input = update.input;
  TableDescription& description = update.after.description;
  const bool switched =
      input.BillingMode && (*input.BillingMode == BillingMode::PAY_PER_REQUEST) != update.before.is_on_demand();
  if (switched) {
    update.updating = true;
    if (update.before.is_on_demand()) {
      TRY(to_provisioned(update));
    } else {
      to_on_demand(update);
    }
  } else if (input.ProvisionedThroughput) {
    update.updating = true;
    TRY(change_table_capacity(update));
  }
  if (input.OnDemandThroughput) {
    TRY(change_on_demand(description.OnDemandThroughput, *input.OnDemandThroughput, update.after.is_on_demand(), ""));
  }
  if (!description.WarmThroughput) description.WarmThroughput.emplace();
  auto& warm = *description.WarmThroughput;
  // Provisioned capacity warms, and what was warm stays so.
  const auto& provisioned = *description.ProvisionedThroughput;
  warm.ReadUnitsPerSecond = std::max(warm.ReadUnitsPerSecond.value_or(0), *provisioned.ReadCapacityUnits);
  warm.WriteUnitsPerSecond = std::max(warm.WriteUnitsPerSecond.value_or(0), *provisioned.WriteCapacityUnits);
  if (!input.WarmThroughput) return {};
  TRY(change_warmth(warm.ReadUnitsPerSecond, input.WarmThroughput->ReadUnitsPerSecond, "ReadUnitsPerSecond", ""));
  return change_warmth(warm.WriteUnitsPerSecond, input.WarmThroughput->WriteUnitsPerSecond, "WriteUnitsPerSecond", "");
}

}  // namespace orrery::dynamodb
