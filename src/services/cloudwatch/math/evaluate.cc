#include "services/cloudwatch/math/functions.h"
#include "services/cloudwatch/math/value.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace orrery::cloudwatch::math {
namespace {

double compute(Op op, double a, double b) {
  switch (op) {
    case Op::Add:
      return a + b;
    case Op::Subtract:
      return a - b;
    case Op::Multiply:
      return a * b;
    case Op::Divide:
      return b == 0 ? std::numeric_limits<double>::quiet_NaN() : a / b;
    case Op::Power:
      return std::pow(a, b);
    case Op::Equal:
      return a == b ? 1 : 0;
    case Op::Unequal:
      return a != b ? 1 : 0;
    case Op::Less:
      return a < b ? 1 : 0;
    case Op::LessEqual:
      return a <= b ? 1 : 0;
    case Op::Greater:
      return a > b ? 1 : 0;
    case Op::GreaterEqual:
      return a >= b ? 1 : 0;
    case Op::And:
      return a != 0 && b != 0 ? 1 : 0;
    case Op::Or:
      return a != 0 || b != 0 ? 1 : 0;
    case Op::None:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void put(Series& out, std::int64_t at, double value) {
  if (std::isfinite(value)) out.points[at] = value;  // what has no value has no data point
}

Series header_of(const Series& like) {
  Series out;
  out.id = like.id;
  out.label = like.label;
  out.period_s = like.period_s;
  out.source = like.source;
  return out;
}

Series with_scalar(Op op, const Series& series, double scalar, bool scalar_left) {
  Series out = header_of(series);
  for (const auto& [at, value] : series.points) {
    put(out, at, scalar_left ? compute(op, scalar, value) : compute(op, value, scalar));
  }
  return out;
}

Series pairwise(Op op, const Series& left, const Series& right) {
  Series out = header_of(left);
  out.period_s = std::max(left.period_s, right.period_s);
  for (const auto& [at, value] : left.points) {
    const auto other = right.points.find(at);
    if (other != right.points.end()) put(out, at, compute(op, value, other->second));
  }
  return out;
}

const std::string* text_of(const Node& node) { return node.kind == Kind::Text ? &node.text : nullptr; }

Result<Value> metrics(const Node& node, const Scope& scope) {
  std::string part;
  if (!node.children.empty()) {
    const std::string* text = text_of(node.children[0]);
    if (text == nullptr) return wrong("METRICS takes a text in quotes");
    part = *text;
  }
  return Value::list(TRY(scope.metrics(part)));
}

Result<Value> search(const Node& node, const Scope& scope) {
  const std::string* terms = text_of(node.children[0]);
  const std::string* stat = text_of(node.children[1]);
  if (terms == nullptr || stat == nullptr) return wrong("SEARCH takes its terms and a statistic in quotes");
  std::int64_t period_s = scope.period_s;
  if (node.children.size() == 3) {
    const double number = node.children[2].number;
    if (node.children[2].kind != Kind::Number || !(number >= 1 && number <= 86'400 * 366.0)) {
      return wrong("SEARCH takes a period in seconds");
    }
    period_s = static_cast<std::int64_t>(number);
  }
  return Value::list(TRY(scope.search(*terms, *stat, period_s)));
}

double ordering(std::string_view by, const Series& series) {
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (const auto& [at, value] : series.points) {
    sum += value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  if (by == "MIN") return least;
  if (by == "MAX") return most;
  return by == "SUM" || series.points.empty() ? sum : sum / static_cast<double>(series.points.size());
}

// SORT(list, AVG | MIN | MAX | SUM, ASC | DESC [, how many])
Result<Value> sort(const Node& node, const Scope& scope) {
  Value value = TRY(evaluate(node.children[0], scope));
  if (value.type != Value::Type::List) return wrong("SORT takes a list of time series");
  const std::string& by = node.children[1].text;
  const std::string& order = node.children[2].text;
  const bool known = by == "AVG" || by == "MIN" || by == "MAX" || by == "SUM";
  if (!known || (order != "ASC" && order != "DESC")) return wrong("SORT takes AVG, MIN, MAX or SUM, and ASC or DESC");
  std::ranges::stable_sort(value.series, [&](const Series& a, const Series& b) {
    const double left = ordering(by, a);
    const double right = ordering(by, b);
    return order == "ASC" ? left < right : left > right;
  });
  if (node.children.size() == 4) {
    const Value most = TRY(evaluate(node.children[3], scope));
    if (most.type != Value::Type::Scalar || !(most.scalar >= 0)) return wrong("SORT takes a number of time series");
    if (most.scalar < static_cast<double>(value.series.size())) {
      value.series.resize(static_cast<std::size_t>(most.scalar));
    }
  }
  return value;
}

// FILL(m, REPEAT), FILL(m, LINEAR): words, not values.
Result<Value> fill_word(const Node& node, const Scope& scope) {
  Value value = TRY(evaluate(node.children[0], scope));
  if (value.type == Value::Type::Scalar) return wrong("FILL takes time series");
  const bool linear = node.children[1].text == "LINEAR";
  for (Series& series : value.series) {
    const auto given = series.points;
    for (auto after = given.begin(); after != given.end(); ++after) {
      const auto next = std::next(after);
      const std::int64_t end = next != given.end() ? next->first : linear ? after->first : scope.end_s;
      for (std::int64_t at = after->first + series.period_s; at < end; at += series.period_s) {
        const double share =
            linear ? static_cast<double>(at - after->first) / static_cast<double>(end - after->first) : 0;
        series.points[at] = after->second + (linear ? share * (next->second - after->second) : 0);
      }
    }
  }
  return value;
}

Result<Value> call(const Node& node, const Scope& scope) {
  const Function function = find_function(node.text)->function;
  if (function == Function::Metrics) return metrics(node, scope);
  if (function == Function::Search) return search(node, scope);
  if (function == Function::Sort) return sort(node, scope);
  if (function == Function::Fill && node.children[1].kind == Kind::Name &&
      (node.children[1].text == "REPEAT" || node.children[1].text == "LINEAR")) {
    return fill_word(node, scope);
  }
  std::vector<Value> arguments;
  arguments.reserve(node.children.size());
  for (const Node& child : node.children) arguments.push_back(TRY(evaluate(child, scope)));
  return apply(node.text, std::move(arguments), scope);
}

Result<Value> list(const Node& node, const Scope& scope) {
  std::vector<Series> all;
  for (const Node& child : node.children) {
    Value value = TRY(evaluate(child, scope));
    if (value.type == Value::Type::Scalar) return wrong("a list holds time series, not numbers");
    std::ranges::move(value.series, std::back_inserter(all));
  }
  return Value::list(std::move(all));
}

}  // namespace

Result<Value> combine(Op op, const Value& left, const Value& right) {
  using Type = Value::Type;
  if (left.type == Type::Scalar && right.type == Type::Scalar) return Value::of(compute(op, left.scalar, right.scalar));
  if (left.type == Type::List && right.type == Type::List && left.series.size() != right.series.size()) {
    return wrong("lists of time series of different lengths cannot be combined");
  }
  const Value& shape = left.type == Type::List || right.type == Type::Scalar ? left : right;
  Value out{left.type == Type::List || right.type == Type::List ? Type::List : Type::Series, 0, {}};
  out.series.reserve(shape.series.size());
  for (std::size_t i = 0; i < shape.series.size(); ++i) {
    if (left.type == Type::Scalar) {
      out.series.push_back(with_scalar(op, right.series[i], left.scalar, true));
    } else if (right.type == Type::Scalar) {
      out.series.push_back(with_scalar(op, left.series[i], right.scalar, false));
    } else {
      const Series& a = left.series[left.type == Type::List ? i : 0];
      const Series& b = right.series[right.type == Type::List ? i : 0];
      Series made = pairwise(op, a, b);
      made.label = shape.series[i].label;
      made.id = shape.series[i].id;
      made.source = shape.series[i].source;
      out.series.push_back(std::move(made));
    }
  }
  return out;
}

Result<Value> evaluate(const Node& node, const Scope& scope) {
  switch (node.kind) {
    case Kind::Number:
      return Value::of(node.number);
    case Kind::Text:
      return wrong("a text stands where a value is needed");
    case Kind::Name:
      if (node.text == "TRUE" || node.text == "true") return Value::of(1);
      if (node.text == "FALSE" || node.text == "false") return Value::of(0);
      return scope.resolve(node.text);
    case Kind::Negate:
      return combine(Op::Multiply, TRY(evaluate(node.children[0], scope)), Value::of(-1));
    case Kind::Binary: {
      const Value left = TRY(evaluate(node.children[0], scope));
      return combine(node.op, left, TRY(evaluate(node.children[1], scope)));
    }
    case Kind::List:
      return list(node, scope);
    case Kind::Call:
      return call(node, scope);
  }
  return wrong("the expression cannot be read");
}

}  // namespace orrery::cloudwatch::math
