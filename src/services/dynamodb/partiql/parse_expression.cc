#include "services/dynamodb/partiql/parser.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace orrery::dynamodb::partiql {
namespace {

constexpr int kMaxDepth = 100;  // of parentheses, operators and literals within one another

Expr make(Expr::Kind kind, std::vector<Expr> args, const Position& at) {
  Expr out;
  out.kind = kind;
  out.args = std::move(args);
  out.at = at;
  return out;
}
Expr make(Expr::Kind kind, Expr left, Expr right, const Position& at) {
  std::vector<Expr> args;
  args.push_back(std::move(left));
  args.push_back(std::move(right));
  return make(kind, std::move(args), at);
}
Expr text_of(Expr::Kind kind, const Token& token) {
  Expr out;
  out.kind = kind;
  out.text = token.text;
  out.at = token.at;
  return out;
}
Expr negated_if(bool negated, Expr what) {
  if (!negated) return what;
  const Position at = what.at;
  std::vector<Expr> args;
  args.push_back(std::move(what));
  return make(Expr::Kind::Not, std::move(args), at);
}

// What IS may ask for, of several words and of one.
constexpr std::array<std::string_view, 33> kTypes = {
    "bag",     "blob",      "bool",    "boolean", "char",   "character", "clob",    "date",   "dec",
    "decimal", "float",     "int",     "int2",    "int4",   "int8",      "integer", "list",   "missing",
    "null",    "num",       "numeric", "real",    "sexp",   "smallint",  "string",  "struct", "symbol",
    "time",    "timestamp", "tuple",   "varchar", "double", "any"};

// Counts how deep the parser is; the stack is bounded.
class Level {
 public:
  explicit Level(int& depth) : depth_(depth) { ++depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  ~Level() { --depth_; }
  bool too_deep() const { return depth_ > kMaxDepth; }

 private:
  int& depth_;
};

}  // namespace

std::string_view spelling(Expr::Kind kind) {
  constexpr std::array<std::string_view, 32> kSpellings = {
      "",   "",  "",   "",  "",   "",        "",   "",   "",     "",  "",  "",  "AND", "OR", "NOT", "=",
      "<>", "<", "<=", ">", ">=", "BETWEEN", "IN", "IS", "LIKE", "+", "-", "*", "/",   "%",  "||",  "-"};
  return kSpellings[static_cast<std::size_t>(kind)];
}

Result<> Parser::right_side() const {
  if (at_end()) return fail(malformed("Missing right-hand side expression of infix operator"));
  return {};
}

Error Parser::unexpected_term() const {
  const Token& token = peek();
  if (token.kind == Token::Kind::Word && is_operator_word(token.word)) return malformed("Unexpected operator");
  if (token.is_word("from")) return malformed("Expected data manipulation");
  if (token.kind == Token::Kind::Word) return malformed("Unexpected keyword");
  constexpr std::array<std::string_view, 14> kOperators = {
      "=", "<", ">", "<=", ">=", "<>", "!=", "||", "+", "-", "*", "/", "%", ">>"};
  const bool is_operator =
      token.kind == Token::Kind::Symbol && std::ranges::find(kOperators, token.text) != kOperators.end();
  return malformed(is_operator ? "Unexpected operator" : "Unexpected term");
}

Result<Expr> Parser::expression() {
  const Level level(depth_);
  if (level.too_deep()) return fail(malformed(""));
  Expr left = TRY(conjunction());
  while (peek().is_word("or")) {
    const Position at = next().at;
    TRY(right_side());
    left = make(Expr::Kind::Or, std::move(left), TRY(conjunction()), at);
  }
  return left;
}

Result<Expr> Parser::conjunction() {
  Expr left = TRY(negation());
  while (peek().is_word("and")) {
    const Position at = next().at;
    TRY(right_side());
    left = make(Expr::Kind::And, std::move(left), TRY(negation()), at);
  }
  return left;
}

Result<Expr> Parser::negation() {
  if (!peek().is_word("not")) return comparison();
  const Level level(depth_);
  if (level.too_deep()) return fail(malformed(""));
  next();
  return negated_if(true, TRY(negation()));
}

Result<Expr> Parser::comparison() {
  Expr left = TRY(sum());
  while (true) {
    const std::size_t before = at_;
    left = TRY(comparison_after(std::move(left)));
    if (at_ == before) return left;
  }
}

// The comparison whose left side was read, or that side alone.
Result<Expr> Parser::comparison_after(Expr left) {
  constexpr std::array<std::pair<std::string_view, Expr::Kind>, 7> kComparisons = {
      {{"=", Expr::Kind::Equal},
       {"<>", Expr::Kind::NotEqual},
       {"!=", Expr::Kind::NotEqual},
       {"<", Expr::Kind::Less},
       {"<=", Expr::Kind::LessOrEqual},
       {">", Expr::Kind::Greater},
       {">=", Expr::Kind::GreaterOrEqual}}};
  const Token& token = peek();
  for (const auto& [symbol, kind] : kComparisons) {
    if (!token.is(symbol)) continue;
    next();
    TRY(right_side());
    return make(kind, std::move(left), TRY(sum()), token.at);
  }
  const bool negated =
      token.is_word("not") && (peek(1).is_word("in") || peek(1).is_word("between") || peek(1).is_word("like"));
  if (negated) next();
  const Token& op = peek();
  if (op.is_word("in")) return membership(std::move(left), negated, op);
  if (op.is_word("between")) return between(std::move(left), negated, op);
  if (op.is_word("is")) return type_test(std::move(left), op);
  if (op.is_word("like")) {
    next();
    TRY(right_side());
    return negated_if(negated, make(Expr::Kind::Like, std::move(left), TRY(sum()), op.at));
  }
  return left;
}

Result<Expr> Parser::membership(Expr left, bool negated, const Token& at) {
  next();
  TRY(right_side());
  Expr right = TRY(sum());
  if (right.kind == Expr::Kind::List || right.kind == Expr::Kind::Bag || right.kind == Expr::Kind::Parameter) {
    return negated_if(negated, make(Expr::Kind::In, std::move(left), std::move(right), at.at));
  }
  // ('a'): parentheses around one.
  std::vector<Expr> one;
  const Position where = right.at;
  one.push_back(std::move(right));
  return negated_if(negated,
                    make(Expr::Kind::In, std::move(left), make(Expr::Kind::List, std::move(one), where), at.at));
}

Result<Expr> Parser::between(Expr left, bool negated, const Token& at) {
  next();
  TRY(right_side());
  std::vector<Expr> args;
  args.push_back(std::move(left));
  args.push_back(TRY(sum()));
  if (!take_word("and")) return fail(malformed("Expected AND after BETWEEN"));
  TRY(right_side());
  args.push_back(TRY(sum()));
  return negated_if(negated, make(Expr::Kind::Between, std::move(args), at.at));
}

Result<Expr> Parser::type_test(Expr left, const Token& at) {
  next();
  const bool negated = take_word("not");
  const Token& type = peek();
  if (type.kind != Token::Kind::Word || std::ranges::find(kTypes, type.word) == kTypes.end()) {
    return fail(malformed("Expected type name"));
  }
  std::string name = next().word;
  if (name == "double" && !take_word("precision")) return fail(malformed("Expected type name"));
  if (name == "double") name = "double_precision";
  if (name == "character" && take_word("varying")) name = "character_varying";
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  std::vector<Expr> args;
  args.push_back(std::move(left));
  Expr out = make(Expr::Kind::Is, std::move(args), at.at);
  out.text = std::move(name);
  return negated_if(negated, std::move(out));
}

Result<Expr> Parser::sum() {
  Expr left = TRY(product());
  while (peek().is("+") || peek().is("-") || peek().is("||")) {
    const Token& op = next();
    TRY(right_side());
    Expr::Kind kind = op.text == "+" ? Expr::Kind::Plus : Expr::Kind::Minus;
    if (op.text == "||") kind = Expr::Kind::Concat;
    left = make(kind, std::move(left), TRY(product()), op.at);
  }
  return left;
}

Result<Expr> Parser::product() {
  Expr left = TRY(sign());
  while (peek().is("*") || peek().is("/") || peek().is("%")) {
    const Token& op = next();
    TRY(right_side());
    Expr::Kind kind = op.text == "*" ? Expr::Kind::Times : Expr::Kind::Divide;
    if (op.text == "%") kind = Expr::Kind::Modulo;
    left = make(kind, std::move(left), TRY(sign()), op.at);
  }
  return left;
}

// A sign before a number is part of it.
Result<Expr> Parser::sign() {
  if (!peek().is("-") && !peek().is("+")) return term();
  const Level level(depth_);
  if (level.too_deep()) return fail(malformed(""));
  const Token& token = next();
  Expr of = TRY(sign());
  if (of.kind == Expr::Kind::Number) {
    if (token.text == "-") of.text = of.text.starts_with('-') ? of.text.substr(1) : '-' + of.text;
    return of;
  }
  std::vector<Expr> args;
  args.push_back(std::move(of));
  return make(Expr::Kind::Negate, std::move(args), token.at);
}

Result<Expr> Parser::term() {
  const Level level(depth_);
  if (level.too_deep()) return fail(malformed(""));
  const Token& token = peek();
  switch (token.kind) {
    case Token::Kind::String:
      return text_of(Expr::Kind::String, next());
    case Token::Kind::Number:
      return text_of(Expr::Kind::Number, next());
    case Token::Kind::Ion:
      return text_of(Expr::Kind::Ion, next());
    case Token::Kind::Quoted:
      return path_expression();
    case Token::Kind::Word:
      return word_term();
    case Token::Kind::End:
      return fail(unexpected_term());
    case Token::Kind::Symbol:
      break;
  }
  if (take("?")) {
    Expr out = text_of(Expr::Kind::Parameter, token);
    out.number = parameters_++;
    return out;
  }
  if (take("[")) return make(Expr::Kind::List, TRY(elements("]")), token.at);
  if (take("<<")) return make(Expr::Kind::Bag, TRY(elements(">>")), token.at);
  if (take("{")) return structure();
  if (!take("(") || peek().is(")")) return fail(unexpected_term());
  std::vector<Expr> inside = TRY(elements(")"));
  if (inside.size() == 1) return std::move(inside.front());
  return make(Expr::Kind::List, std::move(inside), token.at);
}

Result<Expr> Parser::word_term() {
  const Token& token = peek();
  Expr out = text_of(Expr::Kind::Null, token);
  if (take_word("null")) return out;
  out.kind = Expr::Kind::Missing;
  if (take_word("missing")) return out;
  out.kind = Expr::Kind::Boolean;
  out.flag = token.word == "true";
  if (take_word("true") || take_word("false")) return out;
  if (peek(1).is("(") && (!is_reserved(token.word) || token.word == "exists")) return call();
  if (is_reserved(token.word)) return fail(unexpected_term());
  return path_expression();
}

Result<Expr> Parser::call() {
  Expr out = text_of(Expr::Kind::Call, peek());
  out.text = next().word;
  next();
  out.args = TRY(elements(")"));
  return out;
}

// Expressions and commas up to what closes them.
Result<std::vector<Expr>> Parser::elements(std::string_view close) {
  std::vector<Expr> out;
  if (take(close)) return out;
  do {
    out.push_back(TRY(expression()));
  } while (take(","));
  TRY(expect(close));
  return out;
}

Result<Expr> Parser::structure() {
  Expr out = make(Expr::Kind::Struct, {}, peek().at);
  if (take("}")) return out;
  do {
    out.args.push_back(TRY(expression()));
    TRY(expect(":"));
    out.args.push_back(TRY(expression()));
  } while (take(","));
  TRY(expect("}"));
  return out;
}

Result<Expr> Parser::path_expression() {
  Expr out = text_of(Expr::Kind::Path, peek());
  out.path = TRY(path());
  return out;
}

Result<expression::Path> Parser::path() {
  const Token& first = peek();
  const bool is_name =
      first.kind == Token::Kind::Quoted || (first.kind == Token::Kind::Word && !is_reserved(first.word));
  if (!is_name) return fail(unexpected_term());
  if (first.text.empty()) return fail(validation_error("Path component cannot be an empty string"));
  expression::Path out{expression::PathStep::of(next().text)};
  while (peek().is(".") || peek().is("[")) TRY(step(out));
  return out;
}

Result<> Parser::step(expression::Path& out) {
  if (take(".")) {
    const Token& name = peek();
    if (name.is("*")) return fail(validation_error("Unpivot path component like a.*.b are not supported"));
    const bool is_name =
        name.kind == Token::Kind::Quoted || (name.kind == Token::Kind::Word && !is_reserved(name.word));
    if (!is_name) return fail(malformed("Invalid path dot component"));
    if (name.text.empty()) return fail(validation_error("Path component cannot be an empty string"));
    out.push_back(expression::PathStep::of(next().text));
    return {};
  }
  next();
  const Token& index = peek();
  if (index.is("*")) return fail(validation_error("Wildcard path component like a[*].b are not supported"));
  if (index.kind == Token::Kind::String) {
    out.push_back(expression::PathStep::of(next().text));
    return expect("]");
  }
  std::size_t number = 0;
  const char* const end = index.text.data() + index.text.size();
  const auto [stop, error] = std::from_chars(index.text.data(), end, number);
  if (index.kind != Token::Kind::Number || stop != end) return fail(malformed("Unexpected term"));
  if (error != std::errc() || number > 0x7fffffff) {
    return fail(validation_error("List index is not within the allowable range; index: [" + index.text + "]"));
  }
  out.push_back(expression::PathStep::at(number));
  next();
  return expect("]");
}

}  // namespace orrery::dynamodb::partiql
