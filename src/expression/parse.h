// From the text of an expression to its tree.
#pragma once

#include "base/result.h"
#include "expression/ast.h"

#include <memory>
#include <string_view>

namespace orrery::expression {

inline constexpr std::size_t kMaxExpressionBytes = 4096;
inline constexpr int kMaxOperators = 300;  // operators and functions of one expression
inline constexpr int kMaxInOperands = 100;
inline constexpr std::size_t kMaxPathSteps = 32;

// Everything that the text alone decides is checked. Errors: ValidationException "Invalid FilterExpression: …".
Result<Ast> parse(Role role, std::string_view text);

// The same, remembered by text for the calling thread (good expressions only; bounded).
Result<std::shared_ptr<const Ast>> parse_cached(Role role, std::string_view text);

}  // namespace orrery::expression
