#include "item/key.h"

#include "item/random_values.h"

#include <bitset>

#include <gtest/gtest.h>

namespace orrery::item {
namespace {

const KeySchema kSimple{{"pk", Type::S}, std::nullopt};
const KeySchema kComposite{{"pk", Type::S}, KeyAttribute{"sk", Type::N}};

void expect_refused(const Result<std::string>& key, std::string_view message) {
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().code, "ValidationException");
  EXPECT_EQ(key.error().message, message);
}

TEST(Key, RefusesAsTheServiceDoes) {
  const Value text = Value::string("a");
  const Value one = Value::number(1);
  expect_refused(key_of_item(kSimple, Item{{"a", text}}),
                 "One or more parameter values were invalid: Missing the key pk in the item");
  expect_refused(key_of_item(kComposite, Item{{"pk", text}}),
                 "One or more parameter values were invalid: Missing the key sk in the item");
  expect_refused(key_of_item(kSimple, Item{{"pk", one}}),
                 "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N");
  expect_refused(key_of_item(kComposite, Item{{"pk", text}, {"sk", Value::boolean(true)}}),
                 "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: BOOL");
  expect_refused(key_of_item(kSimple, Item{{"pk", Value::string("")}}),
                 "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                 "empty string value. Key: pk");
  expect_refused(key_of_key({{"pk", Type::B}, std::nullopt}, Item{{"pk", Value::binary("")}}),
                 "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                 "empty binary value. Key: pk");
  EXPECT_TRUE(key_of_item(kSimple, Item{{"pk", Value::string(std::string(2048, 'x'))}}).ok());
  expect_refused(
      key_of_item(kSimple, Item{{"pk", Value::string(std::string(2049, 'x'))}}),
      "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
      "bytes");
  const KeySchema texts{{"pk", Type::S}, KeyAttribute{"sk", Type::S}};
  EXPECT_TRUE(key_of_item(texts, Item{{"pk", text}, {"sk", Value::string(std::string(1024, 'x'))}}).ok());
  expect_refused(key_of_key(texts, Item{{"pk", text}, {"sk", Value::string(std::string(1025, 'x'))}}),
                 "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size "
                 "limit of 1024 bytes");

  constexpr const char* kMismatch = "The provided key element does not match the schema";
  expect_refused(key_of_key(kSimple, Item()), kMismatch);
  expect_refused(key_of_key(kSimple, Item{{"b", text}}), kMismatch);
  expect_refused(key_of_key(kSimple, Item{{"pk", text}, {"b", text}}), kMismatch);
  expect_refused(key_of_key(kSimple, Item{{"pk", one}}), kMismatch);
  expect_refused(key_of_key(kComposite, Item{{"pk", text}}), kMismatch);
  EXPECT_EQ(*key_of_key(kComposite, Item{{"pk", text}, {"sk", one}}),
            *key_of_item(kComposite, Item{{"pk", text}, {"sk", one}, {"more", one}}));
}

TEST(Key, DecodesAndSortsAsTheValuesDo) {
  RandomValues random(23);
  const auto make = [&](Type type) {
    const std::string tail = random.bytes().substr(0, 3) + std::string(random.below(2), '\0');
    if (type == Type::N)
      return Value::number(random.below(2) == 0 ? random.number() : Decimal(static_cast<int>(random.below(9))));
    return type == Type::S ? Value::string("a" + random.text()) : Value::binary("b" + tail);
  };
  const auto less = [](ValueView a, ValueView b) {
    if (a.type() == Type::N) return a.number() < b.number();
    return a.type() == Type::S ? a.string() < b.string() : a.binary() < b.binary();
  };
  for (const Type partition : {Type::S, Type::N, Type::B}) {
    for (const Type sort : {Type::S, Type::N, Type::B}) {
      const KeySchema schema{{"pk", partition}, KeyAttribute{"sk", sort}};
      for (int round = 0; round < 300; ++round) {
        const Value pk = make(partition);
        const Value sk[] = {make(sort), make(sort)};
        const Item items[] = {{{"pk", pk}, {"sk", sk[0]}}, {{"pk", pk}, {"sk", sk[1]}, {"x", pk}}};
        const std::string keys[] = {*key_of_item(schema, items[0]), *key_of_item(schema, items[1])};
        EXPECT_EQ(keys[0] < keys[1], less(sk[0], sk[1]));
        EXPECT_EQ(keys[0] == keys[1], sk[0] == sk[1]);
        EXPECT_EQ(keys[0], partition_prefix(pk) + sort_bytes(sk[0]));
        const Result<Item> back = decode_key(schema, keys[0]);
        ASSERT_TRUE(back.ok());
        EXPECT_EQ(*back, items[0]);
        EXPECT_EQ(key_attributes(schema, items[1]), *decode_key(schema, keys[1]));
        // No partition's keys lie among another's.
        const Value other = make(partition);
        if (!(other == pk)) {
          EXPECT_FALSE(keys[0].starts_with(partition_prefix(other)));
        }
      }
    }
  }
  EXPECT_FALSE(decode_key(kSimple, "short").ok());
  EXPECT_FALSE(decode_key(kSimple, "12345678abc").ok());
  EXPECT_FALSE(decode_key(kSimple, *key_of_item(kSimple, Item{{"pk", Value::string("a")}}) + "x").ok());
}

// Stored keys depend on these figures: they must never change.
TEST(Key, HashIsFixedForever) {
  EXPECT_EQ(partition_hash(""), 0U);
  EXPECT_EQ(partition_hash("a"), 0x30696779209dd0e5U);
  EXPECT_EQ(partition_hash("user#0001234567"), 0x1230a8743e227a62U);
}

TEST(Key, HashSpreads) {
  std::vector<int> buckets(16, 0);
  double flipped = 0;
  constexpr int kKeys = 4000;
  for (int i = 0; i < kKeys; ++i) {
    std::string key = "user#" + std::to_string(i);
    const std::uint64_t hash = partition_hash(key);
    ++buckets[hash >> 60];
    key.back() = static_cast<char>(key.back() ^ 1);
    flipped += static_cast<double>(std::bitset<64>(hash ^ partition_hash(key)).count());
  }
  for (const int count : buckets) EXPECT_NEAR(count, kKeys / 16, 70);
  EXPECT_NEAR(flipped / kKeys, 32, 1);
}

}  // namespace
}  // namespace orrery::item
