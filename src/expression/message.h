// The errors that expressions answer with.
#pragma once

#include "base/result.h"
#include "expression/ast.h"

#include <string>
#include <string_view>

namespace orrery::expression {

inline Failure refuse(std::string message) { return fail(api_error("ValidationException", std::move(message))); }

// "Invalid FilterExpression: …"
inline Failure invalid(Role role, std::string_view what) {
  return refuse("Invalid " + std::string(name_of(role)) + ": " + std::string(what));
}

}  // namespace orrery::expression
