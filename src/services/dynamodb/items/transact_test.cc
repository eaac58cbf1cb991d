#include "services/dynamodb/items/testing.h"
#include "services/dynamodb/items/tokens.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;

class TransactTest : public ItemOperationsTest {
 protected:
  TransactTest() {
    create("orders");
    create("stock");
  }
  std::string reasons(std::string_view json) {
    const auto done = run(&transact_write_items, request<TransactWriteItemsInput>(json));
    if (done) return "done";
    EXPECT_EQ(done.error().code, "TransactionCanceledException") << done.error().message;
    return done.error().fields.empty() ? "none" : done.error().fields[0].second;
  }
  std::string gets(std::string_view json) {
    return text(run(&transact_get_items, request<TransactGetItemsInput>(json)));
  }
  static std::string put_of(const std::string& item) {
    return R"_({"Put":{"TableName":"orders","Item":)_" + item + "}}";
  }
};

TEST_F(TransactTest, AllKindsAtOnce) {
  put("stock", item(R"_({"id":{"S":"apple"},"n":{"N":"3"}})_"));
  put("orders", item(R"_({"id":{"S":"old"}})_"));
  EXPECT_EQ(transact(R"_({"ReturnConsumedCapacity":"INDEXES","TransactItems":[
      {"Put":{"TableName":"orders","Item":{"id":{"S":"new"}},"ConditionExpression":"attribute_not_exists(id)"
}
},
      {"Delete":{"TableName":"orders","Key":{"id":{"S":"old"}}}},
      {"Update":{"TableName":"stock","Key":{"id":{"S":"apple"}},"UpdateExpression":"SET n = n - :one",
                 "ConditionExpression":"n >= :one","ExpressionAttributeValues":{":one":{"N":"1"}}}},
      {"ConditionCheck":{"TableName":"stock","Key":{"id":{"S":"pear"}},
                         "ConditionExpression":"attribute_not_exists(id)"}}]
})_"),
            R"_({"ConsumedCapacity":[)_"
            R"_({"TableName":"orders","CapacityUnits":4E0,"WriteCapacityUnits":4E0,)_"
            R"_("Table":{"WriteCapacityUnits":4E0,"CapacityUnits":4E0}},)_"
            R"_({"TableName":"stock","CapacityUnits":4E0,"WriteCapacityUnits":4E0,)_"
            R"_("Table":{"WriteCapacityUnits":4E0,"CapacityUnits":4E0}}]})_");
  EXPECT_EQ(stored_item("orders", R"_({"id":{"S":"new"}})_"), R"_({"id":{"S":"new"}})_");
  EXPECT_EQ(stored_item("orders", R"_({"id":{"S":"old"}})_"), "none");
  EXPECT_EQ(stored_item("stock", R"_({"id":{"S":"apple"}})_"), R"_({"id":{"S":"apple"},"n":{"N":"2"}})_");
}

TEST_F(TransactTest, ReasonsInOrder) {
  put("orders", item(R"_({"id":{"S":"a"},"n":{"S":"text"}})_"));
  EXPECT_EQ(
      reasons(R"_({"TransactItems":[
      {"Put":{"TableName":"orders","Item":{"id":{"S":"b"}}}},
      {"Update":{"TableName":"orders","Key":{"id":{"S":"a"}},"UpdateExpression":"ADD n :one",
                 "ExpressionAttributeValues":{":one":{"N":"1"}}}},
      {"ConditionCheck":{"TableName":"stock","Key":{"id":{"S":"x"}},"ConditionExpression":"attribute_exists(id)",
                         "ReturnValuesOnConditionCheckFailure":"ALL_OLD"
}
}]
})_"),
      R"_([{"Code":"None"},)_"
      R"_({"Code":"ValidationError","Message":"An operand in the update expression has an incorrect data type"},)_"
      R"_({"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}])_");
  EXPECT_EQ(stored_item("orders", R"_({"id":{"S":"b"}})_"), "none");
  EXPECT_EQ(reasons(R"_({"TransactItems":[
      {"Delete":{"TableName":"orders","Key":{"id":{"S":"a"}},"ConditionExpression":"attribute_not_exists(id)",
                 "ReturnValuesOnConditionCheckFailure":"ALL_OLD"
  }
  }]
  })_"),
            R"_([{"Code":"ConditionalCheckFailed","Message":"The conditional request failed",)_"
            R"_("Item":{"id":{"S":"a"},"n":{"S":"text"}}}])_");
  EXPECT_THAT(transact(R"_({"TransactItems":[
      {"Put":{"TableName":"orders","Item":{"id":{"S":"b"}}}},
      {"Delete":{"TableName":"orders","Key":{"id":{"S":"a"}},"ConditionExpression":"attribute_not_exists(id)"
  }
  }]
  })_"),
              HasSubstr("Transaction cancelled, please refer cancellation reasons for specific reasons [None, "
                        "ConditionalCheckFailed]"));
}

