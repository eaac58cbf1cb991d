#include "services/dynamodb/partiql/parser.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>

namespace orrery::dynamodb::partiql {
namespace {

constexpr std::string_view kLeftOver = "Unexpected token after expression";
constexpr std::string_view kNoSimplePath = "Expected identifier for simple path";

// A statement that is an expression alone names its operation.
std::string_view operation_name(Expr::Kind kind) {
  switch (kind) {
    case Expr::Kind::Is:
      return "IsType";
    case Expr::Kind::Path:
      return "VariableReference";
    case Expr::Kind::Call:
      return "Call";
    default:
      return kind <= Expr::Kind::Struct ? "Literal" : "NAry";
  }
}

}  // namespace

std::string Returning::text() const {
  return std::string("RETURNING ") + (all ? "ALL" : "MODIFIED") + (old ? " OLD *" : " NEW *");
}

Result<Statement> Parser::statement() {
  Statement out;
  if (take_word("select")) {
    TRY(select(out));
  } else if (take_word("insert")) {
    TRY(insert(out));
  } else if (take_word("update")) {
    TRY(update(out));
  } else if (take_word("delete")) {
    TRY(erase(out));
  } else if (take_word("from")) {
    TRY(from_first(out));
  } else if (peek().is_word("exists") && peek(1).is("(") && peek(2).is_word("select")) {
    TRY(exists(out));
  } else {
    const Expr alone = TRY(expression());
    if (!at_end()) return fail(malformed(kLeftOver));
    return fail(validation_error("Unsupported operation: " + std::string(operation_name(alone.kind))));
  }
  if (!at_end()) return fail(malformed(kLeftOver));
  out.parameters = parameters_;
  TRY(check_source(out));
  return out;
}

Result<> Parser::check_source(const Statement& statement) const {
  if (statement.aliased) return fail(validation_error("Aliasing is not supported"));
  if (std::ranges::any_of(statement.source, &std::string::empty)) {
    return fail(validation_error("Path component cannot be an empty string"));
  }
  if (statement.source.size() > 2) {
    return fail(validation_error("A path may contain at most 2 components in the FROM clause"));
  }
  return {};
}

Result<> Parser::select(Statement& out) {
  out.kind = Statement::Kind::Select;
  if (peek().is_word("value") || peek().is_word("pivot")) {
    return fail(validation_error("Select projection doesn't support value or pivot keywords"));
  }
  if (peek().is_word("distinct")) {
    return fail(validation_error("Unsupported clause: DISTINCT" + to_text(peek().at)));
  }
  TRY(columns(out));
  TRY(expect_word("from"));
  TRY(source(out, "Unexpected term"));
  if (peek().is(",")) return fail(validation_error("Only select from a single table or index is supported."));
  alias(out);
  TRY(where(out));
  TRY(refuse_clauses());
  TRY(order_by(out));
  return refuse_clauses();
}

Result<> Parser::columns(Statement& out) {
  if (take("*")) {
    if (!peek().is(",")) return {};
    return fail(validation_error("Other attributes should not be present in the projection when '*' is used."));
  }
  do {
    // Nothing but attributes can be selected: not even a function's value.
    if (peek().kind == Token::Kind::Word && peek(1).is("(")) {
      return fail(validation_error("Unexpected path component" + to_text(peek().at)));
    }
    if (peek().is("*")) {
      return fail(validation_error("Other attributes should not be present in the projection when '*' is used."));
    }
    Expr column = TRY(expression());
    if (column.kind != Expr::Kind::Path) {
      return fail(validation_error("Unexpected path component" + to_text(column.at)));
    }
    out.columns.push_back(std::move(column));
    const bool named = peek().kind == Token::Kind::Quoted || peek().is_word("as") ||
                       (peek().kind == Token::Kind::Word && !is_reserved(peek().word));
    if (named) return fail(validation_error("Aliasing is not supported"));
  } while (take(","));
  return {};
}

Result<> Parser::insert(Statement& out) {
  out.kind = Statement::Kind::Insert;
  TRY(expect_word("into"));
  TRY(source(out, kNoSimplePath));
  if (peek().is_word("values") || peek().is("<<")) {
    return fail(validation_error(
        "Unsupported operation: Inserting multiple items in a single statement is not supported, use \"INSERT INTO "
        "tableName VALUE item\" instead"));
  }
  if (!take_word("value")) return fail(malformed(kLeftOver));
  out.item = TRY(expression());
  return returning(out);
}

Result<> Parser::update(Statement& out) {
  out.kind = Statement::Kind::Update;
  TRY(source(out, kNoSimplePath));
  alias(out);
  TRY(assignments(out));
  TRY(where(out));
  return returning(out);
}

// FROM "T" WHERE … SET …: an UPDATE with its clauses in another order.
Result<> Parser::from_first(Statement& out) {
  out.kind = Statement::Kind::Update;
  TRY(source(out, "Unexpected term"));
  alias(out);
  TRY(where(out));
  TRY(assignments(out));
  return returning(out);
}

Result<> Parser::erase(Statement& out) {
  out.kind = Statement::Kind::Delete;
  TRY(expect_word("from"));
  TRY(source(out, kNoSimplePath));
  alias(out);
  TRY(where(out));
  return returning(out);
}

Result<> Parser::exists(Statement& out) {
  next();
  next();
  next();
  TRY(select(out));
  TRY(expect(")"));
  out.kind = Statement::Kind::Exists;
  return {};
}

Result<> Parser::source(Statement& out, std::string_view nothing_there) {
  do {
    const Token& name = peek();
    const bool is_name =
        name.kind == Token::Kind::Quoted || (name.kind == Token::Kind::Word && !is_reserved(name.word));
    if (!is_name) return fail(malformed(at_end() || !out.source.empty() ? nothing_there : kNoSimplePath));
    out.source.push_back(next().text);
  } while (take("."));
  return {};
}

void Parser::alias(Statement& out) {
  const bool as = take_word("as");
  if (peek().kind == Token::Kind::Quoted || (peek().kind == Token::Kind::Word && !is_reserved(peek().word))) {
    next();
    out.aliased = true;
  }
  out.aliased = out.aliased || as;
}

Result<> Parser::assignments(Statement& out) {
  while (true) {
    if (take_word("set")) {
      do {
        Assignment one;
        one.path = TRY(path());
        TRY(expect("="));
        one.value = TRY(expression());
        out.assignments.push_back(std::move(one));
      } while (take(","));
    } else if (take_word("remove")) {
      Assignment one;
      one.remove = true;
      one.path = TRY(path());
      out.assignments.push_back(std::move(one));
    } else if (out.assignments.empty()) {
      return fail(malformed("Expected data manipulation"));
    } else {
      return {};
    }
  }
}

Result<> Parser::where(Statement& out) {
  if (take_word("where")) out.where = TRY(expression());
  return {};
}

Result<> Parser::order_by(Statement& out) {
  if (!take_word("order")) return {};
  TRY(expect_word("by"));
  do {
    OrderTerm term;
    term.value = TRY(expression());
    if (take_word("desc")) {
      term.descending = true;
    } else {
      take_word("asc");
    }
    out.order.push_back(std::move(term));
  } while (take(","));
  return {};
}

Result<> Parser::returning(Statement& out) {
  if (!take_word("returning")) return {};
  if (out.kind == Statement::Kind::Insert) return fail(validation_error("RETURNING is not supported in INSERT"));
  Returning what;
  what.all = peek().is_word("all");
  if (!what.all && !peek().is_word("modified")) return fail(malformed("Expected ALL or MODIFIED in RETURNING clause"));
  next();
  what.old = peek().is_word("old");
  if (!what.old && !peek().is_word("new")) return fail(malformed("Expected OLD or NEW in RETURNING clause"));
  next();
  if (!take("*")) {
    return fail(validation_error("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause"));
  }
  if (peek().is(",")) {
    return fail(validation_error("Invalid syntax with multiple returning elements in RETURNING clause"));
  }
  out.returning = what;
  return {};
}

Result<> Parser::refuse_clauses() {
  if (peek().kind != Token::Kind::Word) return {};
  std::string name;
  if (peek().word == "limit") name = "LIMIT";
  if (peek().word == "group") name = "GROUP BY";
  if (peek().word == "having") name = "HAVING";
  if (name.empty()) return {};
  return fail(validation_error("Unsupported clause: " + name + to_text(peek().at)));
}

Result<> Parser::expect(std::string_view symbol) {
  if (take(symbol)) return {};
  return fail(at_end() ? malformed("Unexpected term") : malformed(kLeftOver));
}

Result<> Parser::expect_word(std::string_view word) {
  if (take_word(word)) return {};
  return fail(malformed("Unexpected term"));
}

Result<Statement> parse_statement(std::string_view text) { return Parser(TRY(tokens_of(text))).statement(); }

}  // namespace orrery::dynamodb::partiql
