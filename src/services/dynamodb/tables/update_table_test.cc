#include "services/dynamodb/indexes/entries.h"
#include "services/dynamodb/tables/testing.h"
#include "store/key.h"

#include <map>
#include <thread>

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

class UpdateTableTest : public DynamoDbTest {
 protected:
  void create_provisioned() {
    CreateTableInput input = table_input("orders");
    input.BillingMode.reset();
    input.ProvisionedThroughput = ProvisionedThroughput{10, 10};
    ASSERT_TRUE(run(&create_table, input));
  }
  UpdateTableInput update() {
    UpdateTableInput input;
    input.TableName = "orders";
    return input;
  }
  UpdateTableInput adding(const std::string& name, const std::string& key = "who") {
    UpdateTableInput input = update();
    input.AttributeDefinitions.emplace().push_back({key, "S"});
    CreateGlobalSecondaryIndexAction action;
    action.IndexName = name;
    action.KeySchema = {{key, "HASH"}};
    action.Projection.ProjectionType = ProjectionType::ALL;
    input.GlobalSecondaryIndexUpdates.emplace().emplace_back().Create = action;
    return input;
  }
  UpdateTableInput dropping(const std::string& name) {
    UpdateTableInput input = update();
    input.GlobalSecondaryIndexUpdates.emplace().emplace_back().Delete.emplace().IndexName = name;
    return input;
  }
  UpdateTableInput capacity(std::int64_t read, std::int64_t write) {
    UpdateTableInput input = update();
    input.ProvisionedThroughput = ProvisionedThroughput{read, write};
    return input;
  }
  std::string refusal(const UpdateTableInput& input) {
    const auto done = run(&update_table, input);
    return done ? "updated" : done.error().message;
  }
  std::string invalid(const UpdateTableInput& input) {
    const std::string message = refusal(input);
    EXPECT_THAT(message, StartsWith(kInvalid));
    return message.substr(std::min(message.size(), kInvalid.size()));
  }
  std::shared_ptr<const Table> table() {
    return *find_table(*store->snapshot(), {call.account, call.region, "orders"});
  }
  // What the index holds, as the base table's id -> the item.
  std::map<std::string, item::Item> entries(const std::string& index) {
    std::map<std::string, item::Item> out;
    const auto now = table();
    const auto cursor = store->snapshot()->scan(prefix_range(now->find_index(index)->entries_prefix()));
    while (cursor->next()) {
      const item::Item item = item::Item::from_encoding(std::string(cursor->value()));
      EXPECT_TRUE(out.emplace(std::string(item.find("id")->string()), item).second) << "two entries of one item";
    }
    return out;
  }
  // Every index holds exactly what the table's items give.
  void audit() {
    const auto now = table();
    for (const Index& index : now->indexes) {
      std::map<std::string, std::string> expected, found;
      const auto items = store->snapshot()->scan(prefix_range(now->items_prefix()));
      while (items->next()) {
        const item::Item item = item::Item::from_encoding(std::string(items->value()));
        const auto entry = projected(index, item);
        if (!entry) continue;
        expected[entry_key(index, item, items->key().substr(now->items_prefix().size()))] = entry->bytes();
      }
      const auto entries = store->snapshot()->scan(prefix_range(index.entries_prefix()));
      while (entries->next()) found[std::string(entries->key())] = entries->value();
      EXPECT_EQ(found == expected, true) << index.name << ": " << found.size() << " and " << expected.size();
    }
  }
  static item::Item order(const std::string& id, const std::string& who) {
    return {{"id", item::Value::string(id)}, {"who", item::Value::string(who)}};
  }
};

