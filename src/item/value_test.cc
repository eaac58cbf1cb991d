#include "item/value.h"

#include "item/random_values.h"

#include <gtest/gtest.h>

namespace orrery::item {
namespace {

Value number(std::int64_t n) { return Value::number(n); }

TEST(Value, ReadsWhatWasBuilt) {
  const std::vector<Value> elements = {number(1), Value::string("two"), Value::null()};
  const Item item{{"s", Value::string("text")},
                  {"n", Value::number(*Decimal::parse("12.50"))},
                  {"b", Value::binary(std::string("\0\xff", 2))},
                  {"t", Value::boolean(true)},
                  {"f", Value::boolean(false)},
                  {"z", Value::null()},
                  {"l", Value::list(elements)},
                  {"m", Value::map(Item{{"inner", number(7)}})},
                  {"ss", Value::string_set({"b", "a", "b"})},
                  {"ns", Value::number_set({Decimal(10), Decimal(-2), Decimal(9)})},
                  {"bs", Value::binary_set({"y", "x"})}};
  ASSERT_TRUE(check_item(item.bytes()).ok());
  EXPECT_EQ(item.view().size(), 11U);
  EXPECT_EQ(item.find("s")->string(), "text");
  EXPECT_EQ(item.find("n")->number_text(), "12.5");
  EXPECT_EQ(item.find("n")->number(), *Decimal::parse("12.5"));
  EXPECT_EQ(item.find("b")->binary(), std::string_view("\0\xff", 2));
  EXPECT_TRUE(item.find("t")->boolean());
  EXPECT_FALSE(item.find("f")->boolean());
  EXPECT_EQ(item.find("z")->type(), Type::NULL_);
  EXPECT_EQ(item.find("l")->list().size(), 3U);
  EXPECT_EQ(item.find("l")->list().at(1)->string(), "two");
  EXPECT_FALSE(item.find("l")->list().at(3).has_value());
  EXPECT_EQ(item.find("m")->map().find("inner")->number_text(), "7");
  EXPECT_FALSE(item.find("m")->map().find("inne").has_value());
  EXPECT_FALSE(item.find("absent").has_value());
  const auto set = [&](const char* name) {
    std::vector<std::string> out;
    for (const std::string_view element : item.find(name)->set()) out.emplace_back(element);
    return out;
  };
  EXPECT_EQ(set("ss"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(set("ns"), (std::vector<std::string>{"-2", "9", "10"}));
  EXPECT_EQ(set("bs"), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(item.find("ns")->set().contains("9"));
  std::string names;
  for (const auto& [name, value] : item.view()) names.append(name).append(",");
  EXPECT_EQ(names, "b,bs,f,l,m,n,ns,s,ss,t,z,");
  EXPECT_EQ(name_of(item.find("z")->type()), "NULL");
}

TEST(Value, EqualityIsTheServices) {
  EXPECT_EQ(Value::string_set({"a", "b"}), Value::string_set({"b", "a"}));
  EXPECT_EQ(Value::number(*Decimal::parse("1.0")), Value::number(1));
  EXPECT_NE(Value::string("1"), Value::number(1));
  EXPECT_NE(Value::string("a"), Value::binary("a"));
  EXPECT_EQ((Item{{"a", number(1)}, {"b", number(2)}}), (Item{{"b", number(2)}, {"a", number(1)}}));
}

TEST(Value, BuilderEdits) {
  const Item old{{"a", number(1)}, {"b", number(2)}};
  ItemBuilder builder(old);
  builder.set("c", number(3)).set("a", number(9)).erase("b").erase("absent");
  EXPECT_TRUE(builder.contains("c"));
  EXPECT_EQ(builder.build(), (Item{{"a", number(9)}, {"c", number(3)}}));
  EXPECT_EQ(Item().bytes(), ItemBuilder().build().bytes());
  EXPECT_TRUE(Item().empty());
  EXPECT_EQ(Value().type(), Type::NULL_);
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
TEST(Value, SizesFollowTheDocumentation) {
  const auto size = [](const char* text) { return Value::number(*Decimal::parse(text)).view().size_bytes(); };
  EXPECT_EQ(Value::string("é").view().size_bytes(), 2U);
  EXPECT_EQ(Value::binary("abc").view().size_bytes(), 3U);
  EXPECT_EQ(size("1"), 2U);
  EXPECT_EQ(size("12"), 2U);
  EXPECT_EQ(size("123"), 3U);
  EXPECT_EQ(size("1e100"), 2U);
  EXPECT_EQ(size("0.001"), 2U);
  EXPECT_EQ(size("-12"), 3U);
  EXPECT_EQ(size("0"), 1U);
  EXPECT_EQ(size("12345678901234567890123456789012345678"), 20U);
  EXPECT_EQ(Value::null().view().size_bytes(), 1U);
  EXPECT_EQ(Value::boolean(true).view().size_bytes(), 1U);
  EXPECT_EQ(Value::string_set({"a", "bc"}).view().size_bytes(), 3U);
  EXPECT_EQ(Value::list({}).view().size_bytes(), 3U);
  EXPECT_EQ(Value::list(std::vector<Value>{Value::string("ab"), Value::null()}).view().size_bytes(), 3U + 3U + 2U);
  EXPECT_EQ(Value::map(Item{{"ab", Value::string("c")}}).view().size_bytes(), 3U + 2U + 1U + 1U);
  EXPECT_EQ((Item{{"id", Value::string("abc")}, {"n", number(5)}}).size_bytes(), 2U + 3U + 1U + 2U);
}

TEST(Value, CheckFindsBrokenEncodings) {
  RandomValues random(5);
  for (int round = 0; round < 40; ++round) {
    const Item item = random.item();
    ASSERT_TRUE(check_item(item.bytes()).ok()) << check_item(item.bytes()).error().message;
    for (std::size_t i = 1; i < item.bytes().size(); ++i) {
      // A cut item is only good where an attribute of the top level ends; it never crashes.
      const Result<> cut = check_item(std::string_view(item.bytes()).substr(0, i));
      if (cut.ok()) {
        EXPECT_LT(ItemView(std::string_view(item.bytes()).substr(0, i)).size(), item.view().size());
      }
      std::string changed = item.bytes();
      changed[i] = static_cast<char>(random.below(256));
      if (check_item(changed).ok()) {
        EXPECT_EQ(ItemBuilder(ItemView(changed)).build().bytes(), changed);
      }
    }
  }
  EXPECT_FALSE(check_item("").ok());
  EXPECT_FALSE(check_item("\x02").ok());
  EXPECT_FALSE(check_value("\x04\x04").ok());
  EXPECT_TRUE(check_value("\x04").ok());
}

}  // namespace
}  // namespace orrery::item
