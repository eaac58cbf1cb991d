#include "expression/legacy.h"

#include "item/codec.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::expression::legacy {
namespace {

using item::Item;
using item::Value;

const Item& sample() {
  static const Item item = *item::item_from_json(
      R"({"s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "aGVsbG8="}, "z": {"NULL": true}, "l": {"L": [{"N": "1"}]},
          "m": {"M": {"k": {"S": "v"}}}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}})");
  return item;
}

Value value(std::string_view json) { return *item::value_from_json(json); }

// The only comparison of a ScanFilter.
Result<bool> compare(std::string_view attribute, std::string_view op, const std::vector<Value>& values) {
  const Condition condition = TRY(filter({{attribute, op, &values}}, std::nullopt));
  return condition.holds(sample());
}

std::string error_of(const Result<bool>& result) { return result.ok() ? "no error" : result.error().message; }

struct Row {
  std::string_view attribute, op;
  std::vector<std::string_view> values;
  bool holds;
};

TEST(Legacy, ComparisonOperators) {
  const Row rows[] = {
      {"s", "EQ", {R"({"S": "hello"})"}, true},
      {"s", "EQ", {R"({"S": "x"})"}, false},
      {"ss", "EQ", {R"({"SS": ["b", "a"]})"}, true},
      {"l", "EQ", {R"({"L": [{"N": "1"}]})"}, true},
      {"s", "NE", {R"({"N": "1"})"}, true},
      {"s", "NE", {R"({"S": "hello"})"}, false},
      {"none", "NE", {R"({"S": "hello"})"}, true},
      {"n", "LT", {R"({"N": "6"})"}, true},
      {"n", "LT", {R"({"N": "5"})"}, false},
      {"n", "LE", {R"({"N": "5.0"})"}, true},
      {"n", "GE", {R"({"N": "5"})"}, true},
      {"n", "GT", {R"({"N": "5"})"}, false},
      {"n", "GT", {R"({"S": "a"})"}, false},
      {"b", "GT", {R"({"B": "aGVsbA=="})"}, true},
      {"none", "GT", {R"({"N": "0"})"}, false},
      {"n", "BETWEEN", {R"({"N": "5"})", R"({"N": "6"})"}, true},
      {"n", "BETWEEN", {R"({"N": "6"})", R"({"N": "7"})"}, false},
      {"n", "IN", {R"({"N": "1"})", R"({"N": "5"})"}, true},
      {"n", "IN", {R"({"N": "1"})"}, false},
      {"none", "IN", {R"({"N": "1"})"}, false},
      {"s", "NOT_NULL", {}, true},
      {"z", "NOT_NULL", {}, true},
      {"none", "NOT_NULL", {}, false},
      {"s", "NULL", {}, false},
      {"none", "NULL", {}, true},
      {"s", "CONTAINS", {R"({"S": "ell"})"}, true},
      {"ss", "CONTAINS", {R"({"S": "a"})"}, true},
      {"ns", "CONTAINS", {R"({"N": "3"})"}, false},
      {"l", "CONTAINS", {R"({"N": "1"})"}, true},
      {"none", "CONTAINS", {R"({"N": "1"})"}, false},
      {"s", "NOT_CONTAINS", {R"({"S": "x"})"}, true},
      {"s", "NOT_CONTAINS", {R"({"S": "ell"})"}, false},
      {"n", "NOT_CONTAINS", {R"({"S": "ell"})"}, true},
      {"none", "NOT_CONTAINS", {R"({"S": "x"})"}, false},  // as CONTAINS
      {"s", "BEGINS_WITH", {R"({"S": "he"})"}, true},
      {"s", "BEGINS_WITH", {R"({"B": "aGU="})"}, false},
      {"b", "BEGINS_WITH", {R"({"B": "aGU="})"}, true},
      {"n", "BEGINS_WITH", {R"({"S": "5"})"}, false},
  };
  for (const Row& row : rows) {
    std::vector<Value> values;
    for (const std::string_view json : row.values) values.push_back(value(json));
    const Result<bool> actual = compare(row.attribute, row.op, values);
    ASSERT_TRUE(actual.ok()) << row.op << ": " << actual.error().message;
    EXPECT_EQ(*actual, row.holds) << row.attribute << ' ' << row.op;
  }
}

