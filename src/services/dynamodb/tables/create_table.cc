#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/streams/streams.h"
#include "services/dynamodb/tables/checks.h"
#include "services/dynamodb/tables/describing.h"
#include "services/dynamodb/tables/policies.h"
#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/tables/tagging.h"

namespace orrery::dynamodb {
namespace {

Result<> refuse_unbuilt(const CreateTableInput& input) {
  return refuse("CreateTable",
                {{"GlobalTableSourceArn", input.GlobalTableSourceArn.has_value()},
                 {"GlobalTableSettingsReplicationMode", input.GlobalTableSettingsReplicationMode.has_value()},
                 {"VectorIndexes", input.VectorIndexes.has_value()}});
}

void describe_throughput(const CreateTableInput& input, Instant now, TableDescription& out) {
  out.ProvisionedThroughput = described(input.ProvisionedThroughput);
  if (input.BillingMode == BillingMode::PAY_PER_REQUEST) {
    out.BillingModeSummary.emplace();
    out.BillingModeSummary->BillingMode = BillingMode::PAY_PER_REQUEST;
    out.BillingModeSummary->LastUpdateToPayPerRequestDateTime = now;
  }
  if (input.OnDemandThroughput &&
      (input.OnDemandThroughput->MaxReadRequestUnits || input.OnDemandThroughput->MaxWriteRequestUnits)) {
    out.OnDemandThroughput = input.OnDemandThroughput;
  }
  out.WarmThroughput = warmth(input.WarmThroughput, input.ProvisionedThroughput);
}

void describe_indexes(const CreateTableInput& input, const TableName& name, TableDescription& out) {
  if (input.LocalSecondaryIndexes) {
    out.LocalSecondaryIndexes.emplace();
    for (const auto& index : *input.LocalSecondaryIndexes) {
      out.LocalSecondaryIndexes->push_back(described(name, index));
    }
  }
  if (input.GlobalSecondaryIndexes) {
    out.GlobalSecondaryIndexes.emplace();
    for (const auto& index : *input.GlobalSecondaryIndexes) {
      out.GlobalSecondaryIndexes->push_back(described(name, index));
    }
  }
}

TableDescription describe(const Call& call, const TableName& name, const CreateTableInput& input) {
  TableDescription out;
  out.AttributeDefinitions = input.AttributeDefinitions;
  out.TableName = name.name;
  out.KeySchema = input.KeySchema;
  out.TableStatus = TableStatus::ACTIVE;
  out.CreationDateTime = call.now;
  describe_throughput(input, call.now, out);
  out.TableArn = name.arn();
  out.TableId = call.random->uuid();
  describe_indexes(input, name, out);
  if (input.SSESpecification) out.SSEDescription = described(*input.SSESpecification);
  if (input.TableClass) {
    out.TableClassSummary.emplace();
    out.TableClassSummary->TableClass = input.TableClass;
  }
  out.DeletionProtectionEnabled = input.DeletionProtectionEnabled.value_or(false);
  sort_definitions(out);
  return out;
}

Result<> check(const CreateTableInput& input, std::string_view region) {
  TRY(refuse_unbuilt(input));
  TRY(check_definition(input, region));
  if (input.SSESpecification) TRY(check_encryption(*input.SSESpecification));
  return {};
}

}  // namespace

Result<CreateTableOutput> create_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const CreateTableInput& input) {
  const TableName name = TRY(parse_own_table_name(call, input.TableName));
  TRY(check(input, call.region));
  const TagMap tags = input.Tags ? TRY(tags_of(*input.Tags)) : TagMap();
  if (TRY(tx.get(table_key(name)))) {
    return fail(errors::ResourceInUseException("Table already exists: " + name.name));
  }
  Table table;
  table.number = TRY(next_table_number(tx));
  table.description = describe(call, name, input);
  TRY(check_projected_count(projected_count(table.description)));
  TRY(number_indexes(tx, table));
  if (input.StreamSpecification) TRY(create_stream(dynamodb, call, tx, name, table, *input.StreamSpecification));
  if (dynamodb.table_delay > Millis(0)) table.ready_at = call.now + dynamodb.table_delay;
  TRY(put_table(tx, name, table));
  if (!tags.empty()) TRY(add_tags(tx, name.arn(), tags));
  if (input.ResourcePolicy) TRY(set_policy(dynamodb, tx, call, policy_key(name), *input.ResourcePolicy));

  CreateTableOutput output;
  auto& description = output.TableDescription.emplace(std::move(table.description));
  describe_being_made(description);
  description.WarmThroughput.reset();  // told once it is there
  description.ItemCount = 0;
  description.TableSizeBytes = 0;
  const auto empty = [](auto& indexes) {
    if (!indexes) return;
    for (auto& index : *indexes) {
      index.ItemCount = 0;
      index.IndexSizeBytes = 0;
    }
  };
  empty(description.GlobalSecondaryIndexes);
  empty(description.LocalSecondaryIndexes);
  return output;
}

}  // namespace orrery::dynamodb
