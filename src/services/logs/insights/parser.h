// Recursive descent over a query's tokens; parse_query() in syntax.h is its use.
#pragma once

#include "services/logs/insights/syntax.h"
#include "services/logs/insights/token.h"

namespace orrery::logs::insights {

class Parser {
 public:
  explicit Parser(std::string_view query) : lexer_(query) {}
  Result<Query> whole();

 private:
  // parse_command.cc
  Result<Command> command();
  Result<Command> fields(Command::Kind kind);
  Result<Command> stats();
  Result<Command> sort();
  Result<Command> limit();
  Result<Command> parse();
  Result<> parse_glob(Command& command);
  Result<> parse_regex(Command& command);
  Result<std::vector<Named>> named_list(bool aliases);
  Result<std::string> name();

  // parse_expression.cc
  enum class Level : std::uint8_t { Or, And, Not, Comparison, Sum, Product, Power };
  Result<Expression> expression() { return level(Level::Or); }
  Result<Expression> level(Level level);
  Result<Expression> negation();
  Result<Expression> comparison();
  Result<Expression> list();
  Result<Expression> power();
  Result<Expression> operand();
  Result<Expression> word();
  Result<Expression> call(const Token& name);
  Result<Expression> aggregate(const Token& name, const struct Aggregation& aggregation);
  Result<> arguments(Expression& expression);
  Result<std::shared_ptr<const re2::RE2>> regex();

  Result<> advance();
  bool at_sign(std::string_view sign) const { return token_.kind == Token::Kind::Sign && token_.text == sign; }
  bool at_word(std::string_view word) const;
  Result<bool> take_sign(std::string_view sign);
  Result<bool> take_word(std::string_view word);
  Result<> expect_sign(std::string_view sign);
  Failure unexpected_here() const { return unexpected(lexer_.query(), token_); }
  // `expression` is from `begin` on, and ends with the token before this one.
  Expression finished(Expression expression, std::size_t begin) const;
  std::string source(const Expression& expression) const;  // as written
  Expression operation(Operator operation, Expression left, Expression right) const;

  Lexer lexer_;
  Token token_;
  std::size_t previous_end_ = 0;
  int depth_ = 0;
  std::vector<Expression>* aggregates_ = nullptr;  // where aggregations may stand: of the `stats` being read
};

// (?<name>…) as (?P<name>…), which is what RE2 calls it.
std::string re2_groups(std::string_view pattern);

}  // namespace orrery::logs::insights
