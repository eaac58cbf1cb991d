// From a statement's expressions to the trees that the expression engine evaluates.
#pragma once

#include "expression/condition.h"
#include "expression/projection.h"
#include "expression/update.h"
#include "services/dynamodb/partiql/constant.h"

namespace orrery::dynamodb::partiql {

// Of a WHERE clause, or of the parts of one that are joined by AND. None: holds always. What is returned keeps what it
// needs. Errors: ValidationException.
Result<expression::Condition> condition_of(const std::vector<const Expr*>& parts, Parameters parameters);

// Of UPDATE's SET and REMOVE clauses.
Result<expression::Update> update_of(const std::vector<Assignment>& assignments, Parameters parameters);

// Of a SELECT's columns. An attribute is returned under the last name of its path.
class Columns {
 public:
  static Result<Columns> of(const std::vector<Expr>& columns);
  bool all() const { return columns_.empty(); }
  item::Item apply(item::ItemView item) const;
  // The attributes that are looked at, in the order of the statement.
  std::vector<std::string_view> attributes() const;

 private:
  struct Column {
    expression::Path path;
    std::string name;
  };
  std::vector<Column> columns_;
};

// The parts of a clause that are joined by AND.
void flatten(const Expr& expr, Expr::Kind op, std::vector<const Expr*>& out);

}  // namespace orrery::dynamodb::partiql
