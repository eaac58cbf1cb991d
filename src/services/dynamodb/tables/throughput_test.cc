#include "services/dynamodb/tables/throughput.h"

#include "services/dynamodb/items/testing.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ThroughputTest : public ItemOperationsTest {
 protected:
  ThroughputTest() {
    service.throughput.enforce();
    make("slow", 1, 1);
  }
  void make(const std::string& name, std::int64_t read, std::int64_t write) {
    CreateTableInput input = table_input(name);
    input.BillingMode = BillingMode::PROVISIONED;
    input.ProvisionedThroughput = {read, write};
    const auto created = run(&create_table, input);
    ASSERT_TRUE(created) << created.error().message;
  }
  void pass(Millis span) { clock.freeze(clock.now() + span); }
  static std::vector<Charge> charge(double units, double rate = 1, std::uint64_t number = 99) {
    return {{number, Use::Write, rate, units, false, false, "arn"}};
  }
  int puts(int most, const std::string& more = "") {
    for (int i = 0; i < most; ++i) {
      const auto done = put_text(R"_({"TableName":"slow","Item":{"id":{"S":"a"}})_" + more + "}");
      if (done.find(kRefused) != std::string::npos) return i;
      EXPECT_EQ(done, "{}");
    }
    return most;
  }

  static constexpr std::string_view kRefused = "ProvisionedThroughputExceededException";
};

TEST_F(ThroughputTest, ABucketHoldsFiveMinutesAndMayBeOverdrawnOnce) {
  Throughput bucket(clock);
  EXPECT_TRUE(bucket.check_and_take(charge(299.5)));
  EXPECT_TRUE(bucket.check_and_take(charge(3)));  // 2.5 too much
  EXPECT_FALSE(bucket.check_and_take(charge(1)));
  pass(Millis(2500));
  EXPECT_FALSE(bucket.check(charge(0.5)));
  pass(Millis(500));
  EXPECT_TRUE(bucket.check_and_take(charge(0.5)));
  EXPECT_FALSE(bucket.check(charge(0.5)));
  pass(Millis(3'600'000));
  EXPECT_TRUE(bucket.check_and_take(charge(300)));
  EXPECT_FALSE(bucket.check(charge(1)));
  EXPECT_TRUE(bucket.check(charge(1, 1, 100)));  // another table
  pass(Millis(-10'000));
  EXPECT_FALSE(bucket.check(charge(1)));
  pass(Millis(1000));
  EXPECT_TRUE(bucket.check(charge(1)));
}

TEST_F(ThroughputTest, ANewRateFillsFromNowOn) {
  Throughput bucket(clock);
  bucket.take(charge(300));
  EXPECT_FALSE(bucket.check(charge(1, 10)));
  pass(Millis(100));
  EXPECT_TRUE(bucket.check_and_take(charge(1, 10)));
  pass(Millis(600'000));
  bucket.take(charge(1, 10));
  bucket.take(charge(299, 1));  // of no more than 300
  EXPECT_TRUE(bucket.check(charge(1)));
  bucket.take(charge(1));
  EXPECT_FALSE(bucket.check(charge(1)));
}

TEST_F(ThroughputTest, ManyBucketsAreForgottenOnceFull) {
  Throughput bucket(clock);
  bucket.take(charge(300));
  for (std::uint64_t i = 0; i < 10'000; ++i) EXPECT_TRUE(bucket.check(charge(1, 1, 1000 + i)));
  EXPECT_FALSE(bucket.check(charge(1)));
}

TEST_F(ThroughputTest, WritesAreRefused) {
  EXPECT_EQ(puts(400), 300);
  EXPECT_EQ(put_text(R"_({"TableName":"slow","Item":{"id":{"S":"a"}}})_"),
            "ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was "
            "exceeded. Consider increasing your provisioning level with the UpdateTable API.");
  EXPECT_THAT(delete_text(R"_({"TableName":"slow","Key":{"id":{"S":"a"}}})_"), StartsWith(std::string(kRefused)));
  EXPECT_THAT(update_text(R"_({"TableName":"slow","Key":{"id":{"S":"a"}}})_"), StartsWith(std::string(kRefused)));
  pass(Millis(1000));
  EXPECT_EQ(puts(2), 1);
}

TEST_F(ThroughputTest, AFailedConditionCosts) {
  EXPECT_EQ(puts(300), 300);
  pass(Millis(1000));
  const std::string condition = R"_(,"ConditionExpression":"attribute_not_exists(id)")_";
  EXPECT_THAT(put_text(R"_({"TableName":"slow","Item":{"id":{"S":"a"}})_" + condition + "}"),
              StartsWith("ConditionalCheckFailedException"));
  EXPECT_EQ(puts(1), 0);
}

TEST_F(ThroughputTest, TransactionsSayWhichMemberWasRefused) {
  make("other", 1, 1);
  EXPECT_EQ(puts(300), 300);
  EXPECT_THAT(transact(R"_({"TransactItems":[{"Put":{"TableName":"other","Item":{"id":{"S":"a"}}}},
                                             {"Put":{"TableName":"slow","Item":{"id":{"S":"b"}}}}]})_"),
              HasSubstr("[None, ProvisionedThroughputExceeded]"));
  pass(Millis(1000));
  // Twice the units, and all at once.
  EXPECT_EQ(transact(R"_({"TransactItems":[{"Put":{"TableName":"slow","Item":{"id":{"S":"a"}}}},
                                           {"Put":{"TableName":"slow","Item":{"id":{"S":"b"}}}}]})_"),
            "{}");
  pass(Millis(3000));
  EXPECT_EQ(puts(1), 0);
  pass(Millis(1000));
  EXPECT_EQ(puts(2), 1);
}

TEST_F(ThroughputTest, ABodyThatRunsAgainIsChargedOnce) {
  int runs = 0;
  ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
    TRY(tx.get("x"));
    Meter meter(service.throughput, tx);
    TRY(meter.spend(charge(299)));
    if (runs++ == 0) {
      EXPECT_TRUE(store->transact([](Transaction& other) { return other.put("x", "1"); }));
    }
    return tx.put("y", "1");
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(service.throughput.check_and_take(charge(1)));
  EXPECT_FALSE(service.throughput.check(charge(1)));
}

TEST_F(ThroughputTest, NothingIsCountedUnlessEnforced) {
  Throughput off(clock);
  Meter meter(off);
  EXPECT_FALSE(meter.on());
  EXPECT_TRUE(meter.spend(charge(1000)));
  EXPECT_TRUE(meter.spend(charge(1000)));
}

}  // namespace
}  // namespace orrery::dynamodb
