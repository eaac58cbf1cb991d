// The values that a statement names: literals and parameters.
#pragma once

#include "item/value.h"
#include "services/dynamodb/partiql/syntax.h"

#include <span>

namespace orrery::dynamodb::partiql {

using Parameters = std::span<const item::Value>;

// "Number of parameters in request and statement don't match."
Result<> check_parameters(const Statement& statement, Parameters parameters);

// Errors (ValidationException): no constant, numbers and sets that are none, keys of a map that are given twice, …
Result<item::Value> constant_of(const Expr& expr, Parameters parameters);
// Of INSERT's VALUE.
Result<item::Item> item_of(const Expr& expr, Parameters parameters);

}  // namespace orrery::dynamodb::partiql
