// What the table of cases (cases_test.cc) cannot say: placeholders, the cache, keys, what an operation asks besides.
#include "expression/condition.h"
#include "expression/key_paths.h"
#include "expression/parse.h"
#include "expression/projection.h"
#include "expression/update.h"
#include "item/codec.h"
#include "item/random_values.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::expression {
namespace {

using item::Item;
using item::Value;
using testing::ElementsAre;

const item::KeySchema kKeys{{"pk", item::Type::S}, item::KeyAttribute{"sk", item::Type::N}};

TEST(Placeholders, WithoutExpressions) {
  const std::optional<Placeholders::Names> names{{{"#a", "a"}}};
  const std::optional<Placeholders::Values> values{{{":a", Value::number(1)}}};
  EXPECT_EQ(Placeholders(names, {}).check({{"ConditionExpression", false}}).error().message,
            "ExpressionAttributeNames can only be specified when using expressions");
  EXPECT_EQ(Placeholders({}, values).check({{"ConditionExpression", false}}).error().message,
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null");
  EXPECT_EQ(
      Placeholders({}, values).check({{"UpdateExpression", false}, {"ConditionExpression", false}}).error().message,
      "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and "
      "ConditionExpression are null");
  // A projection has no values.
  EXPECT_EQ(Placeholders({}, values)
                .check({{"ProjectionExpression", true, false}, {"FilterExpression", false}})
                .error()
                .message,
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null");
  EXPECT_TRUE(Placeholders(nullptr).check({{"ProjectionExpression", false, false}}).ok());
}

TEST(Placeholders, AreUsedByAnyOfTheExpressions) {
  const std::optional<Placeholders::Names> names{{{"#a", "a"}, {"#b", "b"}}};
  const std::optional<Placeholders::Values> values{{{":1", Value::number(1)}, {":2", Value::number(2)}}};
  Placeholders placeholders(names, values);
  ASSERT_TRUE(Condition::bind(Role::Condition, "#a = :1", placeholders).ok());
  EXPECT_EQ(placeholders.check_used().error().message,
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}");
  ASSERT_TRUE(Update::bind("SET #b = :1", placeholders).ok());
  EXPECT_EQ(placeholders.check_used().error().message,
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:2}");
  ASSERT_TRUE(Update::bind("SET #b = :1 + :2", placeholders).ok());
  EXPECT_TRUE(placeholders.check_used().ok());
}

TEST(Parse, RemembersGoodExpressions) {
  const auto first = parse_cached(Role::Filter, "a = :v");
  EXPECT_EQ(*first, *parse_cached(Role::Filter, "a = :v"));
  EXPECT_NE(*first, *parse_cached(Role::Condition, "a = :v"));
  EXPECT_FALSE(parse_cached(Role::Filter, "a = ").ok());
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(
        parse_cached(Role::Filter, "attribute_exists(a) AND attribute_exists(b" + std::to_string(i) + ")").ok());
  }
  EXPECT_NE(*first, *parse_cached(Role::Filter, "a = :v"));  // long forgotten
}

TEST(Condition, NamesItsAttributes) {
  const std::optional<Placeholders::Names> names{{{"#a", "pk"}}};
  Placeholders placeholders(names, {});
  const Condition condition =
      *Condition::bind(Role::Filter, "(b = c.d OR size(a[0]) < b) AND attribute_exists(#a.b)", placeholders);
  EXPECT_THAT(condition.attributes(), ElementsAre("b", "c", "a", "pk"));
  EXPECT_THAT(condition.nested_attributes(), ElementsAre("c", "a", "pk"));
  EXPECT_EQ(check_query_filter(condition, kKeys).error().message,
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk");
  EXPECT_EQ(check_scalar_keys(condition.nested_attributes(), kKeys, KeyOf::Table).error().message,
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk");
  EXPECT_EQ(check_scalar_keys({"sk"}, kKeys, KeyOf::Index).error().message,
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: sk");
  EXPECT_TRUE(check_scalar_keys({"a"}, kKeys, KeyOf::Table).ok());
  EXPECT_TRUE(Condition().holds({}));
}

TEST(Update, KnowsKeysAndWhatItDoes) {
  Placeholders placeholders(nullptr);
  const Update update = *Update::bind("REMOVE a.b, sk[0] SET c = d.e + d.f", placeholders);
  EXPECT_THAT(update.attributes(), ElementsAre("a", "sk", "c"));
  EXPECT_THAT(update.nested_attributes(), ElementsAre("a", "sk", "d"));
  EXPECT_EQ(update.check_keys(kKeys).error().message,
            "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key");
  EXPECT_FALSE(update.only_removes());
  EXPECT_TRUE(Update::bind("REMOVE a", placeholders)->only_removes());
  EXPECT_TRUE(Update().nothing());
  EXPECT_FALSE(Update().only_removes());
}

TEST(Projection, OfAttributes) {
  const Item item = *item::item_from_json(R"({"a": {"S": "1"}, "b": {"S": "2"}, "c.d": {"S": "3"}})");
  const Projection projection = Projection::of_attributes({"c.d", "a", "x"});
  EXPECT_EQ(item::to_json(projection.apply(item)), R"({"a":{"S":"1"},"c.d":{"S":"3"}})");
  EXPECT_THAT(projection.attributes(), ElementsAre("a", "c.d", "x"));
  EXPECT_THAT(projection.nested_attributes(), ElementsAre());
}

// Changes of whole attributes do what ItemBuilder does.
TEST(Update, AgreesWithTheBuilderOnRandomItems) {
  item::RandomValues random(20240607);
  for (int round = 0; round < 2000; ++round) {
    const Item old = random.item();
    item::ItemBuilder expected(old);
    Placeholders::Names names;
    Placeholders::Values values;
    std::string set;
    std::string remove;
    std::vector<std::string> pool;
    for (const auto& entry : old.view()) pool.emplace_back(entry.name);
    for (std::uint64_t n = 1 + random.below(5); n > 0; --n) pool.push_back("n" + random.text());
    std::sort(pool.begin(), pool.end());
    pool.erase(std::unique(pool.begin(), pool.end()), pool.end());
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const std::string id = std::to_string(i);
      const std::uint64_t choice = random.below(3);
      if (choice == 0) continue;
      names["#" + id] = pool[i];
      if (choice == 1) {
        values[":" + id] = random.value();
        set += (set.empty() ? "SET #" : ", #") + id + " = :" + id;
        expected.set(pool[i], values[":" + id]);
      } else {
        remove += (remove.empty() ? " REMOVE #" : ", #") + id;
        expected.erase(pool[i]);
      }
    }
    if (names.empty()) continue;
    Placeholders placeholders(&names, values.empty() ? nullptr : &values);
    const Result<Update> update = Update::bind(set + remove, placeholders);
    ASSERT_TRUE(update.ok()) << update.error().message;
    const Result<Item> actual = update->apply(old);
    ASSERT_TRUE(actual.ok()) << actual.error().message;
    ASSERT_EQ(*actual, expected.build());
  }
}

}  // namespace
}  // namespace orrery::expression
