#include "services/dynamodb/access.h"
#include "services/dynamodb/testing.h"

#include <set>

namespace orrery::dynamodb {
namespace {

using item::Value;
using testing::HasSubstr;

class ItemsTest : public DynamoDbTest {
 protected:
  // Every id that a scan of one segment (or the whole) gives, page by page.
  std::vector<std::string> scanned(ScanInput input) {
    std::vector<std::string> ids;
    while (true) {
      const auto page = run(&scan, input);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) return ids;
      EXPECT_EQ(page->Count, static_cast<std::int64_t>(page->Items->size()));
      for (const item::Item& item : *page->Items) ids.emplace_back(item.find("id")->string());
      ++pages;
      if (!page->LastEvaluatedKey) return ids;
      input.ExclusiveStartKey = page->LastEvaluatedKey;
    }
  }
  int pages = 0;
};

TEST_F(ItemsTest, PutReplacesAndGivesTheOldOne) {
  create("orders");
  PutItemInput input;
  input.TableName = "orders";
  input.Item = {{"id", Value::string("a")}, {"n", Value::number(1)}};
  input.ReturnValues = "ALL_OLD";
  input.ReturnConsumedCapacity = "TOTAL";
  auto done = run(&put_item, input);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->Attributes, std::nullopt);
  const item::Item first = input.Item;
  input.Item = {{"id", Value::string("a")}, {"n", Value::string(std::string(2500, 'x'))}};
  done = run(&put_item, input);
  EXPECT_EQ(done->Attributes, first);
  EXPECT_EQ(done->ConsumedCapacity->CapacityUnits, 3.0);
  EXPECT_EQ(get("orders", {{"id", Value::string("a")}}), input.Item);
}

TEST_F(ItemsTest, ErrorsOfPut) {
  create("orders");
  PutItemInput input;
  input.TableName = "nowhere";
  input.Item = {{"id", Value::string("a")}};
  EXPECT_EQ(run(&put_item, input).error().message, "Requested resource not found");
  input.TableName = "orders";
  input.ReturnValues = "ALL_NEW";
  EXPECT_EQ(run(&put_item, input).error().message, "ReturnValues can only be ALL_OLD or NONE");
  input.ReturnValues.reset();
  input.ExpressionAttributeNames.emplace()["#a"] = "b";
  EXPECT_EQ(run(&put_item, input).error().message,
            "ExpressionAttributeNames can only be specified when using expressions");
  input.ExpressionAttributeNames.reset();
  input.Item = {{"id", Value::string("a")}, {"x", Value::string(std::string(400 * 1024 - 4, 'x'))}};
  EXPECT_TRUE(run(&put_item, input));
  input.Item = {{"id", Value::string("a")}, {"x", Value::string(std::string(400 * 1024 - 3, 'x'))}};
  EXPECT_EQ(run(&put_item, input).error().message, "Item size has exceeded the maximum allowed size");
}

TEST_F(ItemsTest, DeleteGivesTheOldOne) {
  create("orders");
  put("orders", {{"id", Value::string("a")}, {"n", Value::number(1)}});
  DeleteItemInput input;
  input.TableName = "orders";
  input.Key = {{"id", Value::string("a")}};
  input.ReturnValues = "ALL_OLD";
  EXPECT_EQ(run(&delete_item, input)->Attributes->size_bytes(), 6U);
  EXPECT_EQ(run(&delete_item, input)->Attributes, std::nullopt);
}

TEST_F(ItemsTest, ReadCapacity) {
  EXPECT_EQ(read_units(0, false), 0.5);
  EXPECT_EQ(read_units(4096, true), 1);
  EXPECT_EQ(read_units(4097, true), 2);
  EXPECT_EQ(read_units(4097, false), 1);
  EXPECT_EQ(write_units(0, 1), 1);
  EXPECT_EQ(write_units(1025, 1), 2);
}

