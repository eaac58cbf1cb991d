// What a Query looks for: one partition, and perhaps a range of its sort values. In the service's order of checks:
//
//   const Condition key = TRY(Condition::bind(Role::KeyCondition, *input.KeyConditionExpression, placeholders));
//   …bind the filter and the projection, placeholders.check_used()…
//   const KeyTerms terms = TRY(KeyTerms::of(key));     // or legacy::key_conditions(…)
//   …find the table…
//   const KeyCondition condition = TRY(terms.match(keys));
#pragma once

#include "base/result.h"
#include "expression/condition.h"
#include "item/key.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace orrery::expression {

// Looks at the request's values: the request outlives it. All values have the schema's types; they are not checked for
// being empty or too long (item::check_key_value).
struct KeyCondition {
  enum class Operator : std::uint8_t {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    BeginsWith,
    NotIndexable,  // in terms only (KeyConditions with NE, CONTAINS, …): match refuses it
  };
  struct Sort {
    Operator op = Operator::Equal;
    item::ValueView value;  // Between: the lower bound, included
    item::ValueView upper;  // Between only: included; not below `value`
  };
  item::ValueView partition;
  std::optional<Sort> sort;  // none: the whole partition
};

// One or two conditions on different attributes, not yet held against a key.
struct KeyTerms {
  struct Term {
    std::string_view attribute;
    KeyCondition::Sort condition;
  };
  std::vector<Term> terms;

  // Errors: ValidationException "Invalid operator used in KeyConditionExpression: OR", "KeyConditionExpressions must
  // only contain one condition per key", …
  static Result<KeyTerms> of(const Condition& condition);

  // `keys`: of the table or index that is queried. Errors: ValidationException "Query condition missed key schema
  // element: pk", "Query key condition not supported", "One or more parameter values were invalid: Condition parameter
  // type does not match schema type".
  Result<KeyCondition> match(const item::KeySchema& keys) const;
};

}  // namespace orrery::expression