TEST(Legacy, ComparisonsThatAreRefused) {
  const std::string prefix = "One or more parameter values were invalid: ";
  const Value one = Value::number(1);
  const Value text = Value::string("a");
  for (const std::string op :
       {"EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN", "BETWEEN"}) {
    EXPECT_EQ(error_of(compare("s", op, {})),
              prefix + "Invalid number of argument(s) for the " + op + " ComparisonOperator");
  }
  EXPECT_EQ(error_of(compare("s", "NULL", {one})),
            prefix + "Invalid number of argument(s) for the NULL ComparisonOperator");
  EXPECT_EQ(error_of(compare("s", "EQ", {one, one})),
            prefix + "Invalid number of argument(s) for the EQ ComparisonOperator");
  EXPECT_EQ(error_of(compare("s", "IN", {one, text})),
            prefix + "AttributeValues inside AttributeValueList must be of same type");
  EXPECT_EQ(error_of(compare("s", "LT", {Value::boolean(true)})),
            prefix + "ComparisonOperator LT is not valid for BOOL AttributeValue type");
  EXPECT_EQ(error_of(compare("s", "IN", {Value::list({})})),
            prefix + "ComparisonOperator IN is not valid for L AttributeValue type");
  EXPECT_EQ(error_of(compare("s", "BEGINS_WITH", {one})),
            prefix + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type");
  EXPECT_EQ(error_of(compare("s", "CONTAINS", {Value::string_set({"a"})})),
            prefix + "ComparisonOperator CONTAINS is not valid for SS AttributeValue type");
  EXPECT_EQ(error_of(compare("s", "BETWEEN", {Value::string("b"), text})),
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
  EXPECT_THAT(error_of(compare("s", "LIKE", {one})), testing::HasSubstr("Value 'LIKE' at 'comparisonOperator'"));
}

TEST(Legacy, ConditionalOperator) {
  const std::vector<Value> five = {Value::number(5)};
  const std::vector<Value> six = {Value::number(6)};
  const std::vector<Comparison> both = {{"n", "EQ", &five}, {"n", "EQ", &six}};
  EXPECT_FALSE(filter(both, std::nullopt)->holds(sample()));
  EXPECT_FALSE(filter(both, "AND")->holds(sample()));
  EXPECT_TRUE(filter(both, "OR")->holds(sample()));
  EXPECT_TRUE(filter({}, std::nullopt)->always());
  EXPECT_EQ(filter({}, "OR").error().message,
            "One or more parameter values were invalid: ConditionalOperator cannot be used without Filter or Expected");
  EXPECT_EQ(filter({both[0]}, "OR").error().message,
            "One or more parameter values were invalid: ConditionalOperator can only be used when Filter or Expected "
            "has two or more elements");
}

std::string expected_error(const Expectation& expectation) {
  const Result<Condition> condition = expected({expectation}, std::nullopt);
  return condition.ok() ? "no error" : condition.error().message;
}

TEST(Legacy, Expected) {
  const Value hello = Value::string("hello");
  const Value x = Value::string("x");
  const std::vector<Value> list = {hello};
  const auto holds = [](const Expectation& expectation) {
    return expected({expectation}, std::nullopt)->holds(sample());
  };
  EXPECT_TRUE(holds({"s", &hello, {}, {}, nullptr}));
  EXPECT_TRUE(holds({"s", &hello, true, {}, nullptr}));
  EXPECT_FALSE(holds({"s", &x, {}, {}, nullptr}));
  EXPECT_FALSE(holds({"none", &x, {}, {}, nullptr}));
  EXPECT_TRUE(holds({"none", nullptr, false, {}, nullptr}));
  EXPECT_FALSE(holds({"s", nullptr, false, {}, nullptr}));
  EXPECT_TRUE(holds({"s", nullptr, {}, "EQ", &list}));
  EXPECT_TRUE(holds({"s", &hello, {}, "EQ", nullptr}));
  EXPECT_TRUE(holds({"none", nullptr, {}, "NULL", nullptr}));

  const std::string prefix = "One or more parameter values were invalid: ";
  EXPECT_EQ(expected_error({"a", nullptr, {}, {}, nullptr}),
            prefix + "Value must be provided when Exists is null for Attribute: a");
  EXPECT_EQ(expected_error({"a", nullptr, true, {}, nullptr}),
            prefix + "Value must be provided when Exists is true for Attribute: a");
  EXPECT_EQ(expected_error({"a", &x, false, {}, nullptr}),
            prefix + "Value cannot be used when Exists is false for Attribute: a");
  EXPECT_EQ(expected_error({"a", nullptr, {}, {}, &list}),
            prefix + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a");
  EXPECT_EQ(expected_error({"a", &x, {}, {}, &list}),
            prefix + "Value and AttributeValueList cannot be used together for Attribute: a");
  EXPECT_EQ(expected_error({"a", nullptr, true, "EQ", &list}),
            prefix + "Exists and ComparisonOperator cannot be used together for Attribute: a");
  EXPECT_EQ(expected_error({"a", nullptr, {}, "EQ", nullptr}),
            prefix + "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a");
}

TEST(Legacy, KeyConditions) {
  const item::KeySchema keys{{"pk", item::Type::S}, item::KeyAttribute{"sk", item::Type::N}};
  const std::vector<Value> a = {Value::string("a")};
  const std::vector<Value> one = {Value::number(1)};
  const std::vector<Value> range = {Value::number(1), Value::number(9)};
  const KeyCondition found = *key_conditions({{"sk", "BETWEEN", &range}, {"pk", "EQ", &a}})->match(keys);
  EXPECT_EQ(found.partition.string(), "a");
  EXPECT_EQ(found.sort->op, KeyCondition::Operator::Between);
  EXPECT_EQ(found.sort->upper.number_text(), "9");
  const auto error = [&keys](const std::vector<Comparison>& comparisons) {
    const Result<KeyTerms> terms = key_conditions(comparisons);
    return terms.ok() ? terms->match(keys).error().message : terms.error().message;
  };
  EXPECT_EQ(error({}), "Conditions can be of length 1 or 2 only");
  EXPECT_EQ(error({{"a", "EQ", &a}, {"b", "EQ", &a}, {"c", "EQ", &a}}), "Conditions can be of length 1 or 2 only");
  EXPECT_EQ(error({{"pk", "GT", &a}}), "Query key condition not supported");
  EXPECT_EQ(error({{"pk", "NE", &a}}), "Attempted conditional constraint is not an indexable operation");
  EXPECT_EQ(error({{"pk", "EQ", &a}, {"sk", "IN", &range}}),
            "Attempted conditional constraint is not an indexable operation");
  EXPECT_EQ(error({{"sk", "EQ", &one}}), "Query condition missed key schema element: pk");
  EXPECT_EQ(error({{"pk", "EQ", &one}}),
            "One or more parameter values were invalid: Condition parameter type does not match schema type");
  EXPECT_EQ(error({{"pk", "BEGINS_WITH", &one}}),
            "One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not valid for N "
            "AttributeValue type");
  EXPECT_EQ(check_query_filter({{"x", "NULL", nullptr}, {"sk", "NULL", nullptr}}, keys).error().message,
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk");
}

Result<Item> change(const std::vector<Change>& changes) { return TRY(attribute_updates(changes)).apply(sample()); }

TEST(Legacy, AttributeUpdates) {
  const Value x = Value::string("x");
  const Value one = Value::number(1);
  const Value set = Value::string_set({"b", "c"});
  const Value list = Value::list(std::vector<Value>{one});
  EXPECT_EQ(change({{"s", &x, {}}})->find("s")->string(), "x");
  EXPECT_EQ(change({{"s", &x, "PUT"}, {"q", &one, "PUT"}})->find("q")->number_text(), "1");
  EXPECT_FALSE(change({{"s", nullptr, "DELETE"}})->find("s"));
  EXPECT_EQ(change({{"ss", &set, "DELETE"}})->find("ss"), Value::string_set({"a"}).view());
  EXPECT_EQ(change({{"ss", &set, "ADD"}})->find("ss"), Value::string_set({"a", "b", "c"}).view());
  EXPECT_EQ(change({{"n", &one, "ADD"}})->find("n")->number_text(), "6");
  EXPECT_EQ(change({{"q", &one, "ADD"}})->find("q")->number_text(), "1");
  EXPECT_EQ(change({{"l", &list, "ADD"}})->find("l")->list().size(), 2U);
  EXPECT_EQ(change({}).operator*(), sample());

  const std::string prefix = "One or more parameter values were invalid: ";
  EXPECT_EQ(change({{"s", nullptr, {}}}).error().message,
            prefix + "Only DELETE action is allowed when no attribute value is specified");
  EXPECT_EQ(change({{"s", &x, "ADD"}}).error().message, prefix + "ADD action is not supported for the type S");
  EXPECT_EQ(change({{"s", &x, "DELETE"}}).error().message,
            prefix + "DELETE action with value is not supported for the type S");
  EXPECT_EQ(change({{"s", &set, "DELETE"}}).error().message, "Type mismatch for attribute to update");
  EXPECT_EQ(change({{"ss", &one, "ADD"}}).error().message, "Type mismatch for attribute to update");
}

TEST(Legacy, Mixing) {
  EXPECT_TRUE(check_not_mixed({{"Expected", true}}, {{"ConditionExpression", false}}).ok());
  EXPECT_EQ(check_not_mixed({{"AttributeUpdates", true}, {"Expected", true}, {"ConditionalOperator", false}},
                            {{"UpdateExpression", true}, {"ConditionExpression", true}})
                .error()
                .message,
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{AttributeUpdates, Expected} Expression parameters: {UpdateExpression, ConditionExpression}");
  EXPECT_EQ(check_attributes_to_get({"a", "b", "a"}).error().message,
            "One or more parameter values were invalid: Duplicate value in attribute name: a");
  EXPECT_TRUE(check_attributes_to_get({"a", "b"}).ok());
}

}  // namespace
}  // namespace orrery::expression::legacy