TEST_F(UpdateTableTest, SomethingMustChange) {
  create("orders");
  UpdateTableInput input = update();
  EXPECT_THAT(refusal(input), StartsWith("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled"));
  input.GlobalSecondaryIndexUpdates.emplace();
  EXPECT_THAT(refusal(input), StartsWith("At least one of"));
  input.DeletionProtectionEnabled = true;
  EXPECT_EQ(invalid(input), "List of GlobalSecondaryIndexUpdates is empty");
  input.GlobalSecondaryIndexUpdates.reset();
  input.TableClass = TableClass::STANDARD;
  EXPECT_EQ(invalid(input), "TableClass modification must be the only operation in the request");
  input.TableClass.reset();
  input.BillingMode = BillingMode::PAY_PER_REQUEST;
  EXPECT_EQ(invalid(input), "DeletionProtection modification must be the only operation in the request");
  input.BillingMode.reset();
  EXPECT_EQ(refusal(input), "updated");
  EXPECT_EQ(describe("orders").DeletionProtectionEnabled, true);
  input.TableName = "nowhere";
  EXPECT_EQ(refusal(input), "Requested resource not found: Table: nowhere not found");
  input.ReplicaUpdates.emplace();
  EXPECT_THAT(refusal(input), HasSubstr("does not implement ReplicaUpdates"));
}

TEST_F(UpdateTableTest, Capacity) {
  create_provisioned();
  EXPECT_EQ(refusal(capacity(10, 10)),
            "The provisioned throughput for the table will not change. The requested value equals the current value. "
            "Current ReadCapacityUnits provisioned for the table: 10. Requested ReadCapacityUnits: 10. Current "
            "WriteCapacityUnits provisioned for the table: 10. Requested WriteCapacityUnits: 10. Refer to the Amazon "
            "DynamoDB Developer Guide for current limits and how to request higher limits.");
  const auto done = run(&update_table, capacity(20, 10));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->TableDescription->TableStatus, "UPDATING");
  EXPECT_EQ(done->TableDescription->ProvisionedThroughput->ReadCapacityUnits, 10);
  auto told = *describe("orders").ProvisionedThroughput;
  EXPECT_EQ(told.ReadCapacityUnits, 20);
  EXPECT_EQ(told.LastIncreaseDateTime, call.now);
  EXPECT_EQ(told.NumberOfDecreasesToday, 0);
  EXPECT_EQ(describe("orders").WarmThroughput->ReadUnitsPerSecond, 20);
  for (int units = 9; units > 5; --units) EXPECT_EQ(refusal(capacity(units, 10)), "updated");
  EXPECT_EQ(describe("orders").ProvisionedThroughput->NumberOfDecreasesToday, 4);
  const auto refused = run(&update_table, capacity(5, 10));
  EXPECT_EQ(refused.error().code, "LimitExceededException");
  EXPECT_THAT(refused.error().message, HasSubstr("Number of decreases today: 4"));
  call.now += std::chrono::hours(1);
  EXPECT_EQ(refusal(capacity(5, 10)), "updated");
  EXPECT_EQ(describe("orders").ProvisionedThroughput->NumberOfDecreasesToday, 5);
  call.now += std::chrono::hours(24);
  EXPECT_EQ(refusal(capacity(4, 10)), "updated");
  EXPECT_EQ(describe("orders").ProvisionedThroughput->NumberOfDecreasesToday, 1);
  EXPECT_EQ(describe("orders").WarmThroughput->ReadUnitsPerSecond, 20);
}

