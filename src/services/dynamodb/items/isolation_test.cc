// Threads that write the same items at once, on both stores.
#include "services/dynamodb/items/testing.h"

#include <thread>

namespace orrery::dynamodb {
namespace {

constexpr int kThreads = 4;
constexpr int kAccounts = 3;

class IsolationTest : public ItemOperationsTest, public testing::WithParamInterface<bool> {
 protected:
  IsolationTest() {
    const auto table = table_input("accounts");
    EXPECT_TRUE(raced->transact([&](Transaction& tx) { return create_table(service_, call, tx, table); }));
    for (int i = 0; i < kAccounts; ++i) EXPECT_TRUE(update(call, i, "100"));
  }

  // ADD n :by
  Result<UpdateItemOutput> update(Call& as, int account, const std::string& by) {
    UpdateItemInput input;
    input.TableName = "accounts";
    input.Key = key(account);
    input.UpdateExpression = "ADD n :by";
    input.ExpressionAttributeValues.emplace()[":by"] = item::Value::number(*item::Decimal::parse(by));
    return raced->transact([&](Transaction& tx) { return update_item(service_, as, tx, input); });
  }
  Result<TransactWriteItemsOutput> move(Call& as, int from, int to) {
    TransactWriteItemsInput input;
    for (const auto& [account, by] : {std::pair(from, -1), std::pair(to, 1)}) {
      Update& action = input.TransactItems.emplace_back().Update.emplace();
      action.TableName = "accounts";
      action.Key = key(account);
      action.UpdateExpression = "ADD n :by";
      action.ExpressionAttributeValues.emplace()[":by"] = item::Value::number(by);
    }
    return raced->transact([&](Transaction& tx) { return transact_write_items(service_, as, tx, input); });
  }
  // What is on all accounts, in one look.
  std::int64_t sum(Call& as) {
    TransactGetItemsInput input;
    for (int i = 0; i < kAccounts; ++i) {
      Get& action = input.TransactItems.emplace_back().Get;
      action.TableName = "accounts";
      action.Key = key(i);
    }
    const auto got = transact_get_items(service_, as, *raced->snapshot(), input);
    std::int64_t sum = 0;
    for (const ItemResponse& one : *got->Responses) {
      std::int64_t n = 0;
      EXPECT_TRUE(one.Item->find("n")->number().to_int64(n));
      sum += n;
    }
    return sum;
  }
  template <class Body>
  void race(const Body& body) {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        Call own;
        own.principal = &root;
        own.account = call.account;
        own.region = call.region;
        own.now = call.now;
        body(own, t);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  static item::Item key(int account) { return {{"id", item::Value::string(std::to_string(account))}}; }

  std::unique_ptr<Store> rocks_ =
      GetParam() ? *open_rocksdb(folder / "store", Durability::Relaxed) : std::unique_ptr<Store>();
  Store* raced = rocks_ ? rocks_.get() : store.get();
  DynamoDb service_{*raced, *blobs, *background, nowhere, clock, random};
};

INSTANTIATE_TEST_SUITE_P(Stores, IsolationTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "RocksDb" : "Memory"; });

TEST_P(IsolationTest, NobodySeesHalfATransaction) {
  race([&](Call& own, int t) {
    for (int i = 0; i < 60; ++i) {
      const auto moved = move(own, (t + i) % kAccounts, (t + i + 1) % kAccounts);
      EXPECT_TRUE(moved) << moved.error().message;
      EXPECT_EQ(sum(own), 100 * kAccounts);
    }
  });
}

TEST_P(IsolationTest, NoUpdateIsLost) {
  race([&](Call& own, int t) {
    for (int i = 0; i < 60; ++i) {
      const auto done = update(own, 0, "1");
      EXPECT_TRUE(done) << done.error().message;
      if (i % 10 != t) continue;
      EXPECT_TRUE(move(own, 1, 2));
    }
  });
  EXPECT_EQ(sum(call), 100 * kAccounts + kThreads * 60);
}

}  // namespace
}  // namespace orrery::dynamodb
