#include "item/codec.h"

#include "item/random_values.h"
#include "wire/custom.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace orrery::item {
namespace {

constexpr const char* kEmpty = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
constexpr const char* kSeveral =
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";
constexpr const char* kInvalid = "One or more parameter values were invalid: ";
constexpr const char* kStructure = "Start of structure or map found where not expected";

struct Case {
  std::string json;
  std::string message;
};

void expect_refused(std::span<const Case> cases, std::string_view code) {
  for (const Case& each : cases) {
    // The same inside a list, a map and an item.
    for (const std::string& json : {each.json, R"({"L":[)" + each.json + "]}", R"({"M":{"a":)" + each.json + "}}"}) {
      const Result<Value> value = value_from_json(json);
      ASSERT_FALSE(value.ok()) << json;
      EXPECT_EQ(value.error().code, code) << json;
      EXPECT_EQ(value.error().message, each.message) << json;
    }
    const Result<Item> item = item_from_json(R"({"x":{"S":"y"},"a":)" + each.json + "}");
    ASSERT_FALSE(item.ok()) << each.json;
    EXPECT_EQ(item.error().message, each.message) << each.json;
  }
}

TEST(Codec, RefusesInvalidValues) {
  const std::string invalid = kInvalid;
  const Case cases[] = {
      {"{}", kEmpty},
      {R"({"X":"a"})", kEmpty},
      {R"({"a":{"b":[1,2.5e3,true,null,"x\n"]}})", kEmpty},
      {R"({"S":null})", kEmpty},
      {R"({"L":[{}]})", kEmpty},
      {R"({"L":[null]})", kEmpty},
      {R"({"M":{"a":{}}})", kEmpty},
      {R"({"S":"a","N":"1"})", kSeveral},
      {R"({"S":"a","N":""})", "The parameter cannot be converted to a numeric value"},
      {R"({"S":"a","N":"b"})", "The parameter cannot be converted to a numeric value: b"},
      {R"({"NULL":false})", invalid + "Null attribute value types must have the value of true"},
      {R"({"SS":[]})", invalid + "An string set  may not be empty"},
      {R"({"NS":[]})", invalid + "An number set  may not be empty"},
      {R"({"BS":[]})", invalid + "Binary sets should not be empty"},
      {R"({"SS":["a","a"]})", invalid + "Input collection [a, a] contains duplicates."},
      {R"({"SS":["b","a","b"]})", invalid + "Input collection [b, a, b] contains duplicates."},
      {R"({"BS":["Yg==","Yg=="]})", invalid + "Input collection [Yg==, Yg==]of type BS contains duplicates."},
      {R"({"NS":["1","1.0"]})", "Input collection contains duplicates"},
      {R"({"NS":["1","b"]})", "The parameter cannot be converted to a numeric value: b"},
      {R"({"SS":["a",null]})", invalid + "An string set may not have a null string as a member"},
      {R"({"BS":["Yg==",null]})", invalid + "Binary sets may not contain null or empty values"},
      {R"({"N":"1e126"})", "Number overflow. Attempting to store a number with magnitude larger than supported range"},
      {R"({"M":{"":{"S":"a"}}})", "Empty attribute name"},
  };
  expect_refused(cases, "ValidationException");
}

TEST(Codec, RefusesWrongJsonTypes) {
  const Case cases[] = {
      {R"({"S":23})", "NUMBER_VALUE cannot be converted to String"},
      {R"({"S":34.56})", "DECIMAL_VALUE cannot be converted to String"},
      {R"({"S":true})", "TRUE_VALUE cannot be converted to String"},
      {R"({"N":false})", "FALSE_VALUE cannot be converted to String"},
      {R"({"S":[]})", "Unrecognized collection type class java.lang.String"},
      {R"({"N":{}})", kStructure},
      {R"({"BOOL":"23"})", "Unexpected token received from parser"},
      {R"({"BOOL":23})", "NUMBER_VALUE cannot be converted to Boolean"},
      {R"({"B":true})", "only base-64-encoded strings are convertible to bytes"},
      {R"({"B":[]})", "Unrecognized collection type class java.nio.ByteBuffer"},
      {R"({"B":"23456"})", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"},
      {R"({"B":"=+/="})", "Invalid last non-pad Base64 character dectected"},
      {R"({"B":"+/+="})", "Invalid last non-pad Base64 character dectected"},
      {R"({"BS":["!!!!"]})", "Invalid last non-pad Base64 character dectected"},
      {R"({"SS":"a"})", "Unexpected field type"},
      {R"({"SS":{}})", kStructure},
      {R"({"NS":[1]})", "NUMBER_VALUE cannot be converted to String"},
      {R"({"L":"a"})", "Unexpected field type"},
      {R"({"L":{}})", kStructure},
      {R"({"M":true})", "Unexpected field type"},
      {R"({"M":[]})",
       "Unrecognized collection type java.util.Map<java.lang.String, "
       "com.amazonaws.dynamodb.v20120810.AttributeValue>"},
      {R"({"L":["a"]})", "Unexpected value type in payload"},
      {R"({"M":{"a":[]}})", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"},
  };
  expect_refused(cases, "SerializationException");
}

TEST(Codec, RefusesMalformedJson) {
  for (const std::string json : {"",
                                 "{",
                                 R"({"a")",
                                 R"({"a":)",
                                 R"({"a":{"S":"x"})",
                                 R"({"a":{"S":"x"},})",
                                 R"({"a":{"S":"x",}})",
                                 R"({"a":{"S" "x"}})",
                                 R"({"a" {"S":"x"}})",
                                 R"({"a":{"S":"x"}} 1)",
                                 R"({"a":{"S":"\x"}})",
                                 R"({"a":{"S":"\ud800"}})",
                                 R"({"a":{"S":"\ude00\ud800"}})",
                                 R"({"a":{"S":"\u12"}})",
                                 R"({"a":{"BOOL":tru}})",
                                 R"({"a":{"BOOL":trues}})",
                                 R"({"a":{"L":[{"S":"x"} {"S":"y"}]}})",
                                 R"({"a":{"L":[{"S":"x"},]}})",
                                 R"({"a":{"X":01,"S":"x"}})",
                                 R"({"a":{"X":[1,],"S":"x"}})",
                                 R"({"a":{"S":x}})",
                                 R"({a:{"S":"x"}})",
                                 R"("text")",
                                 "12",
                                 "[]",
                                 "{\"a\":{\"S\":\"\xff\"}}",
                                 "{\"a\":{\"S\":\"\n\"}}"}) {
    const Result<Item> item = item_from_json(json);
    ASSERT_FALSE(item.ok()) << json;
    EXPECT_EQ(item.error().code, "SerializationException") << json;
  }
}

TEST(Codec, ReadsWhatIsUnusualButRight) {
  const auto same = [](std::string_view json, std::string_view canonical) {
    const Result<Item> item = item_from_json(json);
    ASSERT_TRUE(item.ok()) << json << item.error().message;
    EXPECT_TRUE(check_item(item->bytes()).ok());
    EXPECT_EQ(to_json(item->view()), canonical);
  };
  same(" { } ", "{}");
  same("{\"b\" : { \"S\" : \"x\" } ,\n\t\"a\":{\"N\":\"1.0\"}\r\n}", R"({"a":{"N":"1"},"b":{"S":"x"}})");
  same(R"({"\u0061":{"\u0053":"\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\\u0000"}})",
       R"({"a":{"S":"é😀/\u0008\u000c\n\r\t\"\\\u0000"}})");
  same(R"({"a":{"S":"1"},"a":{"S":"2"}})", R"({"a":{"S":"2"}})");
  same(R"({"a":{"S":"x","Y":[{"deep":[-0.5e+7,[],{}]}],"N":null}})", R"({"a":{"S":"x"}})");
  same(R"({"aaaaaaaab":{"S":""},"aaaaaaaaa":{"B":""},"aaaaaaaa":{"SS":["b","","a"]}})",
       R"({"aaaaaaaa":{"SS":["","a","b"]},"aaaaaaaaa":{"B":""},"aaaaaaaab":{"S":""}})");
  same(R"({"a":{"NS":["10","9","-1e1"]},"b":{"BS":["eQ==","eA=="]},"c":{"L":[]},"d":{"M":{}},"e":{"BOOL":false}})",
       R"({"a":{"NS":["-10","9","10"]},"b":{"BS":["eA==","eQ=="]},"c":{"L":[]},"d":{"M":{}},"e":{"BOOL":false}})");
  same(R"({"n":{"N":"-1e-130"}})", R"({"n":{"N":"-0.)" + std::string(129, '0') + R"(1"}})");
  same(R"({"n":{"NULL":true},"t":{"S":")" + std::string(1000, 'x') + R"("}})",
       R"({"n":{"NULL":true},"t":{"S":")" + std::string(1000, 'x') + R"("}})");
}

// An attribute's value is level 1: 31 maps around a scalar are accepted, 32 are not.
TEST(Codec, LimitsNesting) {
  for (const auto& [open, close] : {std::pair{R"({"M":{"n":)", "}}"}, std::pair{R"({"L":[)", "]}"}}) {
    for (const int depth : {31, 32, 5000}) {
      std::string json = R"({"S":"leaf"})";
      for (int i = 0; i < depth; ++i) json = std::string(open).append(json).append(close);
      const Result<Value> value = value_from_json(json);
      EXPECT_EQ(value.ok(), depth == 31);
      if (depth == 32) {
        EXPECT_TRUE(value.error().message.starts_with("Nesting Levels have exceeded supported limits"));
      }
      if (value.ok()) {
        EXPECT_EQ(to_json(value->view()), json);
      }
    }
  }
}

TEST(Codec, RoundTripsRandomItems) {
  RandomValues random(11);
  for (int round = 0; round < 2000; ++round) {
    const Item item = random.item();
    const std::string json = to_json(item.view());
    const Result<Item> back = item_from_json(json);
    ASSERT_TRUE(back.ok()) << json << back.error().message;
    ASSERT_EQ(back->bytes(), item.bytes()) << json;
    const Result<Item> through = item_from_document(to_document(item.view()));
    ASSERT_TRUE(through.ok());
    ASSERT_EQ(*through, item);
  }
}

// Whatever the order in which a client sends the names.
TEST(Codec, OrderOfNamesDoesNotMatter) {
  std::mt19937_64 random(3);
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) names.push_back(std::string(random() % 12, 'p') + std::to_string(random() % 1000));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  ItemBuilder expected;
  for (const std::string& name : names) expected.set(name, Value::string(name));
  for (int round = 0; round < 50; ++round) {
    std::shuffle(names.begin(), names.end(), random);
    std::string json = "{";
    for (const std::string& name : names)
      json += (json.size() > 1 ? ",\"" : "\"") + name + R"(":{"S":")" + name + "\"}";
    const Result<Item> item = item_from_json(json + "}");
    ASSERT_TRUE(item.ok());
    ASSERT_EQ(*item, expected.build());
  }
}

// As wire/ uses it: the value is a member of a larger document that goes on behind it.
TEST(Codec, WorksInsideALargerDocument) {
  const simdjson::padded_string json(std::string_view(
      R"({"Before":1,"Item":{"b":{"S":"x\ty"},"a":{"L":[{"N":"1"}]}},"Value":{"S":"z"},"After":"end"})"));
  simdjson::ondemand::parser parser;
  auto document = parser.iterate(json);
  simdjson::ondemand::object object;
  ASSERT_EQ(document.get_object().get(object), simdjson::SUCCESS);
  Item item;
  Value value;
  std::string after;
  for (auto field : object) {
    std::string_view key;
    ASSERT_EQ(field.unescaped_key().get(key), simdjson::SUCCESS);
    if (key == "Item") {
      ASSERT_TRUE(kItemCodec.from_json(field.value(), &item).ok());
    }
    if (key == "Value") {
      ASSERT_TRUE(kValueCodec.from_json(field.value(), &value).ok());
    }
    if (key == "After") {
      std::string_view text;
      ASSERT_EQ(field.value().get_string().get(text), simdjson::SUCCESS);
      after = text;
    }
  }
  EXPECT_EQ(after, "end");
  EXPECT_EQ(item.find("b")->string(), "x\ty");
  std::string out = "seen: ";
  kItemCodec.to_json(&item, out);
  kValueCodec.to_json(&value, out);
  EXPECT_EQ(out, R"(seen: {"a":{"L":[{"N":"1"}]},"b":{"S":"x\ty"}}{"S":"z"})");
}

}  // namespace
}  // namespace orrery::item
