#include "services/dynamodb/tables/update_table.h"

#include "services/dynamodb/operations.h"
#include "services/dynamodb/streams/streams.h"
#include "services/dynamodb/tables/counting.h"
#include "services/dynamodb/tables/describing.h"

namespace orrery::dynamodb {
namespace {

Result<> update_encryption(TableUpdate& update) {
  if (!update.input.SSESpecification) return {};
  const SSESpecification& wanted = *update.input.SSESpecification;
  auto& described_now = update.after.description.SSEDescription;
  auto next = described(wanted);
  if (!next && !described_now) return fail(invalid_value("Table is already encrypted by default"));
  const bool same_key = next && described_now && next->KMSMasterKeyArn == described_now->KMSMasterKeyArn;
  if (same_key) {
    return fail(
        invalid_value("Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want "
                      "to change Master Key"));
  }
  described_now = std::move(next);
  return {};
}

void update_settings(TableUpdate& update) {
  const UpdateTableInput& input = update.input;
  TableDescription& description = update.after.description;
  if (input.DeletionProtectionEnabled) description.DeletionProtectionEnabled = input.DeletionProtectionEnabled;
  if (!input.TableClass) return;
  description.TableClassSummary.emplace();
  description.TableClassSummary->TableClass = input.TableClass;
  description.TableClassSummary->LastUpdateDateTime = update.call.now;
  update.updating = true;
}

// The reply tells a change as under way that later calls find done: the status, and the capacity of before.
TableDescription reply_of(const TableUpdate& update) {
  TableDescription out = update.after.description;
  if (update.updating) out.TableStatus = TableStatus::UPDATING;
  const bool switched = update.before.is_on_demand() != update.after.is_on_demand();
  if (!switched) out.ProvisionedThroughput = update.before.description.ProvisionedThroughput;
  if (!out.GlobalSecondaryIndexes) return out;
  for (auto& index : *out.GlobalSecondaryIndexes) {
    if (index.IndexStatus == IndexStatus::CREATING) index.Backfilling = false;
    if (!update.input.GlobalSecondaryIndexUpdates || !update.before.description.GlobalSecondaryIndexes) continue;
    for (const auto& one : *update.input.GlobalSecondaryIndexUpdates) {
      if (one.Update && one.Update->IndexName == index.IndexName) index.IndexStatus = IndexStatus::UPDATING;
    }
    for (const auto& old : *update.before.description.GlobalSecondaryIndexes) {
      if (!switched && old.IndexName == index.IndexName) index.ProvisionedThroughput = old.ProvisionedThroughput;
    }
  }
  return out;
}

}  // namespace

Result<UpdateTableOutput> update_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const UpdateTableInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  TRY(check_update(input, call.region));
  const auto table = TRY(existing_table(tx, name));
  if (is_being_made(*table, call.now)) {
    return fail(errors::ResourceInUseException(
        "Attempt to change a resource which is still in use: Table is being created: " + name.name));
  }
  TableUpdate update{dynamodb, call, tx, name, input, *table, *table};
  TRY(update_throughput(update));
  TRY(update_indexes(update));
  TRY(update_encryption(update));
  update_settings(update);
  if (input.StreamSpecification) {
    TRY(update_stream(dynamodb, call, tx, name, update.after, *input.StreamSpecification));
    update.updating = true;
  }
  TRY(put_table(tx, name, update.after));

  UpdateTableOutput output;
  auto& description = output.TableDescription.emplace(reply_of(update));
  TRY(fill_counts(dynamodb, call, tx, name, *table, description));
  return output;
}

}  // namespace orrery::dynamodb
