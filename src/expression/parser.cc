#include "expression/parser.h"

#include "expression/message.h"
#include "expression/parse.h"
#include "expression/reserved_words.h"

#include <algorithm>

namespace orrery::expression::internal {
namespace {

using Kind = Token::Kind;

struct Function {
  enum class Place : std::uint8_t { Condition, Operand, Update };
  std::string_view name;
  Node::Kind kind;
  std::size_t operands;
  Place place;
};

// Function names are in lower case only.
const Function* function_named(std::string_view name) {
  using Place = Function::Place;
  static constexpr Function kFunctions[] = {
      {"attribute_exists", Node::Kind::AttributeExists, 1, Place::Condition},
      {"attribute_not_exists", Node::Kind::AttributeNotExists, 1, Place::Condition},
      {"attribute_type", Node::Kind::AttributeType, 2, Place::Condition},
      {"begins_with", Node::Kind::BeginsWith, 2, Place::Condition},
      {"contains", Node::Kind::Contains, 2, Place::Condition},
      {"size", Node::Kind::Size, 1, Place::Operand},
      {"if_not_exists", Node::Kind::IfNotExists, 2, Place::Update},
      {"list_append", Node::Kind::ListAppend, 2, Place::Update}};
  const Function* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                       [name](const Function& function) { return function.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

}  // namespace

Result<Ast> Parser::run() && {
  if (!start() && stopped_.empty()) return invalid(role_, syntax_error_text());
  if (!stopped_.empty()) return invalid(role_, stopped_);
  const auto first = std::min_element(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.section, a.token) < std::pair(b.section, b.token);
  });
  if (first != problems_.end()) return invalid(role_, first->message);
  return std::move(ast_);
}

bool Parser::start() {
  switch (role_) {
    case Role::Projection:
      return projection() && expect(Kind::End);
    case Role::Update:
    case Role::AttributeUpdates:
      return update();
    case Role::Condition:
    case Role::Filter:
    case Role::KeyCondition:
      break;
  }
  Parsed parsed;
  if (!condition(parsed) || !expect(Kind::End)) return false;
  ast_.condition = std::move(parsed.node);
  return true;
}

// --- paths

bool Parser::name_step(PathStep& out) {
  const std::string_view text = text_of(peek());
  if (is(Kind::Name)) {
    out = {PathStep::Kind::NameSlot, {}, slot_of(ast_.names, text)};
  } else if (is(Kind::Identifier)) {
    if (is_reserved_word(text)) {
      note(at_, "Attribute name is a reserved keyword; reserved keyword: " + std::string(text));
    }
    out = PathStep::of(text);
  } else {
    return syntax_error();
  }
  ++at_;
  return true;
}

bool Parser::index_step(PathStep& out) {
  const std::size_t token = at_;
  const std::string_view digits = text_of(peek());
  if (!expect(Kind::Integer) || !expect(Kind::RightBracket)) return false;
  constexpr std::size_t kMaxIndex = 2147483647;
  std::size_t index = kMaxIndex + 1;
  if (digits.size() <= 10) {
    index = 0;
    for (const char c : digits) index = 10 * index + static_cast<std::size_t>(c - '0');
  }
  if (index > kMaxIndex) {
    note(token, "List index is not within the allowable range; index: [" + std::string(digits) + "]");
  }
  out = PathStep::at(index);
  return true;
}

bool Parser::path(Path& out) {
  out.clear();
  PathStep step;
  if (!name_step(step)) return false;
  out.push_back(std::move(step));
  while (true) {
    if (take_if(Kind::Dot)) {
      if (!name_step(step)) return false;
    } else if (take_if(Kind::LeftBracket)) {
      if (!index_step(step)) return false;
    } else {
      return true;
    }
    out.push_back(std::move(step));
  }
}

// --- operands

bool Parser::operand(Parsed& out) {
  switch (peek().kind) {
    case Kind::Value:
      out = {Node::of_value(slot_of(ast_.values, text_of(peek())))};
      ++at_;
      return true;
    case Kind::LeftParen:
      return operand_in_parens(out);
    case Kind::Identifier:
      if (peek(1).kind == Kind::LeftParen) return call(out);
      [[fallthrough]];
    case Kind::Name: {
      Path steps;
      if (!path(steps)) return false;
      out = {Node::of_path(std::move(steps))};
      return true;
    }
    default:
      return syntax_error();
  }
}

bool Parser::operand_in_parens(Parsed& out) {
  if (!enter(true)) return false;
  const bool good = expect(Kind::LeftParen) && operand(out) && expect(Kind::RightParen);
  leave();
  if (!good) return false;
  // The service says so at once, whatever follows.
  if (out.in_parens) return redundant_parens();
  out.in_parens = true;
  return true;
}

bool Parser::operand_list(std::vector<Node>& out) {
  if (!expect(Kind::LeftParen)) return false;
  do {
    Parsed one;
    if (!operand(one)) return false;
    check_place(one, false);
    out.push_back(std::move(one.node));
  } while (take_if(Kind::Comma));
  return expect(Kind::RightParen);
}

bool Parser::parenthesized(bool (Parser::*inner)(Parsed&), Parsed& out) {
  if (!enter(true)) return false;
  const bool good = expect(Kind::LeftParen) && (this->*inner)(out) && expect(Kind::RightParen);
  leave();
  if (!good) return false;
  if (out.in_parens) return redundant_parens();
  out.in_parens = true;
  return true;
}

bool Parser::right_operand(Node::Kind kind, Parsed& out) {
  count_operator(at_++);
  Parsed right;
  if (!operand(right)) return false;
  check_place(right, false);
  std::vector<Node> args;
  args.push_back(std::move(out.node));
  args.push_back(std::move(right.node));
  out = {Node::of(kind, std::move(args))};
  return true;
}

bool Parser::call(Parsed& out) {
  const std::size_t token = at_;
  const Function* function = function_named(text_of(peek()));
  count_operator(token);
  ++at_;
  if (!enter(false)) return false;
  std::vector<Node> args;
  const bool good = operand_list(args);
  leave();
  if (!good) return false;
  out = {Node::of(function == nullptr ? Node::Kind::Size : function->kind, std::move(args)), false, token};
  return true;
}

// Where the call stands decides whether its function may; and that comes before the number of its operands, which an
// update checks later (check.cc).
void Parser::check_place(const Parsed& call, bool as_condition) {
  if (call.function == kNone) return;
  const std::string name(text_of(tokens_[call.function]));
  const Function* function = function_named(name);
  if (function == nullptr) return note(call.function, "Invalid function name; function: " + name);
  const bool of_update = function->place == Function::Place::Update;
  if (role_ == Role::Update) {
    if (!of_update) note(call.function, "The function is not allowed in an update expression; function: " + name);
    return;
  }
  if (of_update) return note(call.function, "The function is not allowed in a condition expression; function: " + name);
  if ((function->place == Function::Place::Condition) != as_condition) {
    return note(call.function, "The function is not allowed to be used this way in an expression; function: " + name);
  }
  if (call.node.args.size() != function->operands) {
    note(call.function, "Incorrect number of operands for operator or function; operator or function: " + name +
                            ", number of operands: " + std::to_string(call.node.args.size()));
  }
}

// --- tokens and errors

std::string_view Parser::text_of(const Token& token) const {
  if (token.kind == Kind::End) return "<EOF>";
  return text_.substr(token.begin, token.end - token.begin);
}

bool Parser::syntax_error() {
  furthest_ = std::max(furthest_, at_);
  return false;
}

// With the token before and the one after it.
std::string Parser::syntax_error_text() const {
  const std::size_t last = std::min(furthest_ + 1, tokens_.size() - 1);
  const std::uint32_t from = furthest_ == 0 ? 0 : tokens_[furthest_ - 1].begin;
  return "Syntax error; token: \"" + std::string(text_of(tokens_[furthest_])) + "\", near: \"" +
         std::string(text_.substr(from, tokens_[last].end - from)) + '"';
}

bool Parser::stop(std::string message) {
  if (stopped_.empty()) stopped_ = std::move(message);
  return false;
}

void Parser::count_operator(std::size_t token) {
  if (++operators_ != kMaxOperators + 1) return;
  note(token, "The expression contains too many operators; operator count: " + std::to_string(operators_));
}

bool Parser::enter(bool parenthesis) {
  constexpr int kMaxDepth = 2 * kMaxOperators + 20;
  if (depth_ == kMaxDepth) {
    if (parenthesis) return redundant_parens();
    return stop("The expression contains too many operators; operator count: " + std::to_string(kMaxOperators + 1));
  }
  ++depth_;
  return true;
}

void Parser::back_to(const Mark& mark) {
  at_ = mark.token;
  problems_.resize(mark.problems);
  operators_ = mark.operators;
}

Slot Parser::slot_of(std::vector<std::string>& slots, std::string_view placeholder) {
  const auto found = std::find(slots.begin(), slots.end(), placeholder);
  if (found != slots.end()) return static_cast<Slot>(found - slots.begin());
  slots.emplace_back(placeholder);
  return static_cast<Slot>(slots.size() - 1);
}

}  // namespace orrery::expression::internal
