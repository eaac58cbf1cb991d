// A statement of a request, parsed and with its parameters; and the right to run it.
#pragma once

#include "services/dynamodb/partiql/plan.h"

namespace orrery::dynamodb::partiql {

// Looks at the request, which outlives it.
struct Bound {
  Statement statement;
  Parameters parameters;

  const std::string& table() const { return statement.source[0]; }
  std::optional<std::string> index() const;
};

// Errors: ValidationException.
Result<Bound> bind_statement(const std::string& text, const std::optional<std::vector<item::Value>>& parameters);

// The table that the statement names, once the caller was found to have the right to do with it what the statement
// does. `operation`: the transaction or batch that it is part of; empty: none. Errors: AccessDenied,
// ResourceNotFoundException, ValidationException for an index that is not there.
Result<Source> authorized_source(Call& call, Reader& reader, const Bound& bound, std::string_view operation);

}  // namespace orrery::dynamodb::partiql
