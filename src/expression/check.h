// What can be wrong with an expression once its placeholders are known, and before any item is read.
#pragma once

#include "base/result.h"
#include "expression/ast.h"
#include "expression/placeholders.h"

namespace orrery::expression {

// In the service's order: each operator's operands (placeholders, then paths) before the operator itself, from left to
// right. Errors: ValidationException "Invalid FilterExpression: …".
Result<> check_condition(const Ast& ast, const Placeholders::Bound& bound);
Result<> check_projection(const Ast& ast, const Placeholders::Bound& bound);
// Names of the paths, then whether they are apart, then all names, then values and operands; the latter two from the
// last action to the first.
Result<> check_update(const Ast& ast, const Placeholders::Bound& bound);

}  // namespace orrery::expression
