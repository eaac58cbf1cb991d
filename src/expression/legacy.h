// The parameters of before expressions (Expected, QueryFilter, ScanFilter, KeyConditions, AttributeUpdates,
// ConditionalOperator), translated to the same trees.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
//
// The structs mirror the shapes Condition, ExpectedAttributeValue and AttributeValueUpdate; they look at the request,
// which outlives everything made of them.
#pragma once

#include "base/result.h"
#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/update.h"
#include "item/key.h"

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace orrery::expression::legacy {

struct Comparison {  // of Condition: QueryFilter, ScanFilter, KeyConditions
  std::string_view attribute;
  std::string_view op;                               // ComparisonOperator: "EQ"
  const std::vector<item::Value>* values = nullptr;  // AttributeValueList
};
struct Expectation {  // of ExpectedAttributeValue
  std::string_view attribute;
  const item::Value* value = nullptr;
  std::optional<bool> exists;
  std::optional<std::string_view> op;
  const std::vector<item::Value>* values = nullptr;
};
struct Change {  // of AttributeValueUpdate
  std::string_view attribute;
  const item::Value* value = nullptr;
  std::optional<std::string_view> action;  // PUT (default), ADD, DELETE
};

// `op`: ConditionalOperator. Errors: ValidationException.
Result<Condition> expected(const std::vector<Expectation>& expectations, std::optional<std::string_view> op);
// QueryFilter and ScanFilter.
Result<Condition> filter(const std::vector<Comparison>& comparisons, std::optional<std::string_view> op);
// "QueryFilter can only contain non-primary key attributes: Primary key attribute: pk".
Result<> check_query_filter(const std::vector<Comparison>& comparisons, const item::KeySchema& keys);
Result<KeyTerms> key_conditions(const std::vector<Comparison>& comparisons);
Result<Update> attribute_updates(const std::vector<Change>& changes);
// No name is given twice. Error: "One or more parameter values were invalid: Duplicate value in
// attribute name: a".
Result<> check_attributes_to_get(const std::vector<std::string>& names);

struct Parameter {
  std::string_view name;
  bool given;
};
// The two kinds do not mix in one request: "Can not use both expression and non-expression parameters in the same
// request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}". In the order given.
Result<> check_not_mixed(std::initializer_list<Parameter> non_expressions,
                         std::initializer_list<Parameter> expressions);

}  // namespace orrery::expression::legacy
