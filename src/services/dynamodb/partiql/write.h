// INSERT, UPDATE, DELETE and EXISTS.
#pragma once

#include "services/dynamodb/items/action.h"
#include "services/dynamodb/partiql/bound.h"

namespace orrery::dynamodb::partiql {

// A statement held against its table. Looks at the bound statement, which outlives it.
struct Write {
  std::shared_ptr<const Table> table;
  std::unique_ptr<item::Item> subject;  // what the action looks at
  ItemAction action;
  std::string key;  // as in item/key.h
  std::optional<Returning> returning;
};

// `return_values`: ReturnValuesOnConditionCheckFailure. Errors: ValidationException.
Result<Write> bind_write(const Bound& bound, const Source& source, const std::optional<std::string>& return_values);

// Errors: ConditionalCheckFailedException, DuplicateItemException, ValidationException. Nothing is written then.
Result<Outcome> run_write(const ChangeContext& context, const Write& write);

// What RETURNING asks for; nullopt: nothing.
std::optional<item::Item> returned(const Write& write, const Outcome& outcome);

}  // namespace orrery::dynamodb::partiql
