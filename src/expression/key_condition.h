// What a Query looks for: one partition, and perhaps a range of its sort values.
#pragma once

#include "base/result.h"
#include "expression/placeholders.h"
#include "item/key.h"

#include <optional>
#include <string_view>

namespace orrery::expression {

// Looks at the request's values: the request outlives it. All values have the schema's types; they are not checked for
// being empty or too long (item::check_key_value).
struct KeyCondition {
  enum class Operator : std::uint8_t { Equal, Less, LessOrEqual, Greater, GreaterOrEqual, Between, BeginsWith };
  struct Sort {
    Operator op = Operator::Equal;
    item::ValueView value;  // Between: the lower bound, included
    item::ValueView upper;  // Between only: included; not below `value`
  };
  item::ValueView partition;
  std::optional<Sort> sort;  // none: the whole partition

  // `keys`: of the table or index that is queried. Errors: ValidationException "Invalid KeyConditionExpression: …",
  // "Query condition missed key schema element: pk", "Query key condition not supported", …
  static Result<KeyCondition> bind(std::string_view text, const item::KeySchema& keys, Placeholders& placeholders);
};

}  // namespace orrery::expression
