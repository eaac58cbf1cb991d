// A parsed PartiQL statement. Nothing in it depends on tables or parameters.
#pragma once

#include "expression/ast.h"
#include "services/dynamodb/partiql/token.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::dynamodb::partiql {

struct Expr {
  enum class Kind : std::uint8_t {
    // constants
    String,   // text
    Number,   // text, with its sign
    Boolean,  // flag
    Null,
    Missing,
    Ion,        // text
    Parameter,  // number
    List,       // of args; also what stands between parentheses and commas
    Bag,
    Struct,  // args: key, value, key, value, …
    // what is read of an item
    Path,
    Call,  // text: the function in lower case
    // operators; Is: text is the type in upper case
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    In,
    Is,
    Like,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Concat,
    Negate,
  };
  Kind kind = Kind::Null;
  std::string text;
  bool flag = false;
  std::size_t number = 0;
  expression::Path path;
  std::vector<Expr> args;
  Position at;

  bool is_attribute() const { return kind == Kind::Path && path.size() == 1; }
  bool is_attribute(std::string_view name) const { return is_attribute() && path[0].name == name; }
  bool is_constant() const { return kind <= Kind::Struct; }
};
// "<=", "AND", "+": as messages name an operator.
std::string_view spelling(Expr::Kind kind);

struct Assignment {
  bool remove = false;
  expression::Path path;
  Expr value;  // of a SET
};

struct OrderTerm {
  Expr value;
  bool descending = false;
};

struct Returning {
  bool all = false;  // or what the statement modified
  bool old = false;  // or new
  std::string text() const;
};

struct Statement {
  enum class Kind : std::uint8_t { Select, Insert, Update, Delete, Exists };
  Kind kind = Kind::Select;
  std::vector<std::string> source;  // table, index
  bool aliased = false;
  std::vector<Expr> columns;  // Select; empty: *
  std::optional<Expr> where;
  std::vector<OrderTerm> order;
  Expr item;                            // Insert
  std::vector<Assignment> assignments;  // Update, in the order of the text
  std::optional<Returning> returning;
  std::size_t parameters = 0;  // question marks

  bool reads() const { return kind == Kind::Select; }
};

// Everything that the text alone decides. Errors: ValidationException.
Result<Statement> parse_statement(std::string_view text);

}  // namespace orrery::dynamodb::partiql
