#include "services/dynamodb/items/testing.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;

class UpdateItemTest : public ItemOperationsTest {
 protected:
  UpdateItemTest() { create("orders"); }
};

TEST_F(UpdateItemTest, MakesAndChangesItems) {
  EXPECT_EQ(update_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"UpdateExpression":"ADD n :n",
                            "ExpressionAttributeValues":{":n":{"N":"5"}}})_"),
            "{}");
  EXPECT_EQ(update_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"UpdateExpression":"SET n = n + :n, m = n",
                            "ExpressionAttributeValues":{":n":{"N":"5"}},"ReturnValues":"UPDATED_NEW"})_"),
            R"_({"Attributes":{"m":{"N":"5"},"n":{"N":"10"}}})_");
  EXPECT_EQ(stored_item("orders", R"_({"id":{"S":"a"}})_"), R"_({"id":{"S":"a"},"m":{"N":"5"},"n":{"N":"10"}})_");
}

TEST_F(UpdateItemTest, ReturnValues) {
  put("orders", item(R"_({"id":{"S":"a"},"x":{"S":"old"},"y":{"S":"kept"}})_"));
  const auto update = [&](const std::string& choice, const std::string& expression) {
    return update_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"UpdateExpression":")_" + expression +
                       R"_(","ReturnValues":")_" + choice + R"_("})_");
  };
  EXPECT_EQ(update("ALL_OLD", "REMOVE z"), R"_({"Attributes":{"id":{"S":"a"},"x":{"S":"old"},"y":{"S":"kept"}}})_");
  EXPECT_EQ(update("UPDATED_OLD", "SET z = x"), "{}");
  EXPECT_EQ(update("UPDATED_OLD", "SET z = y, x = y"), R"_({"Attributes":{"x":{"S":"old"},"z":{"S":"old"}}})_");
  EXPECT_EQ(update("UPDATED_NEW", "REMOVE z"), "{}");
  EXPECT_EQ(update("ALL_NEW", "REMOVE x"), R"_({"Attributes":{"id":{"S":"a"},"y":{"S":"kept"}}})_");
  EXPECT_EQ(update("NONE", "REMOVE x"), "{}");
}

TEST_F(UpdateItemTest, WhatOnlyRemovesMakesNoItem) {
  const std::string start = R"_({"TableName":"orders","Key":{"id":{"S":"b"}},"ReturnValues":"ALL_NEW")_";
  EXPECT_EQ(update_text(start + R"_(,"UpdateExpression":"REMOVE x"})_"), "{}");
  EXPECT_EQ(update_text(start + R"_(,"AttributeUpdates":{"x":{"Action":"DELETE"}}})_"), "{}");
  EXPECT_EQ(stored_item("orders", R"_({"id":{"S":"b"}})_"), "none");
  EXPECT_EQ(update_text(start + "}"), R"_({"Attributes":{"id":{"S":"b"}}})_");
  EXPECT_EQ(stored_item("orders", R"_({"id":{"S":"b"}})_"), R"_({"id":{"S":"b"}})_");
}

TEST_F(UpdateItemTest, Refusals) {
  const std::string start = R"_({"TableName":"orders","Key":{"id":{"S":"a"}},)_";
  EXPECT_EQ(update_text(start + R"_("UpdateExpression":"SET id = :a","ExpressionAttributeValues":{":a":{"S":"b"}}})_"),
            "ValidationException: One or more parameter values were invalid: Cannot update attribute id. This "
            "attribute is part of the key");
  EXPECT_THAT(update_text(start + R"_("UpdateExpression":"SET n = :a","AttributeUpdates":{"n":{"Action":"DELETE"}}})_"),
              HasSubstr("Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}"));
  EXPECT_EQ(
      update_text(start + R"_("UpdateExpression":"SET n = n + :a","ExpressionAttributeValues":{":a":{"N":"1"}}})_"),
      "ValidationException: The provided expression refers to an attribute that does not exist in the item");
  const std::string big(410'000, 'x');
  EXPECT_EQ(update_text(start + R"_("UpdateExpression":"SET n = :a","ExpressionAttributeValues":{":a":{"S":")_" + big +
                        R"_("}}})_"),
            "ValidationException: Item size to update has exceeded the maximum allowed size");
  EXPECT_THAT(update_text(R"_({"TableName":"orders","Key":{"id":{"N":"1"}}})_"),
              HasSubstr("does not match the schema"));
}

