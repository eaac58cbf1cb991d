#include "services/logs/insights/evaluate.h"

#include <algorithm>
#include <cmath>

#include <re2/re2.h>

namespace orrery::logs::insights {
namespace {

class Evaluation {
 public:
  Evaluation(const Context& context, const std::vector<Value>* aggregates)
      : context_(context), aggregates_(aggregates) {}

  Value of(const Expression& expression) const {
    switch (expression.kind) {
      case Expression::Kind::Literal:
        if (const auto text = text_in(expression.literal)) return *text;
        return expression.literal;
      case Expression::Kind::Field:
        return context_.row.field(expression.field);
      case Expression::Kind::Operation:
        return operation(expression);
      case Expression::Kind::Call:
        return call(expression);
      case Expression::Kind::Aggregate:
        return aggregates_ == nullptr ? Value() : (*aggregates_)[expression.slot];
      case Expression::Kind::Period:
        break;
    }
    return {};
  }

 private:
  Value call(const Expression& expression) const {
    const Function& function = *expression.function;
    if (function.round != nullptr) {
      const Period& period = expression.parts[function.period_at].period;
      const Value time = function.period_at == 0 ? context_.row.field("@timestamp") : of(expression.parts[0]);
      const auto* instant = std::get_if<Instant>(&time);
      return instant == nullptr ? Value() : function.round(*instant, period);
    }
    std::vector<Value> arguments;
    arguments.reserve(expression.parts.size());
    for (const Expression& part : expression.parts) arguments.push_back(of(part));
    return function.call(arguments, context_);
  }

  Value operation(const Expression& expression) const {
    const auto& parts = expression.parts;
    switch (expression.operation) {
      case Operator::Or:
        return truthy(of(parts[0])) || truthy(of(parts[1]));
      case Operator::And:
        return truthy(of(parts[0])) && truthy(of(parts[1]));
      case Operator::Not:
        return !truthy(of(parts[0]));
      case Operator::Like:
      case Operator::Matches:
      case Operator::In:
        return search(expression);
      case Operator::Add:
      case Operator::Subtract:
      case Operator::Multiply:
      case Operator::Divide:
      case Operator::Remainder:
      case Operator::Power:
      case Operator::Negate:
        return arithmetic(expression);
      default:
        return comparison(expression.operation, of(parts[0]), of(parts[1]));
    }
  }

  static Value comparison(Operator operation, const Value& left, const Value& right) {
    if (is_null(left) || is_null(right)) return false;
    if (operation == Operator::Equal) return equal(left, right);
    if (operation == Operator::NotEqual) return !equal(left, right);
    const auto order = compare(left, right);
    if (!order) return false;
    if (operation == Operator::Less) return *order < 0;
    if (operation == Operator::LessEqual) return *order <= 0;
    if (operation == Operator::Greater) return *order > 0;
    return *order >= 0;
  }

  Value search(const Expression& expression) const {
    const auto& parts = expression.parts;
    const Value left = of(parts[0]);
    if (is_null(left)) return false;
    bool found = false;
    if (expression.operation == Operator::In) {
      found = std::any_of(parts.begin() + 1, parts.end(), [&](const Expression& p) { return equal(left, of(p)); });
      return found != expression.negated;
    }
    const std::string made = text_in(left) ? std::string() : shown(left);
    const std::string_view text = text_in(left).value_or(made);
    if (expression.operation == Operator::Matches) {
      found = re2::RE2::PartialMatch(text, *expression.regex);
    } else {
      const Value right = of(parts[1]);
      if (is_null(right)) return false;
      found = text_in(right) ? text.find(*text_in(right)) != text.npos : text.find(shown(right)) != text.npos;
    }
    return found != expression.negated;
  }

  Value arithmetic(const Expression& expression) const {
    const auto left = number_in(of(expression.parts[0]));
    if (!left) return {};
    if (expression.operation == Operator::Negate) return -*left;
    const auto right = number_in(of(expression.parts[1]));
    if (!right) return {};
    const double result = computed(expression.operation, *left, *right);
    return std::isfinite(result) ? Value(result) : Value();
  }

  static double computed(Operator operation, double left, double right) {
    switch (operation) {
      case Operator::Add:
        return left + right;
      case Operator::Subtract:
        return left - right;
      case Operator::Multiply:
        return left * right;
      case Operator::Divide:
        return left / right;
      case Operator::Remainder:
        return std::fmod(left, right);
      default:
        return std::pow(left, right);
    }
  }

  const Context& context_;
  const std::vector<Value>* aggregates_;
};

}  // namespace

Value evaluate(const Expression& expression, const Context& context, const std::vector<Value>* aggregates) {
  return Evaluation(context, aggregates).of(expression);
}

}  // namespace orrery::logs::insights
