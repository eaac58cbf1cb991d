#include "services/dynamodb/operations.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/tables/tagging.h"

#include <algorithm>
#include <set>

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kMostUnits = 1'000'000'000'000;

// "[a, b]"
template <class List>
std::string names_of(const List& list) {
  std::string out = "[";
  for (const auto& element : list) {
    if (out.size() > 1) out += ", ";
    out += element.AttributeName;
  }
  return out + "]";
}

Result<> check_throughput(const CreateTableInput& input) {
  const bool on_demand = input.BillingMode == BillingMode::PAY_PER_REQUEST;
  if (on_demand && input.ProvisionedThroughput) {
    return fail(validation_error(
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
        "when BillingMode is PAY_PER_REQUEST"));
  }
  if (on_demand) return {};
  if (!input.ProvisionedThroughput) {
    return fail(validation_error(
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified "
        "when BillingMode is PROVISIONED"));
  }
  const auto check = [](std::int64_t units, const char* name) -> Result<> {
    if (units <= kMostUnits) return {};
    return fail(validation_error("Given value " + std::to_string(units) + " for " + name + " is out of bounds"));
  };
  TRY(check(input.ProvisionedThroughput->ReadCapacityUnits, "ReadCapacityUnits"));
  return check(input.ProvisionedThroughput->WriteCapacityUnits, "WriteCapacityUnits");
}

// The model no longer says that both are required (a replica of a global table has neither); the service does.
Result<> check_present(const CreateTableInput& input) {
  std::vector<std::string> missing;
  if (!input.AttributeDefinitions) missing.emplace_back("attributeDefinitions");
  if (!input.KeySchema) missing.emplace_back("keySchema");
  if (missing.empty()) return {};
  std::string message =
      std::to_string(missing.size()) + (missing.size() == 1 ? " validation error" : " validation errors") + " detected";
  for (const std::string& name : missing) {
    message += (&name == missing.data() ? ": " : "; ");
    message += "Value null at '" + name + "' failed to satisfy constraint: Member must not be null";
  }
  return fail(validation_error(std::move(message)));
}

