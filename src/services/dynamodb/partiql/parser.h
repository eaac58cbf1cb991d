// The state of parsing one statement: used by parse_statement.cc and parse_expression.cc alone.
#pragma once

#include "services/dynamodb/partiql/syntax.h"

namespace orrery::dynamodb::partiql {

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  // parse_statement.cc
  Result<Statement> statement();

 private:
  // parse_statement.cc
  Result<> select(Statement& out);
  Result<> columns(Statement& out);
  Result<> insert(Statement& out);
  Result<> update(Statement& out);
  Result<> from_first(Statement& out);
  Result<> erase(Statement& out);
  Result<> exists(Statement& out);
  Result<> source(Statement& out, std::string_view nothing_there);
  void alias(Statement& out);
  Result<> assignments(Statement& out);
  Result<> where(Statement& out);
  Result<> order_by(Statement& out);
  Result<> returning(Statement& out);
  Result<> refuse_clauses();
  Result<> check_source(const Statement& statement) const;

  // parse_expression.cc, each a level of precedence
  Result<Expr> expression();
  Result<Expr> conjunction();
  Result<Expr> negation();
  Result<Expr> comparison();
  Result<Expr> comparison_after(Expr left);
  Result<Expr> membership(Expr left, bool negated, const Token& at);
  Result<Expr> between(Expr left, bool negated, const Token& at);
  Result<Expr> type_test(Expr left, const Token& at);
  Result<Expr> sum();
  Result<Expr> product();
  Result<Expr> sign();
  Result<Expr> term();
  Result<Expr> word_term();
  Result<Expr> call();
  Result<Expr> structure();
  Result<std::vector<Expr>> elements(std::string_view close);
  Result<Expr> path_expression();
  Result<expression::Path> path();
  Result<> step(expression::Path& out);

  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& next() {
    const Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool take(std::string_view symbol) { return peek().is(symbol) && (next(), true); }
  bool take_word(std::string_view word) { return peek().is_word(word) && (next(), true); }
  bool at_end() const { return peek().kind == Token::Kind::End; }
  Result<> expect(std::string_view symbol);
  Result<> expect_word(std::string_view word);
  Error unexpected_term() const;
  // "Missing right-hand side expression of infix operator", at the end of the statement.
  Result<> right_side() const;

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t parameters_ = 0;
  int depth_ = 0;
};

}  // namespace orrery::dynamodb::partiql