TEST_F(UpdateItemTest, IndexKeysHaveMessagesOfTheirOwn) {
  add_index("orders", false, "by-city", "city", "", "ALL");
  const std::string start = R"_({"TableName":"orders","Key":{"id":{"S":"a"}},)_";
  const auto set = [&](const std::string& value) {
    return update_text(start + R"_("UpdateExpression":"SET city = :a","ExpressionAttributeValues":{":a":)_" + value +
                       "}}");
  };
  EXPECT_EQ(
      set(R"_({"N":"1"})_"),
      "ValidationException: The update expression attempted to update the secondary index key to unsupported type");
  EXPECT_THAT(set(R"_({"S":""})_"),
              HasSubstr("attempted to update a secondary index key to a value that is not supported"));
  EXPECT_THAT(set(R"_({"S":")_" + std::string(2049, 'x') + R"_("})_"), HasSubstr("beyond allowed size limits"));
  EXPECT_EQ(set(R"_({"S":"Riga"})_"), "{}");
  EXPECT_EQ(
      update_text(start + R"_("AttributeUpdates":{"city":{"Value":{"N":"1"}}}})_"),
      "ValidationException: One or more parameter values were invalid: Type mismatch for Index Key city Expected: "
      "S Actual: N IndexName: by-city");
  EXPECT_EQ(
      put_text(R"_({"TableName":"orders","Item":{"id":{"S":"a"},"city":{"N":"1"}},
                         "ConditionExpression":"attribute_not_exists(id)"
})_"),
      "ValidationException: One or more parameter values were invalid: Type mismatch for Index Key city Expected: "
      "S Actual: N IndexName: by-city");
}

TEST_F(UpdateItemTest, Conditions) {
  const std::string exists = R"_("ConditionExpression":"attribute_exists(id)")_";
  EXPECT_EQ(put_text(R"_({"TableName":"orders","Item":{"id":{"S":"a"}},)_" + exists + "}"),
            "ConditionalCheckFailedException: The conditional request failed");
  put("orders", item(R"_({"id":{"S":"a"},"n":{"N":"1"}})_"));
  EXPECT_EQ(put_text(R"_({"TableName":"orders","Item":{"id":{"S":"a"},"n":{"N":"2"}},)_" + exists + "}"), "{}");
  EXPECT_EQ(delete_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"Expected":{"n":{"Value":{"N":"3"}}}})_"),
            "ConditionalCheckFailedException: The conditional request failed");
  const auto refused = run(&update_item, request<UpdateItemInput>(
                                             R"_({"TableName":"orders","Key":{"id":{"S":"a"}},
                                                 "UpdateExpression":"REMOVE n","ConditionExpression":"n = :one",
                                                 "ExpressionAttributeValues":{":one":{"N":"1"}},
                                                 "ReturnValuesOnConditionCheckFailure":"ALL_OLD"})_"));
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().fields.size(), 1U);
  EXPECT_EQ(refused.error().fields[0].first, "Item");
  EXPECT_EQ(refused.error().fields[0].second, R"_({"id":{"S":"a"},"n":{"N":"2"}})_");
  EXPECT_EQ(delete_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"Expected":{"n":{"Value":{"N":"2"}}},
                            "ReturnValues":"ALL_OLD"})_"),
            R"_({"Attributes":{"id":{"S":"a"},"n":{"N":"2"}}})_");
}

TEST_F(UpdateItemTest, Projections) {
  put("orders", item(R"_({"id":{"S":"a"},"m":{"M":{"x":{"N":"1"},"y":{"N":"2"}}},"z":{"S":"no"}})_"));
  EXPECT_EQ(get_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"ProjectionExpression":"#m.x",
                         "ExpressionAttributeNames":{"#m":"m"}})_"),
            R"_({"Item":{"m":{"M":{"x":{"N":"1"}}}}})_");
  EXPECT_EQ(get_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"AttributesToGet":["id","none"]})_"),
            R"_({"Item":{"id":{"S":"a"}}})_");
  EXPECT_EQ(get_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"ProjectionExpression":"absent"})_"),
            R"_({"Item":{}})_");
  EXPECT_THAT(get_text(R"_({"TableName":"orders","Key":{"id":{"S":"a"}},"AttributesToGet":["id","id"]})_"),
              HasSubstr("Duplicate value in attribute name: id"));
}

}  // namespace
}  // namespace orrery::dynamodb