TEST_F(TransactTest, KeysThatDoNotMatchCancelBeforeAnythingElse) {
  EXPECT_EQ(
      reasons(R"_({"TransactItems":[
      {"ConditionCheck":{"TableName":"orders","Key":{"id":{"S":"x"}},"ConditionExpression":"attribute_exists(id)"
  }
  },
      {"Put":{"TableName":"orders","Item":{"id":{"N":"1"}}}},
      {"Delete":{"TableName":"orders","Key":{"other":{"N":"1"}}}}]
  })_"),
      R"_([{"Code":"None"},{"Code":"ValidationError","Message":"One or more parameter values were invalid: Type )_"
      R"_(mismatch for key id expected: S actual: N"},{"Code":"None"}])_");
  EXPECT_THAT(transact(R"_({"TransactItems":[{"Put":{"TableName":"orders","Item":{"id":{"S":""}}}}]})_"),
              HasSubstr("ValidationException: One or more parameter values are not valid."));
}

TEST_F(TransactTest, Refusals) {
  const std::string a = put_of(R"_({"id":{"S":"a"}})_");
  EXPECT_EQ(transact(R"_({"TransactItems":[)_" + a + "," + a + "]}"),
            "ValidationException: Transaction request cannot include multiple operations on one item");
  EXPECT_EQ(transact(R"_({"TransactItems":[{}]})_"),
            "ValidationException: TransactItems can only contain one of Check, Put, Update or Delete");
  EXPECT_EQ(transact(R"_({"TransactItems":[{"Put":{"TableName":"nowhere","Item":{"id":{"S":"a"}}}}]})_"),
            "ResourceNotFoundException: Requested resource not found");
  // Expressions come before tables.
  EXPECT_THAT(transact(R"_({"TransactItems":[{"Put":{"TableName":"nowhere","Item":{"id":{"S":"a"}}}},
                           {"Put":{"TableName":"orders","Item":{"id":{"S":"a"}},"ConditionExpression":"a ="}}]})_"),
              HasSubstr("Invalid ConditionExpression: Syntax error"));
  std::string many;
  for (int i = 0; i < 11; ++i) {
    many += (i == 0 ? "" : ",") + put_of(R"_({"id":{"S":")_" + std::to_string(i) + R"_("},"x":{"S":")_" +
                                         std::string(400'000, 'x') + R"_("}})_");
  }
  EXPECT_THAT(transact(R"_({"TransactItems":[)_" + many + "]}"),
              HasSubstr("Transaction payload size cannot exceed 4MB. Payload Size: "));
}

