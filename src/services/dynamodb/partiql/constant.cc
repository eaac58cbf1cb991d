#include "services/dynamodb/partiql/constant.h"

#include "services/dynamodb/tables/tables.h"

#include <algorithm>

namespace orrery::dynamodb::partiql {
namespace {

// Where in a value something is wrong is said as "root.name[3]".
class Maker {
 public:
  explicit Maker(Parameters parameters) : parameters_(parameters) {}

  Result<item::Value> value(const Expr& expr, const std::string& under, int depth) {
    if (depth > item::kMaxDepth) return fail(item::nesting_error());
    switch (expr.kind) {
      case Expr::Kind::String:
        return item::Value::string(expr.text);
      case Expr::Kind::Number:
        return number(expr, under);
      case Expr::Kind::Boolean:
        return item::Value::boolean(expr.flag);
      case Expr::Kind::Null:
        return item::Value::null();
      case Expr::Kind::Parameter:
        return parameters_[expr.number];
      case Expr::Kind::List:
        return list(expr, under, depth);
      case Expr::Kind::Bag:
        return bag(expr, under);
      case Expr::Kind::Struct:
        return item::Value::map(TRY(members(expr, under, depth, false)));
      case Expr::Kind::Missing:
        return fail(validation_error("MISSING must be compared using IS operator"));
      case Expr::Kind::Ion:
        return fail(validation_error("Ion Literals are not supported: " + expr.text + " under key " + under));
      default:
        return fail(validation_error(
            "Unsupported data type: " + (expr.text.empty() ? std::string(spelling(expr.kind)) : expr.text) +
            " under key " + under + to_text(expr.at)));
    }
  }

  // `top`: of an item, whose attributes are each a root.
  Result<item::Item> members(const Expr& expr, const std::string& under, int depth, bool top) {
    item::ItemBuilder out;
    for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
      const Expr& key = expr.args[i];
      if (key.kind != Expr::Kind::String) {
        return fail(
            validation_error("Tuple keys must be of type String. Actual type: " + key.text + " under " + under));
      }
      if (out.contains(key.text)) {
        return fail(validation_error("Duplicate keys in tuple. Key: " + key.text + " under " + under));
      }
      out.set(key.text, TRY(value(expr.args[i + 1], top ? under : under + '.' + key.text, depth + 1)));
    }
    return out.build();
  }

 private:
  static Result<item::Value> number(const Expr& expr, const std::string& under) {
    auto parsed = item::Decimal::parse(expr.text);
    if (parsed) return item::Value::number(*parsed);
    Error error = std::move(parsed).error();
    error.message += " under " + under;
    return fail(std::move(error));
  }

  Result<item::Value> list(const Expr& expr, const std::string& under, int depth) {
    std::vector<item::Value> elements;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      elements.push_back(TRY(value(expr.args[i], under + '[' + std::to_string(i) + ']', depth + 1)));
    }
    return item::Value::list(elements);
  }

  Result<item::Value> bag(const Expr& expr, const std::string& under) {
    if (expr.args.empty()) return fail(validation_error("Empty bags are not supported"));
    std::vector<item::Value> elements;
    for (const Expr& arg : expr.args) {
      elements.push_back(TRY(value(arg, under, 1)));
      const item::Type type = elements.back().type();
      const bool known = type == item::Type::S || type == item::Type::N || type == item::Type::B;
      if (!known || type != elements.front().type()) {
        return fail(
            validation_error("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"));
      }
    }
    TRY(check_distinct(elements));
    return set_of(elements);
  }

  static std::string text_of(item::ValueView value) {
    if (value.type() == item::Type::N) return std::string(value.number_text());
    return std::string(value.type() == item::Type::S ? value.string() : value.binary());
  }

  static Result<> check_distinct(const std::vector<item::Value>& elements) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto rest = elements.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(elements.begin(), rest, elements[i]) == rest) continue;
      std::string all;
      for (const item::Value& element : elements) all.append(all.empty() ? "" : ", ").append(text_of(element));
      return fail(validation_error("One or more parameter values were invalid: Input collection [" + all +
                                   "] contains duplicates."));
    }
    return {};
  }

  static item::Value set_of(const std::vector<item::Value>& elements) {
    std::vector<std::string> texts;
    std::vector<item::Decimal> numbers;
    for (const item::Value& element : elements) {
      if (element.type() == item::Type::N) {
        numbers.push_back(element.view().number());
      } else {
        texts.push_back(text_of(element));
      }
    }
    if (!numbers.empty()) return item::Value::number_set(std::move(numbers));
    if (elements.front().type() == item::Type::S) return item::Value::string_set(std::move(texts));
    return item::Value::binary_set(std::move(texts));
  }

  Parameters parameters_;
};

}  // namespace

Result<> check_parameters(const Statement& statement, Parameters parameters) {
  if (statement.parameters == parameters.size()) return {};
  return fail(validation_error("Number of parameters in request and statement don't match."));
}

Result<item::Value> constant_of(const Expr& expr, Parameters parameters) {
  return Maker(parameters).value(expr, "root", 1);
}

Result<item::Item> item_of(const Expr& expr, Parameters parameters) {
  if (expr.kind == Expr::Kind::Struct) return Maker(parameters).members(expr, "root", 0, true);
  if (expr.kind == Expr::Kind::Parameter && parameters[expr.number].type() == item::Type::M) {
    item::ItemBuilder out;
    const item::ValueView whole = parameters[expr.number];
    for (const auto& [name, value] : whole.map()) out.set(name, value);
    return out.build();
  }
  return fail(validation_error(
      "Unsupported format in item expression. Please use struct format {...} to express item values for insert "
      "statement."));
}

}  // namespace orrery::dynamodb::partiql
