#include "services/dynamodb/indexes/entries.h"

#include "services/dynamodb/tables/testing.h"

namespace orrery::dynamodb {
namespace {

using item::Item;
using item::Value;
using testing::HasSubstr;

class EntriesTest : public DynamoDbTest {
 protected:
  // id and at are the keys; "global" by who and when, of who, when, id, at and a; "local" by id and day, of the keys.
  EntriesTest() {
    CreateTableInput input = table_input("orders", true);
    for (const char* name : {"who", "day"}) input.AttributeDefinitions->push_back({name, "S"});
    input.AttributeDefinitions->push_back({"when", "N"});
    auto global = global_index("global", {{"who", "HASH"}, {"when", "RANGE"}}, ProjectionType::INCLUDE);
    global.Projection.NonKeyAttributes = {"a"};
    input.GlobalSecondaryIndexes.emplace().push_back(global);
    input.LocalSecondaryIndexes.emplace().push_back(
        local_index("local", {{"id", "HASH"}, {"day", "RANGE"}}, ProjectionType::KEYS_ONLY));
    EXPECT_TRUE(run(&create_table, input));
    table = *find_table(*store->snapshot(), {call.account, call.region, "orders"});
  }
  static Item order(std::initializer_list<std::pair<std::string_view, Value>> more) {
    item::ItemBuilder out(Item{{"id", Value::string("1")}, {"at", Value::number(2)}});
    for (const auto& [name, value] : more) out.set(name, value);
    return out.build();
  }
  // What each index holds of one item.
  void change(std::optional<Item> old, std::optional<Item> next) {
    const auto view = [](const std::optional<Item>& item) {
      return item ? std::optional<item::ItemView>(*item) : std::nullopt;
    };
    ASSERT_TRUE(
        store->transact([&](Transaction& tx) { return update_entries(tx, *table, "key", view(old), view(next)); }));
  }
  std::vector<Item> entries(std::string_view index) {
    std::vector<Item> out;
    const auto cursor = store->snapshot()->scan(prefix_range(table->find_index(index)->entries_prefix()));
    while (cursor->next()) out.push_back(Item::from_encoding(std::string(cursor->value())));
    return out;
  }
  std::string refusal(const Item& item) {
    const auto done = check_index_keys(*table, item);
    return done ? "fits" : done.error().message;
  }

  std::shared_ptr<const Table> table;
};

TEST_F(EntriesTest, HoldWhatIsProjected) {
  change(std::nullopt, order({{"who", Value::string("x")},
                              {"when", Value::number(3)},
                              {"day", Value::string("d")},
                              {"a", Value::number(1)},
                              {"b", Value::number(2)}}));
  ASSERT_EQ(entries("global").size(), 1U);
  EXPECT_EQ(entries("global").front(),
            order({{"who", Value::string("x")}, {"when", Value::number(3)}, {"a", Value::number(1)}}));
  ASSERT_EQ(entries("local").size(), 1U);
  EXPECT_EQ(entries("local").front(), order({{"day", Value::string("d")}}));
}

TEST_F(EntriesTest, FollowTheirItems) {
  const Item first = order({{"who", Value::string("x")}, {"when", Value::number(3)}});
  const Item moved = order({{"who", Value::string("y")}, {"when", Value::number(3)}, {"day", Value::string("d")}});
  const Item half = order({{"who", Value::string("y")}});
  change(std::nullopt, first);
  EXPECT_EQ(entries("global"), (std::vector<Item>{first}));
  EXPECT_TRUE(entries("local").empty());
  change(first, moved);
  EXPECT_EQ(entries("global").size(), 1U);
  EXPECT_EQ(entries("global").front().find("who")->string(), "y");
  EXPECT_EQ(entries("local").size(), 1U);
  change(moved, half);  // without a sort value it is in no index
  EXPECT_TRUE(entries("global").empty());
  EXPECT_TRUE(entries("local").empty());
  change(half, first);
  change(first, std::nullopt);
  EXPECT_TRUE(entries("global").empty());
}

TEST_F(EntriesTest, AreUntouchedByWhatTheyDoNotHold) {
  const Item old = order({{"who", Value::string("x")}, {"when", Value::number(3)}, {"b", Value::number(1)}});
  const Item next = order({{"who", Value::string("x")}, {"when", Value::number(3)}, {"b", Value::number(2)}});
  change(std::nullopt, old);
  const Sequence before = store->committed();
  Sequence committed = 0;
  ASSERT_TRUE(
      store->transact([&](Transaction& tx) { return update_entries(tx, *table, "key", old, next); }, &committed));
  EXPECT_EQ(committed, 0U);
  EXPECT_EQ(store->committed(), before);
}

TEST_F(EntriesTest, ItemsThatCannotBeKeysAreInNoIndex) {
  const Index& global = *table->find_index("global");
  const auto with = [](Value who, Value when) { return order({{"who", std::move(who)}, {"when", std::move(when)}}); };
  EXPECT_TRUE(projected(global, with(Value::string("x"), Value::number(1))));
  EXPECT_FALSE(projected(global, with(Value::number(1), Value::number(1))));
  EXPECT_FALSE(projected(global, with(Value::string(""), Value::number(1))));
  EXPECT_FALSE(projected(global, with(Value::string("x"), Value::string("1"))));
  EXPECT_TRUE(projected(global, with(Value::string(std::string(2048, 'x')), Value::number(1))));
  EXPECT_FALSE(projected(global, with(Value::string(std::string(2049, 'x')), Value::number(1))));
  const Index& local = *table->find_index("local");
  EXPECT_TRUE(projected(local, order({{"day", Value::string(std::string(1024, 'x'))}})));
  EXPECT_FALSE(projected(local, order({{"day", Value::string(std::string(1025, 'x'))}})));
}

TEST_F(EntriesTest, WritesMustFit) {
  EXPECT_EQ(refusal(order({})), "fits");
  EXPECT_EQ(refusal(order({{"who", Value::string("x")}})), "fits");
  EXPECT_EQ(refusal(order({{"who", Value::number(1)}})),
            "One or more parameter values were invalid: Type mismatch for Index Key who Expected: S Actual: N "
            "IndexName: global");
  EXPECT_EQ(refusal(order({{"when", Value::null()}})),
            "One or more parameter values were invalid: Type mismatch for Index Key when Expected: N Actual: NULL "
            "IndexName: global");
  EXPECT_EQ(refusal(order({{"day", Value::string("")}})),
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
            "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: local, IndexKey: "
            "day");
  EXPECT_THAT(refusal(order({{"who", Value::string(std::string(2049, 'x'))}})), HasSubstr("2048"));
  EXPECT_THAT(refusal(order({{"day", Value::string(std::string(1025, 'x'))}})), HasSubstr("1024"));
}

}  // namespace
}  // namespace orrery::dynamodb
