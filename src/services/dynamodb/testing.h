// A store, a clock, the background work and a caller for the tests of this folder.
#pragma once

#include "base/clock.h"
#include "blob/blob.h"
#include "services/dynamodb/items/change.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"
#include "services/testing.h"
#include "store/key.h"
#include "store/temp_dir.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::dynamodb {

class DynamoDbTest : public testing::Test {
 protected:
  DynamoDbTest() {
    clock.freeze(instant_from_ms(1'767'225'600'123));
    root.kind = auth::Principal::Kind::Root;
    root.account = "000000000000";
    call.principal = &root;
    call.account = root.account;
    call.region = "eu-west-1";
    call.now = clock.now();
    call.random = &random;
    register_background(service);
  }

  template <class Out, class In>
  Result<Out> run(Result<Out> (*operation)(Call&, Transaction&, const In&), const In& input) {
    return store->transact([&](Transaction& tx) { return operation(call, tx, input); });
  }
  template <class Out, class In>
  Result<Out> run(Result<Out> (*operation)(DynamoDb&, Call&, Transaction&, const In&), const In& input) {
    return store->transact([&](Transaction& tx) { return operation(service, call, tx, input); });
  }
  template <class Out, class In>
  Result<Out> run(Result<Out> (*operation)(DynamoDb&, Call&, Reader&, const In&), const In& input) {
    return operation(service, call, *store->snapshot(), input);
  }
  template <class Out, class In>
  Result<Out> run(Result<Out> (*operation)(Call&, Reader&, const In&), const In& input) {
    return operation(call, *store->snapshot(), input);
  }

  static CreateTableInput table_input(const std::string& name, bool with_sort = false) {
    CreateTableInput input;
    input.TableName = name;
    input.BillingMode = BillingMode::PAY_PER_REQUEST;
    input.AttributeDefinitions.emplace().push_back({"id", "S"});
    input.KeySchema.emplace().push_back({"id", "HASH"});
    if (with_sort) {
      input.AttributeDefinitions->push_back({"at", "N"});
      input.KeySchema->push_back({"at", "RANGE"});
    }
    return input;
  }
  void create(const std::string& name, bool with_sort = false) {
    const auto created = run(&create_table, table_input(name, with_sort));
    ASSERT_TRUE(created) << created.error().message;
  }
  void drop(const std::string& name) {
    DeleteTableInput input;
    input.TableName = name;
    ASSERT_TRUE(run(&delete_table, input));
  }
  void put(const std::string& table, const item::Item& item) {
    PutItemInput input;
    input.TableName = table;
    input.Item = item;
    const auto done = run(&put_item, input);
    ASSERT_TRUE(done) << done.error().message;
  }
  // Items "0", "1", … each with `padding` bytes more.
  void fill(const std::string& table, int count, std::size_t padding = 0) {
    ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
      const auto found = TRY(table_for_items(tx, call, table));
      for (int i = 0; i < count; ++i) {
        const item::Item item{{"id", item::Value::string(std::to_string(i))},
                              {"pad", item::Value::string(std::string(padding, 'x'))}};
        const std::string key = TRY(item::key_of_item(found->keys, item));
        TRY(change_item({service, tx, call.now}, *found, key, std::nullopt, item));
      }
      return {};
    }));
  }
  std::optional<item::Item> get(const std::string& table, const item::Item& key) {
    GetItemInput input;
    input.TableName = table;
    input.Key = key;
    const auto found = run(&get_item, input);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->Item : std::nullopt;
  }
  TableDescription describe(const std::string& name) {
    DescribeTableInput input;
    input.TableName = name;
    const auto found = run(&describe_table, input);
    EXPECT_TRUE(found);
    return *found->Table;
  }
  std::size_t stored(KeyKind kind) {
    const std::string prefix(1, static_cast<char>(kind));
    const auto cursor = store->snapshot()->scan(prefix_range(prefix));
    std::size_t count = 0;
    while (cursor->next()) ++count;
    return count;
  }
  void work() {
    if (!started) background->start();
    started = true;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!background->settled() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(Millis(1));
    ASSERT_TRUE(background->settled());
  }

  std::unique_ptr<Store> store = make_memory_store();
  Clock clock;
  Random random{7};
  TempDir folder;
  std::unique_ptr<BlobStore> blobs = *open_blob_store(folder / "blobs", clock, random, Durability::Relaxed);
  NoDispatcher nowhere;
  auth::Principal root;
  Call call;
  std::unique_ptr<Background> background = make_background(*store, clock);  // the first to go
  DynamoDb service{*store, *blobs, *background, nowhere, clock, random};
  bool started = false;
};

}  // namespace orrery::dynamodb