TEST_F(UpdateTableTest, BillingMode) {
  create("orders");
  ASSERT_EQ(refusal(adding("by-who")), "updated");
  work();
  EXPECT_EQ(invalid(capacity(1, 1)),
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
  UpdateTableInput input = update();
  input.BillingMode = BillingMode::PROVISIONED;
  EXPECT_EQ(invalid(input), "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  input.ProvisionedThroughput = ProvisionedThroughput{5, 6};
  EXPECT_EQ(invalid(input), "ProvisionedThroughput must be specified for index: by-who");
  auto& index = input.GlobalSecondaryIndexUpdates.emplace().emplace_back().Update.emplace();
  index.IndexName = "by-who";
  index.ProvisionedThroughput = ProvisionedThroughput{7, 8};
  EXPECT_EQ(refusal(input), "updated");
  TableDescription now = describe("orders");
  EXPECT_EQ(now.BillingModeSummary->BillingMode, "PROVISIONED");
  EXPECT_EQ(now.ProvisionedThroughput->WriteCapacityUnits, 6);
  EXPECT_EQ(now.GlobalSecondaryIndexes->front().ProvisionedThroughput->ReadCapacityUnits, 7);
  input.BillingMode.reset();
  input.ProvisionedThroughput.reset();
  EXPECT_THAT(refusal(input), StartsWith("The provisioned throughput for the index by-who will not change."));
  index.ProvisionedThroughput = ProvisionedThroughput{7, 9};
  EXPECT_EQ(refusal(input), "updated");
  input = update();
  input.BillingMode = BillingMode::PAY_PER_REQUEST;
  EXPECT_EQ(refusal(input), "updated");
  now = describe("orders");
  EXPECT_EQ(now.BillingModeSummary->LastUpdateToPayPerRequestDateTime, call.now);
  EXPECT_EQ(now.ProvisionedThroughput->WriteCapacityUnits, 0);
  EXPECT_EQ(now.GlobalSecondaryIndexes->front().ProvisionedThroughput->ReadCapacityUnits, 0);
}

TEST_F(UpdateTableTest, MaximaAndWarmth) {
  create("orders");
  UpdateTableInput input = update();
  input.OnDemandThroughput.emplace().MaxReadRequestUnits = 0;
  EXPECT_EQ(invalid(input), "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range");
  input.OnDemandThroughput->MaxReadRequestUnits = 7;
  EXPECT_EQ(refusal(input), "updated");
  input.OnDemandThroughput = OnDemandThroughput{std::nullopt, 8};
  EXPECT_EQ(refusal(input), "updated");
  EXPECT_EQ(describe("orders").OnDemandThroughput->MaxReadRequestUnits, 7);
  EXPECT_EQ(describe("orders").OnDemandThroughput->MaxWriteRequestUnits, 8);
  input = update();
  input.WarmThroughput.emplace().ReadUnitsPerSecond = 11'000;
  EXPECT_EQ(invalid(input),
            "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
            "decreasing WarmThroughput is not supported");
  input.WarmThroughput->ReadUnitsPerSecond = 13'000;
  EXPECT_EQ(refusal(input), "updated");
  EXPECT_EQ(describe("orders").WarmThroughput->ReadUnitsPerSecond, 13'000);
}

TEST_F(UpdateTableTest, Encryption) {
  create("orders");
  UpdateTableInput input = update();
  input.SSESpecification.emplace().Enabled = false;
  EXPECT_EQ(invalid(input), "Table is already encrypted by default");
  input.SSESpecification->Enabled = true;
  EXPECT_EQ(refusal(input), "updated");
  EXPECT_EQ(describe("orders").SSEDescription->SSEType, "KMS");
  EXPECT_THAT(invalid(input), StartsWith("Table is already encrypted with given KMSMasterKeyId."));
  input.SSESpecification->Enabled = false;
  EXPECT_EQ(refusal(input), "updated");
  EXPECT_FALSE(describe("orders").SSEDescription);
}

TEST_F(UpdateTableTest, AnIndexIsFilled) {
  create("orders");
  for (int i = 0; i < 1000; ++i) put("orders", order(std::to_string(i), "w" + std::to_string(i % 7)));
  put("orders", {{"id", item::Value::string("wrong type")}, {"who", item::Value::number(1)}});
  put("orders", {{"id", item::Value::string("empty")}, {"who", item::Value::string("")}});
  put("orders", {{"id", item::Value::string("long")}, {"who", item::Value::string(std::string(2049, 'x'))}});
  put("orders", {{"id", item::Value::string("without")}});
  const auto done = run(&update_table, adding("by-who"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->TableDescription->TableStatus, "UPDATING");
  EXPECT_EQ(done->TableDescription->GlobalSecondaryIndexes->front().IndexStatus, "CREATING");
  auto index = describe("orders").GlobalSecondaryIndexes->front();
  EXPECT_EQ(index.IndexStatus, "CREATING");
  EXPECT_EQ(index.Backfilling, true);
  EXPECT_FALSE(table()->find_index("by-who")->readable);
  DeleteTableInput deletion;
  deletion.TableName = "orders";
  EXPECT_EQ(run(&delete_table, deletion).error().message,
            "Attempt to change a resource which is still in use: Cannot delete table while indexes are being created, "
            "updated, or deleted.");
  EXPECT_EQ(refusal(adding("another")),
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
  work();
  index = describe("orders").GlobalSecondaryIndexes->front();
  EXPECT_EQ(index.IndexStatus, "ACTIVE");
  EXPECT_FALSE(index.Backfilling);
  EXPECT_EQ(entries("by-who").size(), 1000U);
  EXPECT_TRUE(table()->find_index("by-who")->readable);
  audit();
  // What does not fit may go, and may not come back.
  DeleteItemInput without;
  without.TableName = "orders";
  without.Key = {{"id", item::Value::string("empty")}};
  EXPECT_TRUE(run(&delete_item, without));
  audit();
  EXPECT_EQ(refusal(adding("by-who")), "Attempting to create an index which already exists");
}

TEST_F(UpdateTableTest, AnIndexIsDropped) {
  create("orders");
  ASSERT_EQ(refusal(adding("by-who")), "updated");
  for (int i = 0; i < 1200; ++i) put("orders", order(std::to_string(i), "w"));
  work();
  EXPECT_EQ(stored(KeyKind::TableItem), 2400U);
  EXPECT_EQ(refusal(dropping("nothing")), "Requested resource not found: Index nothing for table orders");
  const auto done = run(&update_table, dropping("by-who"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->TableDescription->GlobalSecondaryIndexes->front().IndexStatus, "DELETING");
  EXPECT_EQ(table()->find_index("by-who"), nullptr);
  work();
  EXPECT_FALSE(describe("orders").GlobalSecondaryIndexes);
  EXPECT_EQ(describe("orders").AttributeDefinitions->size(), 1U);
  EXPECT_EQ(stored(KeyKind::TableItem), 1200U);
  EXPECT_EQ(stored(KeyKind::Outbox), 0U);
  EXPECT_EQ(refusal(adding("by-who")), "updated");  // the name is free again
  work();
  EXPECT_EQ(entries("by-who").size(), 1200U);
}

TEST_F(UpdateTableTest, AnIndexThatIsBeingFilledIsDropped) {
  create("orders");
  for (int i = 0; i < 600; ++i) put("orders", order(std::to_string(i), "w"));
  ASSERT_EQ(refusal(adding("by-who")), "updated");
  ASSERT_EQ(refusal(dropping("by-who")), "updated");
  work();
  EXPECT_FALSE(describe("orders").GlobalSecondaryIndexes);
  EXPECT_EQ(stored(KeyKind::TableItem), 600U);
}

TEST_F(UpdateTableTest, IndexUpdatesAreChecked) {
  create("orders");
  UpdateTableInput input = adding("by-who");
  input.AttributeDefinitions.reset();
  EXPECT_EQ(invalid(input), "AttributeDefinitions is not specified for index: by-who");
  input = adding("by-who");
  input.AttributeDefinitions->front().AttributeName = "other";
  EXPECT_EQ(invalid(input),
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [who], AttributeDefinitions: "
            "[id, other]");
  input = adding("by-who");
  input.GlobalSecondaryIndexUpdates->front().Create->ProvisionedThroughput = ProvisionedThroughput{1, 1};
  EXPECT_EQ(invalid(input),
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: by-who when BillingMode is "
            "PAY_PER_REQUEST");
  input = adding("by-who");
  input.GlobalSecondaryIndexUpdates->push_back(*dropping("by-who").GlobalSecondaryIndexUpdates->begin());
  EXPECT_EQ(invalid(input),
            "Only one global secondary index update per index is allowed simultaneously. Index: by-who");
  input.GlobalSecondaryIndexUpdates->back().Delete->IndexName = "other";
  EXPECT_EQ(refusal(input),
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
  input = adding("by-who");
  input.GlobalSecondaryIndexUpdates->front().Delete.emplace().IndexName = "by-who";
  EXPECT_EQ(invalid(input), "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
  input.GlobalSecondaryIndexUpdates->front() = {};
  EXPECT_EQ(invalid(input),
            "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null");
}

// Whatever the order of writers and back-fill, the index ends as the items demand.
TEST_F(UpdateTableTest, BackfillRacesWithWriters) {
  create("orders");
  constexpr int kIds = 1500;
  for (int i = 0; i < kIds; ++i) put("orders", order(std::to_string(i), "first"));
  if (!started) background->start();
  started = true;
  std::atomic<bool> stop = false;
  std::vector<std::thread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&, t] {
      Call mine;
      mine.principal = &root;
      mine.account = call.account;
      mine.region = call.region;
      for (int i = 0; !stop; ++i) {
        const std::string id = std::to_string((i * 37 + t * 11) % kIds);
        if (i % 3 == 0) {
          DeleteItemInput input;
          input.TableName = "orders";
          input.Key = {{"id", item::Value::string(id)}};
          EXPECT_TRUE(store->transact([&](Transaction& tx) { return delete_item(service, mine, tx, input); }));
        } else {
          PutItemInput input;
          input.TableName = "orders";
          input.Item = order(id, "writer " + std::to_string(t) + "/" + std::to_string(i % 5));
          EXPECT_TRUE(store->transact([&](Transaction& tx) { return put_item(service, mine, tx, input); }));
        }
      }
    });
  }
  for (const char* name : {"one", "two", "three"}) {
    EXPECT_EQ(refusal(adding(name)), "updated");
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!table()->find_index(name)->readable && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(Millis(1));
    }
    EXPECT_TRUE(table()->find_index(name)->readable);
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  audit();
}

TEST_F(UpdateTableTest, DeletedTablesLeaveNothing) {
  CreateTableInput input = table_input("orders", true);
  input.AttributeDefinitions->push_back({"who", "S"});
  input.LocalSecondaryIndexes.emplace().push_back(local_index("local", {{"id", "HASH"}, {"who", "RANGE"}}));
  input.GlobalSecondaryIndexes.emplace().push_back(global_index("global", {{"who", "HASH"}}));
  input.ResourcePolicy =
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})";
  ASSERT_TRUE(run(&create_table, input));
  for (int i = 0; i < 700; ++i) {
    put("orders",
        {{"id", item::Value::string("a")}, {"at", item::Value::number(i)}, {"who", item::Value::string("w")}});
  }
  EXPECT_EQ(stored(KeyKind::TableItem), 2100U);
  const auto described = describe("orders");
  EXPECT_EQ(described.ItemCount, 700);
  EXPECT_EQ(described.GlobalSecondaryIndexes->front().ItemCount, 700);
  EXPECT_EQ(described.LocalSecondaryIndexes->front().ItemCount, 700);
  EXPECT_GT(described.LocalSecondaryIndexes->front().IndexSizeBytes, 700 * 6);
  drop("orders");
  work();
  EXPECT_EQ(stored(KeyKind::TableItem), 0U);
  EXPECT_EQ(stored(KeyKind::TablePolicy), 0U);
  EXPECT_EQ(stored(KeyKind::TableStat), 0U);
  EXPECT_EQ(stored(KeyKind::Outbox), 0U);
}

}  // namespace
}  // namespace orrery::dynamodb
