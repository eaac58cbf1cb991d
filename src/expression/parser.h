// The recursive descent behind parse(): what the five kinds of expressions have in common, and their grammars.
//
//   condition  := and (OR and)*            and := not (AND not)*        not := NOT not | primary
//   primary    := comparison | '(' condition ')'
//   comparison := operand sign operand | operand BETWEEN operand AND operand | operand IN '(' operand, … ')' | function
//   operand    := path | :value | function | '(' operand ')'            function := name '(' operand, … ')'
//   path       := name ('.' name | '[' integer ']')*                    name := identifier | #name
//   projection := path, …
//   update     := (SET path '=' right, … | REMOVE path, … | (ADD | DELETE) path :value, …)+
//   right      := operand (('+' | '-') operand)? | '(' right ')'
//
// The service first reads the whole text (a syntax error comes before any other), then looks at what it has read in the
// order of the text. Hence the methods return false on a syntax error, while everything else that is wrong is noted as
// a Problem, of which the first in that order is reported.
#pragma once

#include "base/result.h"
#include "expression/ast.h"
#include "expression/lexer.h"
#include "expression/parse.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::expression::internal {

class Parser {
 public:
  Parser(Role role, std::string_view text) : role_(role), text_(text), tokens_(tokenize(text)) { ast_.role = role; }
  Result<Ast> run() &&;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Parsed {
    Node node;
    bool in_parens = false;
    std::size_t function = kNone;  // the token of its name, when the node is a call
  };
  struct Problem {
    std::size_t section;  // of an update, in the order in which their verbs appear
    std::size_t token;
    std::string message;
  };
  struct Mark {  // what an attempt that fails gives back
    std::size_t token;
    std::size_t problems;
    int operators;
  };

  // parser.cc
  [[nodiscard]] bool start();
  [[nodiscard]] bool path(Path& out);
  [[nodiscard]] bool name_step(PathStep& out);
  [[nodiscard]] bool index_step(PathStep& out);
  [[nodiscard]] bool operand(Parsed& out);
  [[nodiscard]] bool operand_in_parens(Parsed& out);
  [[nodiscard]] bool parenthesized(bool (Parser::*inner)(Parsed&), Parsed& out);  // '(' inner ')', once
  // The operator at hand and what follows it; `out` is its left operand, then the whole.
  [[nodiscard]] bool right_operand(Node::Kind kind, Parsed& out);
  [[nodiscard]] bool call(Parsed& out);
  [[nodiscard]] bool operand_list(std::vector<Node>& out);  // '(' operand, … ')'
  void check_place(const Parsed& call, bool as_condition);

  // parse_condition.cc
  [[nodiscard]] bool condition(Parsed& out);
  [[nodiscard]] bool and_condition(Parsed& out);
  [[nodiscard]] bool not_condition(Parsed& out);
  [[nodiscard]] bool primary(Parsed& out);
  [[nodiscard]] bool comparison(Parsed& out);
  [[nodiscard]] bool between(Parsed& out);
  [[nodiscard]] bool in(Parsed& out);

  // parse_update.cc
  [[nodiscard]] bool projection();
  [[nodiscard]] bool update();
  [[nodiscard]] bool section(UpdateAction::Verb verb);
  [[nodiscard]] bool action(UpdateAction& out);
  [[nodiscard]] bool right_side(Parsed& out);

  // Tokens
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is(Token::Kind kind) const { return peek().kind == kind; }
  bool take_if(Token::Kind kind) {
    if (!is(kind)) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool expect(Token::Kind kind) { return take_if(kind) || syntax_error(); }
  std::string_view text_of(const Token& token) const;
  bool syntax_error();  // false
  std::string syntax_error_text() const;

  // Errors that end the reading at once. False.
  bool stop(std::string message);
  bool redundant_parens() { return stop("The expression has redundant parentheses;"); }
  void note(std::size_t token, std::string message) { problems_.push_back({section_, token, std::move(message)}); }
  void count_operator(std::size_t token);
  // Guards against a stack that grows with the text. False: deeper than 300 operators, each in its parentheses, would
  // need, and the reading stops.
  [[nodiscard]] bool enter(bool parenthesis);
  void leave() { --depth_; }

  Mark mark() const { return {at_, problems_.size(), operators_}; }
  void back_to(const Mark& mark);

  Slot slot_of(std::vector<std::string>& slots, std::string_view placeholder);

  Role role_;
  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t furthest_ = 0;  // the token of the syntax error
  std::string stopped_;
  std::vector<Problem> problems_;
  std::size_t section_ = 0;
  int operators_ = 0;
  int depth_ = 0;
  Ast ast_;
};

}  // namespace orrery::expression::internal
