#include "services/dynamodb/indexes/entries.h"
#include "services/dynamodb/tables/policies.h"
#include "services/dynamodb/tables/testing.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

class CreateTableTest : public DynamoDbTest {
 protected:
  std::string refusal(const CreateTableInput& input) {
    const auto done = run(&create_table, input);
    return done ? "created" : done.error().message;
  }
  std::string invalid(const CreateTableInput& input) {
    const std::string message = refusal(input);
    EXPECT_THAT(message, StartsWith(kInvalid));
    return message.substr(std::min(message.size(), kInvalid.size()));
  }
  // A table with the keys id and at, and an index by "who" and "at".
  static CreateTableInput indexed() {
    CreateTableInput input = table_input("orders", true);
    input.AttributeDefinitions->push_back({"who", "S"});
    input.GlobalSecondaryIndexes.emplace().push_back(global_index("by-who", {{"who", "HASH"}, {"at", "RANGE"}}));
    return input;
  }
  static CreateTableInput locally_indexed() {
    CreateTableInput input = table_input("orders", true);
    input.AttributeDefinitions->push_back({"who", "S"});
    input.LocalSecondaryIndexes.emplace().push_back(local_index("local", {{"id", "HASH"}, {"who", "RANGE"}}));
    return input;
  }
};

TEST_F(CreateTableTest, IndexesAreDescribed) {
  CreateTableInput input = indexed();
  input.LocalSecondaryIndexes.emplace().push_back(local_index("local", {{"id", "HASH"}, {"who", "RANGE"}}));
  input.GlobalSecondaryIndexes->front().Projection.ProjectionType = ProjectionType::INCLUDE;
  input.GlobalSecondaryIndexes->front().Projection.NonKeyAttributes = {"z", "a"};
  const auto made = run(&create_table, input);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->TableDescription->TableStatus, "CREATING");
  EXPECT_EQ(made->TableDescription->GlobalSecondaryIndexes->front().IndexStatus, "CREATING");
  const TableDescription table = describe("orders");
  EXPECT_EQ(table.TableStatus, "ACTIVE");
  const auto& global = table.GlobalSecondaryIndexes->front();
  EXPECT_EQ(global.IndexStatus, "ACTIVE");
  EXPECT_EQ(global.IndexArn, "arn:aws:dynamodb:eu-west-1:000000000000:table/orders/index/by-who");
  EXPECT_EQ(global.Projection->NonKeyAttributes, (std::vector<std::string>{"a", "z"}));
  EXPECT_EQ(global.ProvisionedThroughput->ReadCapacityUnits, 0);
  EXPECT_EQ(global.WarmThroughput->ReadUnitsPerSecond, 12'000);
  EXPECT_EQ(global.ItemCount, 0);
  EXPECT_EQ(table.LocalSecondaryIndexes->front().IndexArn, table.TableArn.value() + "/index/local");
  std::vector<std::string> defined;
  for (const auto& one : *table.AttributeDefinitions) defined.push_back(one.AttributeName);
  EXPECT_EQ(defined, (std::vector<std::string>{"at", "id", "who"}));
}

