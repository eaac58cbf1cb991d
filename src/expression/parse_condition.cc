// The grammar of conditions: see parser.h.
#include "expression/parser.h"

namespace orrery::expression::internal {
namespace {

using Kind = Token::Kind;

bool comparator(Kind token, Node::Kind& out) {
  switch (token) {
    case Kind::Equal:
      out = Node::Kind::Equal;
      return true;
    case Kind::NotEqual:
      out = Node::Kind::NotEqual;
      return true;
    case Kind::Less:
      out = Node::Kind::Less;
      return true;
    case Kind::LessOrEqual:
      out = Node::Kind::LessOrEqual;
      return true;
    case Kind::Greater:
      out = Node::Kind::Greater;
      return true;
    case Kind::GreaterOrEqual:
      out = Node::Kind::GreaterOrEqual;
      return true;
    default:
      return false;
  }
}

}  // namespace

bool Parser::condition(Parsed& out) {
  if (!and_condition(out)) return false;
  if (!is(Kind::Or)) return true;
  std::vector<Node> args;
  args.push_back(std::move(out.node));
  while (is(Kind::Or)) {
    count_operator(at_++);
    if (!and_condition(out)) return false;
    args.push_back(std::move(out.node));
  }
  out = {Node::of(Node::Kind::Or, std::move(args))};
  return true;
}

bool Parser::and_condition(Parsed& out) {
  if (!not_condition(out)) return false;
  if (!is(Kind::And)) return true;
  std::vector<Node> args;
  args.push_back(std::move(out.node));
  while (is(Kind::And)) {
    count_operator(at_++);
    if (!not_condition(out)) return false;
    args.push_back(std::move(out.node));
  }
  out = {Node::of(Node::Kind::And, std::move(args))};
  return true;
}

bool Parser::not_condition(Parsed& out) {
  if (!is(Kind::Not)) return primary(out);
  count_operator(at_++);
  if (!enter(false)) return false;
  const bool good = not_condition(out);
  leave();
  if (!good) return false;
  std::vector<Node> args;
  args.push_back(std::move(out.node));
  out = {Node::of(Node::Kind::Not, std::move(args))};
  return true;
}

// A parenthesis opens an operand, "(a) = :v", or a condition, "(a = :v)".
bool Parser::primary(Parsed& out) {
  if (!is(Kind::LeftParen)) return comparison(out);
  const Mark start = mark();
  if (comparison(out)) return true;
  if (!stopped_.empty()) return false;
  back_to(start);
  return parenthesized(&Parser::condition, out);
}

bool Parser::comparison(Parsed& out) {
  if (!operand(out)) return false;
  const Kind next = peek().kind;
  Node::Kind kind = Node::Kind::Equal;
  if (comparator(next, kind)) {
    check_place(out, false);
    return right_operand(kind, out);
  }
  if (next == Kind::Between) return between(out);
  if (next == Kind::In) return in(out);
  if (out.function == kNone || out.in_parens) return syntax_error();
  check_place(out, true);
  return true;
}

bool Parser::between(Parsed& out) {
  check_place(out, false);
  count_operator(at_++);
  Parsed lower;
  Parsed upper;
  if (!operand(lower) || !expect(Kind::And) || !operand(upper)) return false;
  check_place(lower, false);
  check_place(upper, false);
  std::vector<Node> args;
  args.push_back(std::move(out.node));
  args.push_back(std::move(lower.node));
  args.push_back(std::move(upper.node));
  out = {Node::of(Node::Kind::Between, std::move(args))};
  return true;
}

bool Parser::in(Parsed& out) {
  check_place(out, false);
  count_operator(at_++);
  std::vector<Node> args;
  args.push_back(std::move(out.node));
  if (!operand_list(args)) return false;
  out = {Node::of(Node::Kind::In, std::move(args))};
  return true;
}

}  // namespace orrery::expression::internal
