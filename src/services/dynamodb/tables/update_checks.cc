// Which changes one UpdateTable may ask for together, and how each has to look.
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/checks.h"
#include "services/dynamodb/tables/update_table.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

bool has_index_updates(const UpdateTableInput& input) {
  return input.GlobalSecondaryIndexUpdates && !input.GlobalSecondaryIndexUpdates->empty();
}

int concerns(const UpdateTableInput& input) {
  return static_cast<int>(input.ProvisionedThroughput.has_value()) + static_cast<int>(input.BillingMode.has_value()) +
         static_cast<int>(has_index_updates(input)) + static_cast<int>(input.StreamSpecification.has_value()) +
         static_cast<int>(input.SSESpecification.has_value()) + static_cast<int>(input.TableClass.has_value()) +
         static_cast<int>(input.DeletionProtectionEnabled.has_value()) +
         static_cast<int>(input.OnDemandThroughput.has_value()) + static_cast<int>(input.WarmThroughput.has_value());
}

bool makes_or_drops(const UpdateTableInput& input) {
  return has_index_updates(input) && std::ranges::any_of(*input.GlobalSecondaryIndexUpdates, [](const auto& update) {
           return update.Create || update.Delete;
         });
}
bool makes(const UpdateTableInput& input) {
  return has_index_updates(input) && std::ranges::any_of(*input.GlobalSecondaryIndexUpdates,
                                                         [](const auto& update) { return update.Create.has_value(); });
}

Result<> check_alone(bool given, int all, std::string_view what) {
  if (!given || all == 1) return {};
  return fail(invalid_value(std::string(what) + " must be the only operation in the request"));
}

Result<> check_combination(const UpdateTableInput& input) {
  const int all = concerns(input);
  if (all == 0) {
    return fail(validation_error(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
        "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
        "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"));
  }
  if (input.GlobalSecondaryIndexUpdates && input.GlobalSecondaryIndexUpdates->empty()) {
    return fail(invalid_value("List of GlobalSecondaryIndexUpdates is empty"));
  }
  TRY(check_alone(input.SSESpecification.has_value(), all, "Server-Side Encryption modification"));
  TRY(check_alone(input.TableClass.has_value(), all, "TableClass modification"));
  TRY(check_alone(input.DeletionProtectionEnabled.has_value(), all, "DeletionProtection modification"));
  if (input.WarmThroughput && makes(input)) {
    return fail(invalid_value("Create global secondary index cannot be specified when updating WarmThroughput"));
  }
  const int beside = has_index_updates(input) ? 1 : 0;
  TRY(check_alone(input.WarmThroughput.has_value(), all - beside, "WarmThroughput"));
  if (input.OnDemandThroughput && all - beside > 1 + static_cast<int>(input.BillingMode.has_value())) {
    return fail(invalid_value("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"));
  }
  const bool capacity = input.ProvisionedThroughput || input.BillingMode == BillingMode::PROVISIONED;
  if (input.StreamSpecification && capacity) {
    return fail(invalid_value("You cannot modify stream status while updating table IOPS"));
  }
  if (makes_or_drops(input) && input.ProvisionedThroughput) {
    return fail(invalid_value("You cannot create or delete index while updating table IOPS"));
  }
  if (makes_or_drops(input) && input.StreamSpecification) {
    return fail(invalid_value("You cannot create or delete index while changing stream status"));
  }
  return {};
}

Result<> check_billing(const UpdateTableInput& input, std::string_view region) {
  if (input.BillingMode == BillingMode::PAY_PER_REQUEST && input.ProvisionedThroughput) {
    return fail(
        invalid_value("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                      "PAY_PER_REQUEST"));
  }
  if (input.BillingMode == BillingMode::PROVISIONED && !input.ProvisionedThroughput) {
    return fail(invalid_value("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"));
  }
  if (!input.ProvisionedThroughput) return {};
  return check_capacity(*input.ProvisionedThroughput, "", region);
}

// The index that an update is about; nullptr: none.
const std::string* name_in(const GlobalSecondaryIndexUpdate& update) {
  if (update.Update) return &update.Update->IndexName;
  if (update.Create) return &update.Create->IndexName;
  return update.Delete ? &update.Delete->IndexName : nullptr;
}

Result<> check_index_updates(const UpdateTableInput& input) {
  if (!input.GlobalSecondaryIndexUpdates) return {};
  std::set<std::string, std::less<>> names;
  int online = 0;
  for (const GlobalSecondaryIndexUpdate& update : *input.GlobalSecondaryIndexUpdates) {
    const std::string* name = name_in(update);
    if (name == nullptr) {
      return fail(
          invalid_value("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                        "GlobalSecondaryIndexUpdate.Delete must not be null"));
    }
    if (static_cast<int>(update.Update.has_value()) + static_cast<int>(update.Create.has_value()) +
            static_cast<int>(update.Delete.has_value()) >
        1) {
      return fail(
          invalid_value("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"));
    }
    if (!names.insert(*name).second) {
      return fail(
          invalid_value("Only one global secondary index update per index is allowed simultaneously. Index: " + *name));
    }
    if (update.Create) TRY(check_projection(update.Create->Projection));
    if (update.Create || update.Delete) ++online;
  }
  if (online <= 1) return {};
  return fail(too_many_online());
}

}  // namespace

Error too_many_online() {
  return errors::LimitExceededException(
      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
}

Result<> check_update(const UpdateTableInput& input, std::string_view region) {
  TRY(refuse("UpdateTable",
             {{"ReplicaUpdates", input.ReplicaUpdates.has_value()},
              {"MultiRegionConsistency", input.MultiRegionConsistency.has_value()},
              {"GlobalTableWitnessUpdates", input.GlobalTableWitnessUpdates.has_value()},
              {"GlobalTableSettingsReplicationMode", input.GlobalTableSettingsReplicationMode.has_value()},
              {"DisassociationProtectionEnabled", input.DisassociationProtectionEnabled.has_value()},
              {"VectorIndexUpdates", input.VectorIndexUpdates.has_value()}}));
  TRY(check_combination(input));
  TRY(check_billing(input, region));
  if (input.SSESpecification) TRY(check_encryption(*input.SSESpecification));
  return check_index_updates(input);
}

}  // namespace orrery::dynamodb
