// The Condition element: operators over the request's context
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
#pragma once

#include "auth/pattern.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::auth {

struct Condition {
  enum class Test : unsigned char {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    NumericEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    ArnLike,  // ArnEquals and ArnLike behave identically
    Null,
  };
  enum class Set : unsigned char { Single, ForAnyValue, ForAllValues };

  Test test = Test::StringEquals;
  Set set = Set::Single;
  bool negated = false;    // StringNotEquals, NotIpAddress, …
  bool if_exists = false;  // …IfExists: true when the key is absent
  std::string key;         // lower case
  std::vector<Pattern> values;
};

// "ForAnyValue:StringNotLikeIfExists" -> test, set, negated and if_exists; nullopt when there is no such operator.
std::optional<Condition> parse_operator(std::string_view name);

// parse_operator's other way: "ForAnyValue:StringNotLikeIfExists".
std::string operator_name(const Condition& condition);

// The values of a context key, for conditions; nullptr-like `present == false` when the request does not have it.
struct KeyValues {
  bool present = false;
  const std::vector<std::string>* many = nullptr;  // set in the context
  std::string one;                                 // derived from the request, when `many` is null
};
class KeySource : public VariableSource {
 public:
  virtual KeyValues values(std::string_view key) const = 0;
};

bool holds(const Condition& condition, const KeySource& keys);

}  // namespace orrery::auth
