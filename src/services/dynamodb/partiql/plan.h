// Which part of a table or index a SELECT reads: partitions, when its WHERE clause says which, otherwise everything.
#pragma once

#include "services/dynamodb/items/page.h"
#include "services/dynamodb/partiql/constant.h"

namespace orrery::dynamodb::partiql {

struct Plan {
  bool scans = false;  // no condition on the partition key
  // Disjoint, in the order in which they are read.
  std::vector<KeyRange> ranges;
  Direction direction = Direction::Forward;
  std::vector<item::Value> partitions;  // for policies
};

// Errors (ValidationException): key conditions of the wrong type, branches that overlap, an ORDER BY that the keys
// cannot follow.
Result<Plan> plan_of(const Statement& statement, const Source& source, Parameters parameters);

// A WHERE clause that names one item: an equality for each key attribute, joined by AND.
struct ExactKey {
  item::Item key;
  std::vector<const Expr*> rest;  // what else it says
};
// nullopt: it does not. Errors (ValidationException): two conditions for one attribute, a value of the wrong type.
Result<std::optional<ExactKey>> exact_key(const Statement& statement, const item::KeySchema& keys,
                                          Parameters parameters);

}  // namespace orrery::dynamodb::partiql