TEST_F(CreateTableTest, DefinitionsAndKeysMatch) {
  CreateTableInput input = indexed();
  input.AttributeDefinitions->push_back({"more", "S"});
  EXPECT_EQ(invalid(input),
            "Some AttributeDefinitions are not used. AttributeDefinitions: [id, at, who, more], keys used: [id, at, "
            "who]");
  input = indexed();
  input.AttributeDefinitions->pop_back();
  EXPECT_EQ(invalid(input),
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [who, at], "
            "AttributeDefinitions: [id, at]");
  input = indexed();
  input.AttributeDefinitions->push_back({"who", "N"});
  EXPECT_EQ(refusal(input), "Attribute Name is duplicated: who");
  input = indexed();
  input.KeySchema->at(1).AttributeName = "nothing";
  EXPECT_EQ(refusal(input), "Invalid KeySchema: Some index key attribute have no definition");
  input = indexed();
  input.GlobalSecondaryIndexes->front().KeySchema[0].KeyType = "RANGE";
  EXPECT_EQ(refusal(input), "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  input = indexed();
  input.GlobalSecondaryIndexes->front().KeySchema[1].AttributeName = "who";
  EXPECT_EQ(refusal(input), "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  input = indexed();
  input.GlobalSecondaryIndexes->front().KeySchema = {{"who", "HASH"}, {"at", "HASH"}};
  EXPECT_THAT(refusal(input), HasSubstr("keys of several attributes"));
}

TEST_F(CreateTableTest, Projections) {
  CreateTableInput input = indexed();
  Projection& projection = input.GlobalSecondaryIndexes->front().Projection;
  projection.ProjectionType.reset();
  EXPECT_EQ(invalid(input), "Unknown ProjectionType: null");
  projection.ProjectionType = "KEYS_ONLY";
  projection.NonKeyAttributes = {"a"};
  EXPECT_EQ(invalid(input), "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified");
  projection.ProjectionType = "INCLUDE";
  projection.NonKeyAttributes = {"a", "a"};
  EXPECT_EQ(invalid(input), "Duplicate element in NonKeyAttributes: a");
  projection.NonKeyAttributes.reset();
  EXPECT_EQ(invalid(input), "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  input.GlobalSecondaryIndexes->clear();
  for (int i = 0; i < 6; ++i) {
    auto index = global_index("index-" + std::to_string(i), {{"who", "HASH"}});
    index.Projection.ProjectionType = "INCLUDE";
    for (int n = 0; n < 17; ++n) {
      if (!index.Projection.NonKeyAttributes) index.Projection.NonKeyAttributes.emplace();
      index.Projection.NonKeyAttributes->push_back("a" + std::to_string(n));
    }
    input.GlobalSecondaryIndexes->push_back(index);
  }
  EXPECT_THAT(invalid(input), HasSubstr("per-table limit of 100"));
  input.GlobalSecondaryIndexes->back().Projection.NonKeyAttributes->resize(15);
  EXPECT_EQ(refusal(input), "created");
}

TEST_F(CreateTableTest, LocalIndexes) {
  CreateTableInput input = locally_indexed();
  input.LocalSecondaryIndexes->front().KeySchema[0].AttributeName = "at";
  EXPECT_EQ(invalid(input),
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: local. index hash "
            "key: at, table hash key: id");
  input = locally_indexed();
  input.LocalSecondaryIndexes->front().KeySchema.pop_back();
  input.AttributeDefinitions->pop_back();
  EXPECT_EQ(invalid(input), "Index KeySchema does not have a range key for index: local");
  input = locally_indexed();
  input.KeySchema->pop_back();
  input.LocalSecondaryIndexes->front().KeySchema[1].AttributeName = "at";
  input.AttributeDefinitions->pop_back();
  EXPECT_EQ(invalid(input),
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
  input = locally_indexed();
  for (int i = 0; i < 5; ++i) {
    input.LocalSecondaryIndexes->push_back(local_index("more-" + std::to_string(i), {{"id", "HASH"}, {"at", "RANGE"}}));
  }
  EXPECT_EQ(invalid(input), "Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  input.LocalSecondaryIndexes->pop_back();
  input.GlobalSecondaryIndexes.emplace().push_back(global_index("local", {{"at", "HASH"}}));
  EXPECT_EQ(invalid(input), "Duplicate index name: local");
  input.GlobalSecondaryIndexes->front().IndexName = "global";
  EXPECT_EQ(refusal(input), "created");
}

TEST_F(CreateTableTest, GlobalIndexes) {
  CreateTableInput input = indexed();
  for (int i = 0; i < 20; ++i) {
    input.GlobalSecondaryIndexes->push_back(global_index("more-" + std::to_string(i), {{"at", "HASH"}}));
  }
  EXPECT_EQ(invalid(input), "GlobalSecondaryIndex count exceeds the per-table limit of 20");
  input = indexed();
  input.GlobalSecondaryIndexes->front().ProvisionedThroughput = ProvisionedThroughput{1, 1};
  EXPECT_EQ(invalid(input),
            "ProvisionedThroughput should not be specified for index: by-who when BillingMode is PAY_PER_REQUEST");
  input = indexed();
  input.BillingMode.reset();
  input.ProvisionedThroughput = ProvisionedThroughput{1, 1};
  EXPECT_EQ(invalid(input), "ProvisionedThroughput is not specified for index: by-who");
  input.GlobalSecondaryIndexes->front().ProvisionedThroughput = ProvisionedThroughput{50'000, 1};
  EXPECT_EQ(refusal(input),
            "The requested ReadCapacityUnits for index by-who, 50000, is above the per index maximum for the account "
            "in eu-west-1. Per table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits "
            "and how to request higher limits.");
  input.GlobalSecondaryIndexes->front().ProvisionedThroughput = ProvisionedThroughput{2, 3};
  EXPECT_EQ(refusal(input), "created");
  EXPECT_EQ(describe("orders").GlobalSecondaryIndexes->front().WarmThroughput->WriteUnitsPerSecond, 3);
}

TEST_F(CreateTableTest, ThroughputOnDemand) {
  CreateTableInput input = indexed();
  input.OnDemandThroughput.emplace().MaxReadRequestUnits = 0;
  EXPECT_EQ(invalid(input), "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range");
  input.OnDemandThroughput->MaxReadRequestUnits = 10;
  input.WarmThroughput.emplace().WriteUnitsPerSecond = 10;
  EXPECT_EQ(invalid(input),
            "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand");
  input.WarmThroughput->WriteUnitsPerSecond = 5000;
  EXPECT_EQ(refusal(input), "created");
  const TableDescription table = describe("orders");
  EXPECT_EQ(table.OnDemandThroughput->MaxReadRequestUnits, 10);
  EXPECT_EQ(table.WarmThroughput->ReadUnitsPerSecond, 12'000);
  EXPECT_EQ(table.WarmThroughput->WriteUnitsPerSecond, 5000);
  input = table_input("other");
  input.BillingMode.reset();
  input.ProvisionedThroughput = ProvisionedThroughput{1, 1};
  input.OnDemandThroughput.emplace().MaxWriteRequestUnits = 10;
  EXPECT_EQ(invalid(input),
            "MaxWriteRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.");
}

TEST_F(CreateTableTest, Encryption) {
  CreateTableInput input = table_input("orders");
  input.SSESpecification.emplace().Enabled = false;
  input.SSESpecification->SSEType = "KMS";
  EXPECT_EQ(invalid(input), "SSEType can not be specified if Enabled is false");
  input.SSESpecification->SSEType.reset();
  input.SSESpecification->KMSMasterKeyId = "k";
  EXPECT_EQ(invalid(input), "KMSMasterKeyId can not be specified if Enabled is false");
  input.SSESpecification->Enabled = true;
  EXPECT_EQ(invalid(input), "SSEType KMS is required if KMSMasterKeyId is specified");
  input.SSESpecification->SSEType = "AES256";
  EXPECT_EQ(invalid(input), "SSEType AES256 is not supported");
}

TEST_F(CreateTableTest, WithADelay) {
  service.table_delay = std::chrono::seconds(5);
  ASSERT_TRUE(run(&create_table, indexed()));
  EXPECT_EQ(describe("orders").TableStatus, "CREATING");
  EXPECT_EQ(describe("orders").GlobalSecondaryIndexes->front().IndexStatus, "CREATING");
  GetItemInput get;
  get.TableName = "orders";
  get.Key = {{"id", item::Value::string("7")}, {"at", item::Value::number(1)}};
  EXPECT_EQ(run(&get_item, get).error().message, "Requested resource not found");
  DeleteTableInput deletion;
  deletion.TableName = "orders";
  EXPECT_EQ(run(&delete_table, deletion).error().message,
            "Attempt to change a resource which is still in use: Table is being created: orders");
  call.now += std::chrono::seconds(5);
  EXPECT_EQ(describe("orders").TableStatus, "ACTIVE");
  EXPECT_TRUE(run(&get_item, get));
}

TEST_F(CreateTableTest, WithAPolicy) {
  CreateTableInput input = table_input("orders");
  input.ResourcePolicy = "{";
  EXPECT_EQ(invalid(input), "Invalid policy document: This policy contains invalid Json");
  input.ResourcePolicy =
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})";
  EXPECT_EQ(refusal(input), "created");
  EXPECT_EQ(*policy_of_resource(&service, *store->snapshot(), describe("orders").TableArn.value()),
            input.ResourcePolicy);
}

}  // namespace
}  // namespace orrery::dynamodb
