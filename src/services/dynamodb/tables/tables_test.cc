#include "base/encode.h"
#include "services/dynamodb/testing.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;

class TablesTest : public DynamoDbTest {
 protected:
  std::string refusal(const CreateTableInput& input) {
    const auto done = run(&create_table, input);
    return done ? "created" : done.error().message;
  }
};

TEST_F(TablesTest, DescribesWhatWasCreated) {
  CreateTableInput input = table_input("orders", true);
  input.TableClass = TableClass::STANDARD_INFREQUENT_ACCESS;
  input.SSESpecification.emplace().Enabled = true;
  input.SSESpecification->SSEType = SSEType::KMS;
  input.SSESpecification->KMSMasterKeyId = "key-1";
  ASSERT_TRUE(run(&create_table, input));
  const TableDescription table = describe("orders");
  EXPECT_EQ(table.TableName, "orders");
  EXPECT_EQ(table.TableStatus, "ACTIVE");
  EXPECT_EQ(table.TableArn, "arn:aws:dynamodb:eu-west-1:000000000000:table/orders");
  EXPECT_EQ(table.CreationDateTime, call.now);
  EXPECT_EQ(table.KeySchema->at(1).AttributeName, "at");
  EXPECT_EQ(table.BillingModeSummary->BillingMode, "PAY_PER_REQUEST");
  EXPECT_EQ(table.ProvisionedThroughput->ReadCapacityUnits, 0);
  EXPECT_EQ(table.TableClassSummary->TableClass, "STANDARD_INFREQUENT_ACCESS");
  EXPECT_EQ(table.SSEDescription->KMSMasterKeyArn, "key-1");
  EXPECT_EQ(table.ItemCount, 0);
  EXPECT_EQ(refusal(input), "Table already exists: orders");
}

TEST_F(TablesTest, ChecksKeysAgainstDefinitions) {
  CreateTableInput input = table_input("orders");
  input.KeySchema->at(0).AttributeName = "other";
  EXPECT_EQ(refusal(input),
            "One or more parameter values were invalid: Some index key attributes are not defined in "
            "AttributeDefinitions. Keys: [other], AttributeDefinitions: [id]");
  input = table_input("orders");
  input.AttributeDefinitions->push_back({"more", "S"});
  EXPECT_EQ(refusal(input),
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
            "number of attributes defined in AttributeDefinitions");
  input = table_input("orders");
  input.KeySchema->at(0).KeyType = "RANGE";
  EXPECT_EQ(refusal(input), "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  input = table_input("orders");
  input.BillingMode.reset();
  EXPECT_THAT(refusal(input), HasSubstr("must both be specified when BillingMode is PROVISIONED"));
}

TEST_F(TablesTest, RefusesWhatItDoesNotDo) {
  CreateTableInput input = table_input("orders");
  input.GlobalTableSourceArn = "arn:aws:dynamodb:eu-west-1:000000000000:table/other";
  const auto done = run(&create_table, input);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, 501);
  EXPECT_THAT(done.error().message, HasSubstr("GlobalTableSourceArn"));
}

TEST_F(TablesTest, ADeletedTablesNameIsFreeAtOnceAndItsItemsGo) {
  create("orders");
  fill("orders", 1201);
  drop("orders");
  create("orders", true);  // with another key: what was decoded before must not be used
  put("orders", {{"id", item::Value::string("7")}, {"at", item::Value::number(1)}});
  EXPECT_EQ(get("orders", {{"id", item::Value::string("7")}, {"at", item::Value::number(2)}}), std::nullopt);
  EXPECT_EQ(stored(KeyKind::TableItem), 1202U);
  work();
  EXPECT_EQ(stored(KeyKind::TableItem), 1U);
  EXPECT_TRUE(get("orders", {{"id", item::Value::string("7")}, {"at", item::Value::number(1)}}));
  EXPECT_EQ(stored(KeyKind::Outbox), 0U);
}

// What an earlier version has ordered is still done.
TEST_F(TablesTest, OldErasuresAreFinished) {
  create("orders");
  fill("orders", 600);
  const auto table = *find_table(*store->snapshot(), {call.account, call.region, "orders"});
  ASSERT_TRUE(store->transact([&](Transaction& tx) {
    Message message;
    message.kind = kEraseMessage;
    message.id = std::to_string(table->number);
    message.payload = hex(table->items_prefix());
    return background->post(tx, message);
  }));
  work();
  EXPECT_EQ(stored(KeyKind::TableItem), 0U);
}