TEST_F(ItemsTest, Batches) {
  create("orders");
  create("others");
  BatchWriteItemInput input;
  WriteRequest request;
  request.PutRequest.emplace().Item = {{"id", Value::string("a")}};
  input.RequestItems["orders"] = {request};
  input.RequestItems["others"] = {request};
  input.ReturnConsumedCapacity = "INDEXES";
  const auto done = run(&batch_write_item, input);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->UnprocessedItems->empty());
  EXPECT_EQ(done->ConsumedCapacity->size(), 2U);
  EXPECT_EQ(done->ConsumedCapacity->at(0).Table->CapacityUnits, 1.0);
  EXPECT_TRUE(get("others", {{"id", Value::string("a")}}));

  WriteRequest deletion;
  deletion.DeleteRequest.emplace().Key = {{"id", Value::string("a")}};
  input.RequestItems["orders"].push_back(deletion);
  EXPECT_EQ(run(&batch_write_item, input).error().message, "Provided list of item keys contains duplicates");
  // The same table twice, once by its ARN.
  input.RequestItems.erase("others");
  input.RequestItems["orders"] = {request};
  input.RequestItems["arn:aws:dynamodb:eu-west-1:000000000000:table/orders"] = {request};
  EXPECT_EQ(run(&batch_write_item, input).error().message, "Provided list of item keys contains duplicates");
  input.RequestItems.clear();
  input.RequestItems["orders"].emplace_back();
  EXPECT_FALSE(run(&batch_write_item, input));
}

TEST_F(ItemsTest, SegmentsCoverEveryItemOnce) {
  create("orders");
  fill("orders", 400);
  for (const std::int64_t total : {1, 2, 3, 7, 1000}) {
    std::multiset<std::string> seen;
    for (std::int64_t segment = 0; segment < total; ++segment) {
      ScanInput input;
      input.TableName = "orders";
      input.Segment = segment;
      input.TotalSegments = total;
      input.Limit = 30;
      for (std::string& id : scanned(input)) seen.insert(std::move(id));
    }
    EXPECT_EQ(seen.size(), 400U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 400U);
  }
}

TEST_F(ItemsTest, PagesEndWithTheItemThatReachesOneMegabyte) {
  create("orders");
  fill("orders", 25, 100'000);
  ScanInput input;
  input.TableName = "orders";
  EXPECT_EQ(run(&scan, input)->Items->size(), 11U);
  EXPECT_EQ(scanned(input).size(), 25U);
  EXPECT_EQ(pages, 3);
  input.Select = "COUNT";
  input.ReturnConsumedCapacity = "TOTAL";
  const auto counted = run(&scan, input);
  EXPECT_EQ(counted->Count, 11);
  EXPECT_EQ(counted->Items, std::nullopt);
  EXPECT_EQ(counted->ConsumedCapacity->CapacityUnits, 134.5);  // 11 * 100,006 bytes / 4 KB / 2, rounded up before
}

TEST_F(ItemsTest, ErrorsOfScan) {
  create("orders");
  ScanInput input;
  input.TableName = "orders";
  input.Segment = 1;
  EXPECT_THAT(run(&scan, input).error().message, HasSubstr("The TotalSegments parameter is required"));
  input.TotalSegments = 1;
  EXPECT_THAT(run(&scan, input).error().message, HasSubstr("Segment: 1 is not less than TotalSegments: 1"));
  input = {};
  input.TableName = "orders";
  input.ExclusiveStartKey = item::Item{{"other", Value::string("a")}};
  EXPECT_EQ(run(&scan, input).error().message,
            "The provided starting key is invalid: The provided key element does not match the schema");
  int outside = 0;
  for (const std::int64_t segment : {0, 1}) {
    input.ExclusiveStartKey = item::Item{{"id", Value::string("a")}};
    input.Segment = segment;
    input.TotalSegments = 2;
    const auto page = run(&scan, input);
    if (page) continue;
    ++outside;
    EXPECT_THAT(page.error().message, HasSubstr("Please use ExclusiveStartKey with correct Segment."));
  }
  EXPECT_EQ(outside, 1);
}

TEST_F(ItemsTest, ConditionKeysOfOthersThanRoot) {
  create("orders");
  auth::Principal role = root;
  role.kind = auth::Principal::Kind::RoleSession;
  call.principal = &role;
  const auto snapshot = store->snapshot();
  ItemAccess access(call, *snapshot, "orders");
  ASSERT_TRUE(access.add(item::Item{{"id", Value::string("user-1")}, {"n", Value::number(1)}}));
  const Access wanted = std::move(access).take();
  EXPECT_EQ(wanted.resource, "arn:aws:dynamodb:eu-west-1:000000000000:table/orders");
  EXPECT_THAT(wanted.context, testing::Contains(testing::Pair("dynamodb:LeadingKeys", "user-1")));
  EXPECT_THAT(wanted.context, testing::Contains(testing::Pair("dynamodb:Attributes", "n")));
}

}  // namespace
}  // namespace orrery::dynamodb