Result<> check_keys(const std::vector<KeySchemaElement>& keys, const std::vector<AttributeDefinition>& definitions) {
  if (keys.size() > 2) {
    return fail(validation_error(
        "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must have length less "
        "than or equal to 2"));
  }
  std::set<std::string> defined;
  for (const auto& definition : definitions) {
    if (!defined.insert(definition.AttributeName).second) {
      return fail(
          validation_error("One or more parameter values were invalid: Duplicate AttributeName in "
                           "AttributeDefinitions: " +
                           definition.AttributeName));
    }
  }
  if (keys.size() > definitions.size()) {
    return fail(validation_error("Invalid KeySchema: Some index key attribute have no definition"));
  }
  if (!std::ranges::all_of(keys, [&](const auto& key) { return defined.contains(key.AttributeName); })) {
    return fail(
        validation_error("One or more parameter values were invalid: Some index key attributes are not defined in "
                         "AttributeDefinitions. Keys: " +
                         names_of(keys) + ", AttributeDefinitions: " + names_of(definitions)));
  }
  if (keys.size() == 2 && keys[0].AttributeName == keys[1].AttributeName) {
    return fail(validation_error("Both the Hash Key and the Range Key element in the KeySchema have the same name"));
  }
  if (keys[0].KeyType != KeyType::HASH) {
    return fail(validation_error("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
  }
  if (keys.size() == 2 && keys[1].KeyType != KeyType::RANGE) {
    return fail(validation_error("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
  }
  if (keys.size() != definitions.size()) {
    return fail(validation_error(
        "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number "
        "of attributes defined in AttributeDefinitions"));
  }
  return {};
}

Result<> check_indexes(const CreateTableInput& input) {
  if (input.LocalSecondaryIndexes && input.LocalSecondaryIndexes->empty()) {
    return fail(validation_error("One or more parameter values were invalid: List of LocalSecondaryIndexes is empty"));
  }
  if (input.GlobalSecondaryIndexes && input.GlobalSecondaryIndexes->empty()) {
    return fail(validation_error("One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty"));
  }
  return {};
}

Result<> refuse_unbuilt(const CreateTableInput& input) {
  return refuse("CreateTable",
                {{"LocalSecondaryIndexes", input.LocalSecondaryIndexes.has_value()},
                 {"GlobalSecondaryIndexes", input.GlobalSecondaryIndexes.has_value()},
                 {"StreamSpecification", input.StreamSpecification && input.StreamSpecification->StreamEnabled},
                 {"ResourcePolicy", input.ResourcePolicy.has_value()},
                 {"GlobalTableSourceArn", input.GlobalTableSourceArn.has_value()},
                 {"GlobalTableSettingsReplicationMode", input.GlobalTableSettingsReplicationMode.has_value()},
                 {"VectorIndexes", input.VectorIndexes.has_value()}});
}

void describe_throughput(const CreateTableInput& input, Instant now, TableDescription& out) {
  auto& provisioned = out.ProvisionedThroughput.emplace();
  provisioned.NumberOfDecreasesToday = 0;
  provisioned.ReadCapacityUnits = input.ProvisionedThroughput ? input.ProvisionedThroughput->ReadCapacityUnits : 0;
  provisioned.WriteCapacityUnits = input.ProvisionedThroughput ? input.ProvisionedThroughput->WriteCapacityUnits : 0;
  if (input.BillingMode == BillingMode::PAY_PER_REQUEST) {
    out.BillingModeSummary.emplace();
    out.BillingModeSummary->BillingMode = BillingMode::PAY_PER_REQUEST;
    out.BillingModeSummary->LastUpdateToPayPerRequestDateTime = now;
  }
  out.OnDemandThroughput = input.OnDemandThroughput;
  if (input.WarmThroughput) {
    auto& warm = out.WarmThroughput.emplace();
    warm.ReadUnitsPerSecond = input.WarmThroughput->ReadUnitsPerSecond;
    warm.WriteUnitsPerSecond = input.WarmThroughput->WriteUnitsPerSecond;
    warm.Status = "ACTIVE";
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
  // Not enabled means a key that AWS owns, of which the real service says nothing either.
  if (input.SSESpecification && input.SSESpecification->Enabled.value_or(false)) {
    auto& sse = out.SSEDescription.emplace();
    sse.Status = SSEStatus::ENABLED;
    sse.SSEType = SSEType::KMS;
    sse.KMSMasterKeyArn = input.SSESpecification->KMSMasterKeyId;
  }
  if (input.TableClass) {
    out.TableClassSummary.emplace();
    out.TableClassSummary->TableClass = input.TableClass;
  }
  out.DeletionProtectionEnabled = input.DeletionProtectionEnabled.value_or(false);
  return out;
}

}  // namespace

Result<CreateTableOutput> create_table(Call& call, Transaction& tx, const CreateTableInput& input) {
  const TableName name = TRY(parse_table_name(call, input.TableName));
  TRY(check_indexes(input));
  TRY(refuse_unbuilt(input));
  TRY(check_present(input));
  TRY(check_throughput(input));
  TRY(check_keys(*input.KeySchema, *input.AttributeDefinitions));
  const TagMap tags = input.Tags ? TRY(tags_of(*input.Tags)) : TagMap();

  if (TRY(tx.get(table_key(name)))) {
    return fail(errors::ResourceInUseException("Table already exists: " + name.name));
  }
  Table table;
  table.number = TRY(next_table_number(tx));
  table.description = describe(call, name, input);
  TRY(put_table(tx, name, table));
  if (!tags.empty()) TRY(add_tags(tx, name.arn(), tags));

  CreateTableOutput output;
  output.TableDescription = std::move(table.description);
  output.TableDescription->ItemCount = 0;
  output.TableDescription->TableSizeBytes = 0;
  return output;
}

}  // namespace orrery::dynamodb