// Whatever the race between writers and DeleteTable, no item is left under the number of a table that is gone.
TEST_F(TablesTest, WritersRaceWithDeletion) {
  create("orders");
  std::vector<std::thread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([this, t] {
      Call mine;
      mine.principal = &root;
      mine.account = call.account;
      mine.region = call.region;
      for (int i = 0; i < 200; ++i) {
        PutItemInput input;
        input.TableName = "orders";
        input.Item = {{"id", item::Value::string(std::to_string(t) + "/" + std::to_string(i))}};
        const auto done = store->transact([&](Transaction& tx) { return put_item(service, mine, tx, input); });
        EXPECT_TRUE(done || done.error().code == "ResourceNotFoundException");
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    drop("orders");
    create("orders");
  }
  for (std::thread& writer : writers) writer.join();
  work();
  const auto table = find_table(*store->snapshot(), {call.account, call.region, "orders"});
  const auto cursor = store->snapshot()->scan(prefix_range(std::string(1, static_cast<char>(KeyKind::TableItem))));
  while (cursor->next()) EXPECT_TRUE(cursor->key().starts_with((*table)->items_prefix()));
}

TEST_F(TablesTest, ProtectedTablesStay) {
  CreateTableInput input = table_input("orders");
  input.DeletionProtectionEnabled = true;
  ASSERT_TRUE(run(&create_table, input));
  DeleteTableInput deletion;
  deletion.TableName = "orders";
  const auto done = run(&delete_table, deletion);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("protected against deletion"));
}

TEST_F(TablesTest, SmallTablesAreCountedExactly) {
  create("orders");
  fill("orders", 10, 100);
  EXPECT_EQ(describe("orders").ItemCount, 10);
  EXPECT_EQ(describe("orders").TableSizeBytes, 10 * (2 + 1 + 3 + 100));
}

TEST_F(TablesTest, LargeTablesAreCountedInTheBackground) {
  create("orders");
  fill("orders", 1500);
  EXPECT_EQ(describe("orders").ItemCount, 1000);  // what was seen so far
  EXPECT_EQ(stored(KeyKind::Outbox), 1U);
  EXPECT_EQ(describe("orders").ItemCount, 1000);  // does not start it anew
  work();
  EXPECT_EQ(describe("orders").ItemCount, 1500);
  fill("orders", 1600);
  EXPECT_EQ(describe("orders").ItemCount, 1500);  // for six hours
  clock.freeze(clock.now() + std::chrono::hours(7));
  call.now = clock.now();
  EXPECT_EQ(describe("orders").ItemCount, 1500);
  work();
  EXPECT_EQ(describe("orders").ItemCount, 1600);
}

TEST_F(TablesTest, ListsInPages) {
  for (const char* name : {"b-1", "a-1", "c-1"}) create(name);
  call.region = "us-east-1";
  create("elsewhere");
  call.region = "eu-west-1";
  ListTablesInput input;
  input.Limit = 2;
  auto page = run(&list_tables, input);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->TableNames, (std::vector<std::string>{"a-1", "b-1"}));
  EXPECT_EQ(page->LastEvaluatedTableName, "b-1");
  input.ExclusiveStartTableName = page->LastEvaluatedTableName;
  page = run(&list_tables, input);
  EXPECT_EQ(page->TableNames, (std::vector<std::string>{"c-1"}));
  EXPECT_EQ(page->LastEvaluatedTableName, std::nullopt);
}

TEST_F(TablesTest, NamesAndArns) {
  EXPECT_EQ(parse_table_name(call, "a.b")->name, "a.b");
  EXPECT_EQ(parse_table_name(call, "arn:aws:dynamodb:us-east-1:000000000000:table/orders")->region, "us-east-1");
  EXPECT_EQ(parse_table_name(call, "arn:aws:dynamodb:us-east-1:111111111111:table/orders")->account, "111111111111");
  EXPECT_EQ(parse_own_table_name(call, "arn:aws:dynamodb:us-east-1:111111111111:table/orders").error().code,
            "AccessDenied");
  EXPECT_THAT(parse_table_name(call, "a;bc").error().message, HasSubstr("[a-zA-Z0-9_.-]+"));
  EXPECT_EQ(parse_table_name(call, "ab").error().message,
            "TableName must be at least 3 characters long and at most 255 characters long");
}

}  // namespace
}  // namespace orrery::dynamodb
