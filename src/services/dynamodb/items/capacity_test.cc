#include "services/dynamodb/items/testing.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;

class CapacityTest : public ItemOperationsTest {
 protected:
  CapacityTest() {
    create("orders", true);
    add_index("orders", false, "by-city", "city", "", "KEYS_ONLY");
    add_index("orders", true, "by-name", "id", "name", "ALL");
  }
  // The units of table, by-city and by-name, as told.
  std::string units(const std::string& more) {
    const auto done =
        run(&put_item, request<PutItemInput>(
                           R"_({"TableName":"orders","ReturnConsumedCapacity":"INDEXES","Item":{"id":{"S":"a"},
                                             "at":{"N":"1"})_" +
                           more + "}}"));
    if (!done) return done.error().message;
    const ConsumedCapacity& told = *done->ConsumedCapacity;
    const auto of = [](const auto& indexes, const char* name) {
      return indexes && indexes->contains(name) ? std::to_string(static_cast<int>(*indexes->at(name).CapacityUnits))
                                                : std::string("-");
    };
    return std::to_string(static_cast<int>(*told.CapacityUnits)) + ": " +
           std::to_string(static_cast<int>(*told.Table->CapacityUnits)) + " " +
           of(told.GlobalSecondaryIndexes, "by-city") + " " + of(told.LocalSecondaryIndexes, "by-name");
  }
};

TEST_F(CapacityTest, IndexesCostWhatChangesInThem) {
  EXPECT_EQ(units(""), "1: 1 - -");
  EXPECT_EQ(units(R"_(,"city":{"S":"Riga"})_"), "2: 1 1 -");                            // a new entry
  EXPECT_EQ(units(R"_(,"city":{"S":"Riga"},"x":{"S":"not projected"})_"), "1: 1 - -");  // the same entry
  EXPECT_EQ(units(R"_(,"city":{"S":"Oslo"},"name":{"S":"n"})_"), "4: 1 2 1");           // one that moves
  EXPECT_EQ(units(R"_(,"city":{"S":"Oslo"},"name":{"S":"n"},"x":{"N":"1"})_"), "2: 1 - 1");
  EXPECT_EQ(units(""), "3: 1 1 1");  // both gone
  EXPECT_EQ(units(R"_(,"name":{"S":"n"},"x":{"S":")_" + std::string(3000, 'x') + R"_("})_"), "6: 3 - 3");
}

TEST_F(CapacityTest, TransactionsDoubleTheTableAlone) {
  EXPECT_EQ(transact(R"_({"ReturnConsumedCapacity":"TOTAL","TransactItems":[
                {"Put":{"TableName":"orders","Item":{"id":{"S":"a"},"at":{"N":"1"},"city":{"S":"Riga"}}}}]})_"),
            R"_({"ConsumedCapacity":[{"TableName":"orders","CapacityUnits":3E0,"WriteCapacityUnits":3E0}]})_");
}

TEST_F(CapacityTest, ItemCollections) {
  EXPECT_EQ(update_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"},"at":{"N":"1"}},
                            "ReturnItemCollectionMetrics":"SIZE"})_"),
            R"_({"ItemCollectionMetrics":{"ItemCollectionKey":{"id":{"S":"a"}},"SizeEstimateRangeGB":[0E0,1E0]}})_");
  create("plain");
  EXPECT_EQ(delete_text(R"_({"TableName":"plain","Key":{"id":{"S":"a"}},"ReturnItemCollectionMetrics":"SIZE"})_"),
            "{}");
  BatchWriteItemInput input;
  input.ReturnItemCollectionMetrics = "SIZE";
  for (const char* at : {"1", "2"}) {
    input.RequestItems["orders"].emplace_back().PutRequest.emplace().Item =
        item(R"_({"id":{"S":"a"},"at":{"N":")_" + std::string(at) + R"_("}})_");
  }
  const auto done = run(&batch_write_item, input);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->ItemCollectionMetrics->at("orders").size(), 1U);
}

TEST_F(CapacityTest, BatchGet) {
  put("orders", item(R"_({"id":{"S":"a"},"at":{"N":"1"},"x":{"N":"2"}})_"));
  EXPECT_EQ(text(run(&batch_get_item, request<BatchGetItemInput>(R"_({"ReturnConsumedCapacity":"TOTAL","RequestItems":
                {"orders":{"Keys":[{"id":{"S":"a"},"at":{"N":"1"}},{"id":{"S":"a"},"at":{"N":"9"}}],
                           "ProjectionExpression":"x","ConsistentRead":true}}})_"))),
            R"_({"Responses":{"orders":[{"x":{"N":"2"}}]},"UnprocessedKeys":{},)_"
            R"_("ConsumedCapacity":[{"TableName":"orders","CapacityUnits":2E0}]})_");
  EXPECT_THAT(text(run(&batch_get_item, request<BatchGetItemInput>(R"_({"RequestItems":
                {"orders":{"Keys":[{"id":{"S":"a"},"at":{"N":"1"}},{"id":{"S":"a"},"at":{"N":"1.0"}}]}}})_"))),
              HasSubstr("Provided list of item keys contains duplicates"));
}

TEST_F(CapacityTest, BatchGetLeavesWhatDoesNotFit) {
  create("big");
  fill("big", 50, 390'000);
  BatchGetItemInput input;
  for (int i = 0; i < 50; ++i) {
    input.RequestItems["big"].Keys.push_back({{"id", item::Value::string(std::to_string(i))}});
  }
  const auto done = run(&batch_get_item, input);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->Responses->at("big").size(), 43U);
  EXPECT_EQ(done->UnprocessedKeys->at("big").Keys.size(), 7U);
}

}  // namespace
}  // namespace orrery::dynamodb