TEST_F(TransactTest, TokensLastTenMinutes) {
  const auto add = [&](const std::string& token, int by) {
    return transact(R"_({"ReturnConsumedCapacity":"TOTAL","ClientRequestToken":")_" + token + R"_(","TransactItems":[
      {"Update":{"TableName":"orders","Key":{"id":{"S":"a"}},"UpdateExpression":"ADD n :n",
                 "ExpressionAttributeValues":{":n":{"N":")_" +
                    std::to_string(by) + R"_("}}}}]})_");
  };
  const auto n = [&] { return stored_item("orders", R"_({"id":{"S":"a"}})_"); };
  EXPECT_THAT(add("t", 1), HasSubstr("WriteCapacityUnits"));
  EXPECT_THAT(add("t", 1), HasSubstr("ReadCapacityUnits"));
  EXPECT_THAT(n(), HasSubstr(R"_("N":"1")_"));
  EXPECT_THAT(add("t", 2), HasSubstr("IdempotentParameterMismatchException"));
  EXPECT_THAT(add("u", 2), HasSubstr("WriteCapacityUnits"));
  EXPECT_THAT(n(), HasSubstr(R"_("N":"3")_"));
  call.now += std::chrono::minutes(10);
  EXPECT_THAT(add("t", 2), HasSubstr("WriteCapacityUnits"));
  EXPECT_THAT(n(), HasSubstr(R"_("N":"5")_"));
  EXPECT_EQ(stored(KeyKind::TransactToken), 2U);
}

TEST_F(TransactTest, ExpiredTokensAreSwept) {
  background->start();
  started = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(transact(R"_({"ClientRequestToken":"t)_" + std::to_string(i) + R"_(","TransactItems":[)_" +
                       put_of(R"_({"id":{"S":"a"}})_") + "]}"),
              "{}");
  }
  EXPECT_EQ(background->upcoming(10).size(), 1U);
  ASSERT_TRUE(background->advance(std::chrono::minutes(5), std::chrono::seconds(10)));
  EXPECT_EQ(stored(KeyKind::TransactToken), 3U);
  ASSERT_TRUE(background->advance(std::chrono::minutes(20), std::chrono::seconds(10)));
  EXPECT_EQ(stored(KeyKind::TransactToken), 0U);
  EXPECT_TRUE(background->upcoming(10).empty());
}

TEST_F(TransactTest, FailedTransactionsLeaveNoToken) {
  const std::string failing = R"_({"ClientRequestToken":"t","TransactItems":[
      {"Put":{"TableName":"orders","Item":{"id":{"S":"a"}},"ConditionExpression":"attribute_exists(id)"
  }
  }]
  })_";
  EXPECT_NE(reasons(failing), "done");
  put("orders", item(R"_({"id":{"S":"a"}})_"));
  EXPECT_EQ(reasons(failing), "done");
}

TEST_F(TransactTest, Gets) {
  put("orders", item(R"_({"id":{"S":"a"},"x":{"N":"1"}})_"));
  EXPECT_EQ(gets(R"_({"ReturnConsumedCapacity":"TOTAL","TransactItems":[
                     {"Get":{"TableName":"stock","Key":{"id":{"S":"none"}}}},
                     {"Get":{"TableName":"orders","Key":{"id":{"S":"a"}},"ProjectionExpression":"x"}}]})_"),
            R"_({"ConsumedCapacity":[{"TableName":"orders","CapacityUnits":2E0,"ReadCapacityUnits":2E0},)_"
            R"_({"TableName":"stock","CapacityUnits":2E0,"ReadCapacityUnits":2E0}],)_"
            R"_("Responses":[{},{"Item":{"x":{"N":"1"}}}]})_");
  EXPECT_THAT(gets(R"_({"TransactItems":[{"Get":{"TableName":"orders","Key":{"id":{"S":"a"}}}},
                                        {"Get":{"TableName":"orders","Key":{"id":{"S":"a"}}}}]})_"),
              HasSubstr("multiple operations on one item"));
  EXPECT_THAT(gets(R"_({"TransactItems":[{"Get":{"TableName":"orders","Key":{}}}]})_"),
              HasSubstr("TransactionCanceledException"));
}

}  // namespace
}  // namespace orrery::dynamodb
