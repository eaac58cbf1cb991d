#include "expression/legacy.h"

#include "expression/evaluate.h"
#include "expression/legacy_condition.h"
#include "expression/message.h"

#include <algorithm>
#include <string>

namespace orrery::expression::legacy {
namespace {

using internal::Maker;

Result<bool> any_of(std::optional<std::string_view> op, std::size_t conditions) {
  if (!op) return false;
  if (*op != "AND" && *op != "OR") {
    return refuse(
        "1 validation error detected: Value '" + std::string(*op) +
        "' at 'conditionalOperator' failed to satisfy constraint: Member must satisfy enum value set: [OR, AND]");
  }
  if (conditions == 0) {
    return refuse(
        "One or more parameter values were invalid: ConditionalOperator cannot be used without Filter or Expected");
  }
  if (conditions == 1) {
    return refuse(
        "One or more parameter values were invalid: ConditionalOperator can only be used when Filter or Expected has "
        "two or more elements");
  }
  return *op == "OR";
}

Failure bad_expectation(std::string_view what, std::string_view attribute) {
  return internal::bad_value(std::string(what) + " for Attribute: " + std::string(attribute));
}

// Value and Exists, without a ComparisonOperator.
Result<> expect_value(Maker& maker, const Expectation& expectation) {
  if (expectation.values != nullptr) {
    return bad_expectation("AttributeValueList can only be used with a ComparisonOperator", expectation.attribute);
  }
  const bool exists = expectation.exists.value_or(true);
  if (exists && expectation.value == nullptr) {
    return bad_expectation("Value must be provided when Exists is " + std::string(expectation.exists ? "true" : "null"),
                           expectation.attribute);
  }
  if (!exists && expectation.value != nullptr) {
    return bad_expectation("Value cannot be used when Exists is false", expectation.attribute);
  }
  if (exists) {
    maker.add(Node::Kind::Equal, expectation.attribute, {expectation.value->view()});
  } else {
    maker.add(Node::Kind::AttributeNotExists, expectation.attribute, {});
  }
  return {};
}

Result<> expect_comparison(Maker& maker, const Expectation& expectation) {
  if (expectation.exists) {
    return bad_expectation("Exists and ComparisonOperator cannot be used together", expectation.attribute);
  }
  const bool takes_none = *expectation.op == "NULL" || *expectation.op == "NOT_NULL";
  if (!takes_none && expectation.value == nullptr && expectation.values == nullptr) {
    return bad_expectation(
        "Value or AttributeValueList must be used with ComparisonOperator: " + std::string(*expectation.op),
        expectation.attribute);
  }
  std::vector<item::ValueView> values;
  if (expectation.value != nullptr) values.push_back(expectation.value->view());
  if (expectation.values != nullptr) values.assign(expectation.values->begin(), expectation.values->end());
  return maker.add_comparison(expectation.attribute, *expectation.op, values);
}

}  // namespace

Result<Condition> expected(const std::vector<Expectation>& expectations, std::optional<std::string_view> op) {
  Maker maker;
  for (const Expectation& expectation : expectations) {
    if (expectation.value != nullptr && expectation.values != nullptr) {
      return bad_expectation("Value and AttributeValueList cannot be used together", expectation.attribute);
    }
    TRY(expectation.op ? expect_comparison(maker, expectation) : expect_value(maker, expectation));
  }
  const bool any = TRY(any_of(op, expectations.size()));
  return std::move(maker).make(any);
}

Result<Condition> filter(const std::vector<Comparison>& comparisons, std::optional<std::string_view> op) {
  Maker maker;
  for (const Comparison& comparison : comparisons) {
    std::vector<item::ValueView> values;
    if (comparison.values != nullptr) values.assign(comparison.values->begin(), comparison.values->end());
    TRY(maker.add_comparison(comparison.attribute, comparison.op, values));
  }
  const bool any = TRY(any_of(op, comparisons.size()));
  return std::move(maker).make(any);
}

Result<> check_query_filter(const std::vector<Comparison>& comparisons, const item::KeySchema& keys) {
  const auto check = [&comparisons](const std::string& key) -> Result<> {
    const bool used = std::any_of(comparisons.begin(), comparisons.end(),
                                  [&key](const Comparison& comparison) { return comparison.attribute == key; });
    if (!used) return {};
    return refuse("QueryFilter can only contain non-primary key attributes: Primary key attribute: " + key);
  };
  TRY(check(keys.partition.name));
  return keys.sort ? check(keys.sort->name) : Result<>();
}

Result<KeyTerms> key_conditions(const std::vector<Comparison>& comparisons) {
  KeyTerms out;
  for (const Comparison& comparison : comparisons) {
    std::vector<item::ValueView> values;
    if (comparison.values != nullptr) values.assign(comparison.values->begin(), comparison.values->end());
    TRY(internal::check_values(comparison.op, values));
    KeyCondition::Sort condition;
    condition.op = internal::key_operator(comparison.op);
    if (!values.empty()) condition.value = values[0];
    if (condition.op == KeyCondition::Operator::Between) condition.upper = values[1];
    out.terms.push_back({comparison.attribute, condition});
  }
  if (out.terms.empty() || out.terms.size() > 2) return refuse("Conditions can be of length 1 or 2 only");
  return out;
}

Result<> check_attributes_to_get(const std::vector<std::string>& names) {
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return {};
  return internal::bad_value("Duplicate value in attribute name: " + std::string(*twice));
}

Result<> check_not_mixed(std::initializer_list<Parameter> non_expressions,
                         std::initializer_list<Parameter> expressions) {
  const auto given = [](std::initializer_list<Parameter> parameters) {
    std::string out;
    for (const Parameter& parameter : parameters) {
      if (!parameter.given) continue;
      if (!out.empty()) out += ", ";
      out += parameter.name;
    }
    return out;
  };
  const std::string old_ones = given(non_expressions);
  const std::string new_ones = given(expressions);
  if (old_ones.empty() || new_ones.empty()) return {};
  return refuse(
      "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {" +
      old_ones + "} Expression parameters: {" + new_ones + '}');
}

}  // namespace orrery::expression::legacy
