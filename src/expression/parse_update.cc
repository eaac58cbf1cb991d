// The grammars of updates and projections: see parser.h.
#include "expression/parser.h"

#include <algorithm>
#include <optional>

namespace orrery::expression::internal {
namespace {

using Kind = Token::Kind;
using Verb = UpdateAction::Verb;

std::optional<Verb> verb_of(Kind token) {
  switch (token) {
    case Kind::Set:
      return Verb::Set;
    case Kind::Remove:
      return Verb::Remove;
    case Kind::Add:
      return Verb::Add;
    case Kind::Delete:
      return Verb::Delete;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool Parser::projection() {
  do {
    Path one;
    if (!path(one)) return false;
    ast_.paths.push_back(std::move(one));
  } while (take_if(Kind::Comma));
  return true;
}

// Sections are looked at in the order in which their verbs first appear.
bool Parser::update() {
  std::vector<Verb> seen;
  do {
    const std::optional<Verb> verb = verb_of(peek().kind);
    if (!verb) return syntax_error();
    ++at_;
    const auto known = std::find(seen.begin(), seen.end(), *verb);
    section_ = static_cast<std::size_t>(known - seen.begin());
    if (known == seen.end()) {
      seen.push_back(*verb);
    } else {
      note(kNone, "The \"" + std::string(name_of(*verb)) + "\" section can only be used once in an update expression;");
    }
    if (!section(*verb)) return false;
  } while (!is(Kind::End));
  return true;
}

bool Parser::section(Verb verb) {
  do {
    UpdateAction one;
    one.verb = verb;
    if (!action(one)) return false;
    ast_.actions.push_back(std::move(one));
  } while (take_if(Kind::Comma));
  return true;
}

bool Parser::action(UpdateAction& out) {
  if (!path(out.path)) return false;
  if (out.verb == Verb::Remove) return true;
  Parsed right;
  if (out.verb == Verb::Set) {
    if (!expect(Kind::Equal) || !right_side(right)) return false;
  } else {
    if (!is(Kind::Value)) return syntax_error();
    if (!operand(right)) return false;
  }
  out.operand = std::move(right.node);
  return true;
}

// A parenthesis opens an operand, "(a) + :v", or the whole, "(a + :v)".
bool Parser::right_side(Parsed& out) {
  const Mark start = mark();
  const bool read = operand(out);
  if (!read) {
    if (!stopped_.empty() || tokens_[start.token].kind != Kind::LeftParen) return false;
    back_to(start);
    return parenthesized(&Parser::right_side, out);
  }
  check_place(out, false);
  if (!is(Kind::Plus) && !is(Kind::Minus)) return true;
  return right_operand(is(Kind::Plus) ? Node::Kind::Plus : Node::Kind::Minus, out);
}

}  // namespace orrery::expression::internal
