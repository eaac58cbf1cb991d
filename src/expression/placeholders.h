// ExpressionAttributeNames and ExpressionAttributeValues of one request, and which of them its expressions used.
//
//   Placeholders placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
//   TRY(placeholders.check({{"ConditionExpression", input.ConditionExpression.has_value()}}));
//   const Condition condition = TRY(Condition::bind(Role::Condition, *input.ConditionExpression, placeholders));
//   …every other expression of the request…
//   TRY(placeholders.check_used());
#pragma once

#include "base/result.h"
#include "expression/ast.h"
#include "item/value.h"

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::expression {

class Placeholders {
 public:
  using Names = std::map<std::string, std::string>;
  using Values = std::map<std::string, item::Value>;

  // Both outlive this, and all that is bound with it.
  Placeholders(const std::optional<Names>& names, const std::optional<Values>& values)
      : Placeholders(names ? &*names : nullptr, values ? &*values : nullptr) {}
  // nullptr: not given. Operations without values (GetItem) have only names.
  explicit Placeholders(const Names* names, const Values* values = nullptr);

  struct Expression {
    std::string_view parameter;  // "ConditionExpression"
    bool given;
    bool may_have_values = true;  // not ProjectionExpression
  };
  // Before the expressions are bound: neither map is there without an expression of the operation, neither is empty,
  // all keys are placeholders. `expressions`: the parameters that this operation has. Error: ValidationException.
  Result<> check(std::initializer_list<Expression> expressions) const;

  // After all expressions are bound: "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}".
  Result<> check_used() const;

  // For binders: fills the slots of `ast`, and notes what was used.
  struct Bound {
    Bindings bindings;                  // of an undefined slot: nothing that may be looked at
    std::vector<Slot> undefined_names;  // whether this is an error, and the first one, is up to the order of checks
    std::vector<Slot> undefined_values;
  };
  Bound bind(const Ast& ast);

 private:
  const Names* names_;
  const Values* values_;
  std::vector<const std::string*> used_names_;  // keys of the maps, each once
  std::vector<const std::string*> used_values_;
};

}  // namespace orrery::expression
