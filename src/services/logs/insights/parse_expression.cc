#include "services/logs/insights/aggregates.h"
#include "services/logs/insights/functions.h"
#include "services/logs/insights/parser.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <re2/re2.h>

namespace orrery::logs::insights {
namespace {

constexpr int kMostDepth = 64;
constexpr std::int64_t kMostRegexMemory = std::int64_t{8} << 20;

// Counts how deep the recursion is, and takes it back.
class Depth {
 public:
  explicit Depth(int& depth) : depth_(depth) { ++depth_; }
  ~Depth() { --depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  int& depth_;
};

struct Signs {
  std::string_view sign;
  Operator operation;
};

}  // namespace

std::string re2_groups(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out.append(pattern, i++, 2);
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    const std::string_view rest = pattern.substr(i);
    if (!in_class && rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!")) {
      out += "(?P<";
      i += 2;
      continue;
    }
    out += c;
  }
  return out;
}

Result<> Parser::advance() {
  previous_end_ = token_.end;
  token_ = TRY(lexer_.next());
  return {};
}

bool Parser::at_word(std::string_view word) const {
  return token_.kind == Token::Kind::Word && lower_case(token_.text) == word;
}

Result<bool> Parser::take_sign(std::string_view sign) {
  if (!at_sign(sign)) return false;
  TRY(advance());
  return true;
}

Result<bool> Parser::take_word(std::string_view word) {
  if (!at_word(word)) return false;
  TRY(advance());
  return true;
}

Result<> Parser::expect_sign(std::string_view sign) {
  if (!at_sign(sign)) return unexpected_here();
  return advance();
}

Expression Parser::finished(Expression expression, std::size_t begin) const {
  expression.begin = begin;
  expression.end = previous_end_;
  return expression;
}

std::string Parser::source(const Expression& expression) const {
  return std::string(lexer_.query().substr(expression.begin, expression.end - expression.begin));
}

Expression Parser::operation(Operator operation, Expression left, Expression right) const {
  const std::size_t begin = left.begin;
  Expression joined;
  joined.kind = Expression::Kind::Operation;
  joined.operation = operation;
  joined.parts.push_back(std::move(left));
  joined.parts.push_back(std::move(right));
  return finished(std::move(joined), begin);
}

Result<Expression> Parser::level(Level at) {
  if (at == Level::Not) return negation();
  if (at == Level::Comparison) return comparison();
  if (at == Level::Power) return power();
  const auto next = static_cast<Level>(static_cast<int>(at) + 1);
  Expression left = TRY(level(next));
  for (;;) {
    std::optional<Operator> found;
    if (at == Level::Or && at_word("or")) found = Operator::Or;
    if (at == Level::And && at_word("and")) found = Operator::And;
    if (at == Level::Sum && at_sign("+")) found = Operator::Add;
    if (at == Level::Sum && at_sign("-")) found = Operator::Subtract;
    if (at == Level::Product && at_sign("*")) found = Operator::Multiply;
    if (at == Level::Product && at_sign("/")) found = Operator::Divide;
    if (at == Level::Product && at_sign("%")) found = Operator::Remainder;
    if (!found) return left;
    TRY(advance());
    Expression right = TRY(level(next));
    left = operation(*found, std::move(left), std::move(right));
  }
}

Result<Expression> Parser::negation() {
  if (!at_word("not")) return comparison();
  const Depth depth(depth_);
  if (depth_ > kMostDepth) return malformed(lexer_.query(), token_.begin, token_.end, "too deeply nested");
  const std::size_t begin = token_.begin;
  TRY(advance());
  Expression negated;
  negated.kind = Expression::Kind::Operation;
  negated.operation = Operator::Not;
  negated.parts.push_back(TRY(negation()));
  return finished(std::move(negated), begin);
}

Result<std::shared_ptr<const re2::RE2>> Parser::regex() {
  const Token pattern = TRY(lexer_.regex(token_));
  token_.end = pattern.end;
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // messages may be any bytes
  options.set_max_mem(kMostRegexMemory);
  auto compiled = std::make_shared<const re2::RE2>(re2_groups(pattern.text), options);
  if (!compiled->ok()) {
    return malformed(lexer_.query(), pattern.begin, pattern.end, "invalid regular expression: " + compiled->error());
  }
  TRY(advance());
  return std::shared_ptr<const re2::RE2>(std::move(compiled));
}

// One comparison, not a chain of them.
Result<Expression> Parser::comparison() {
  Expression left = TRY(level(Level::Sum));
  static constexpr Signs kSigns[] = {
      {"=", Operator::Equal},   {"!=", Operator::NotEqual},     {"<", Operator::Less},    {"<=", Operator::LessEqual},
      {">", Operator::Greater}, {">=", Operator::GreaterEqual}, {"=~", Operator::Matches}};
  const auto* const sign = std::ranges::find_if(kSigns, [&](const Signs& s) { return at_sign(s.sign); });
  if (sign != std::end(kSigns) && sign->operation != Operator::Matches) {
    TRY(advance());
    Expression right = TRY(level(Level::Sum));
    return operation(sign->operation, std::move(left), std::move(right));
  }
  const bool matches = sign != std::end(kSigns);
  const bool negated = !matches && TRY(take_word("not"));
  const std::size_t begin = left.begin;
  Expression found;
  found.kind = Expression::Kind::Operation;
  found.negated = negated;
  found.parts.push_back(std::move(left));
  if (matches || at_word("like")) {
    TRY(advance());
    if (at_sign("/")) {
      found.operation = Operator::Matches;
      found.regex = TRY(regex());
    } else {
      found.operation = Operator::Like;
      found.parts.push_back(TRY(level(Level::Sum)));
    }
    return finished(std::move(found), begin);
  }
  if (TRY(take_word("in"))) {
    found.operation = Operator::In;
    Expression all = TRY(list());
    std::ranges::move(all.parts, std::back_inserter(found.parts));
    return finished(std::move(found), begin);
  }
  if (negated) return unexpected_here();
  return std::move(found.parts[0]);
}

// [a, b]
Result<Expression> Parser::list() {
  Expression list;
  TRY(expect_sign("["));
  do {
    list.parts.push_back(TRY(level(Level::Sum)));
  } while (TRY(take_sign(",")));
  TRY(expect_sign("]"));
  return list;
}

// Binds to the right: 2^3^2 is 2^9.
Result<Expression> Parser::power() {
  const Depth depth(depth_);
  if (depth_ > kMostDepth) return malformed(lexer_.query(), token_.begin, token_.end, "too deeply nested");
  const std::size_t begin = token_.begin;
  if (TRY(take_sign("-"))) {
    Expression negative;
    negative.kind = Expression::Kind::Operation;
    negative.operation = Operator::Negate;
    negative.parts.push_back(TRY(power()));
    return finished(std::move(negative), begin);
  }
  Expression base = TRY(operand());
  if (!TRY(take_sign("^"))) return base;
  Expression exponent = TRY(power());
  return operation(Operator::Power, std::move(base), std::move(exponent));
}

Result<Expression> Parser::operand() {
  const std::size_t begin = token_.begin;
  Expression expression;
  switch (token_.kind) {
    case Token::Kind::Text:
      expression.literal = token_.text;
      TRY(advance());
      return finished(std::move(expression), begin);
    case Token::Kind::Number: {
      const auto number = parse_number(token_.text);
      if (!number) return unexpected_here();
      expression.literal = *number;
      TRY(advance());
      return finished(std::move(expression), begin);
    }
    case Token::Kind::Period: {
      const auto period = parse_period(token_.text);
      if (!period) return unexpected_here();
      expression.kind = Expression::Kind::Period;
      expression.period = *period;
      TRY(advance());
      return finished(std::move(expression), begin);
    }
    case Token::Kind::Quoted:
      expression.kind = Expression::Kind::Field;
      expression.field = token_.text;
      TRY(advance());
      return finished(std::move(expression), begin);
    case Token::Kind::Word:
      return word();
    default:
      break;
  }
  if (!TRY(take_sign("("))) return unexpected_here();
  Expression inside = TRY(this->expression());
  TRY(expect_sign(")"));
  return finished(std::move(inside), begin);
}

// A field, true or false, or a call.
Result<Expression> Parser::word() {
  static constexpr std::string_view kReserved[] = {"and", "or", "not", "like", "in", "as", "by", "asc", "desc"};
  const Token name = token_;
  const std::string lower = lower_case(name.text);
  if (std::ranges::find(kReserved, lower) != std::end(kReserved)) return unexpected_here();
  TRY(advance());
  if (at_sign("(")) return call(name);
  Expression expression;
  if (lower == "true" || lower == "false") {
    expression.literal = lower == "true";
  } else {
    expression.kind = Expression::Kind::Field;
    expression.field = name.text;
  }
  return finished(std::move(expression), name.begin);
}

Result<> Parser::arguments(Expression& expression) {
  TRY(expect_sign("("));
  if (!at_sign(")")) {
    do {
      expression.parts.push_back(TRY(this->expression()));
    } while (TRY(take_sign(",")));
  }
  return expect_sign(")");
}

Result<Expression> Parser::call(const Token& name) {
  if (const Aggregation* aggregation = find_aggregation(name.text)) return aggregate(name, *aggregation);
  Expression expression;
  expression.kind = Expression::Kind::Call;
  expression.function = find_function(name.text);
  if (expression.function == nullptr) {
    return malformed(lexer_.query(), name.begin, name.end, "Function " + name.text + " is not supported: it stands");
  }
  TRY(arguments(expression));
  expression = finished(std::move(expression), name.begin);
  const Function& function = *expression.function;
  const std::size_t count = expression.parts.size();
  if (count < function.least || count > function.most) {
    return malformed(lexer_.query(), name.begin, expression.end,
                     "Invalid arguments for the function " + name.text + ": it stands");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool period = expression.parts[i].kind == Expression::Kind::Period;
    if (period == (i == function.period_at)) continue;
    return malformed(lexer_.query(), expression.parts[i].begin, expression.parts[i].end,
                     "Invalid arguments for the function " + name.text + ": " + source(expression.parts[i]));
  }
  return expression;
}

Result<Expression> Parser::aggregate(const Token& name, const Aggregation& aggregation) {
  if (aggregates_ == nullptr) {
    return malformed(lexer_.query(), name.begin, name.end,
                     "Aggregate function " + name.text + " can be used with stats only: it stands");
  }
  std::vector<Expression>* const outer = std::exchange(aggregates_, nullptr);  // none inside another
  Expression expression;
  expression.kind = Expression::Kind::Aggregate;
  expression.aggregation = &aggregation;
  TRY(expect_sign("("));
  if (at_sign("*") && aggregation.least == 0) {
    TRY(advance());
  } else if (!at_sign(")")) {
    do {
      expression.parts.push_back(TRY(this->expression()));
    } while (TRY(take_sign(",")));
  }
  TRY(expect_sign(")"));
  aggregates_ = outer;
  expression = finished(std::move(expression), name.begin);
  if (expression.parts.size() < aggregation.least || expression.parts.size() > aggregation.most) {
    return malformed(lexer_.query(), name.begin, expression.end,
                     "Invalid arguments for the function " + name.text + ": it stands");
  }
  expression.slot = aggregates_->size();
  aggregates_->push_back(expression);
  return expression;
}

}  // namespace orrery::logs::insights
