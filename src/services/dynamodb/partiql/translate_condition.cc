#include "services/dynamodb/partiql/translate.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>
#include <array>
#include <deque>

namespace orrery::dynamodb::partiql {
namespace {

using expression::Node;

// The types that have no order.
bool is_unordered(item::Type type) { return type != item::Type::S && type != item::Type::N && type != item::Type::B; }

Error wrong_operand(std::string_view op, item::Type type) {
  return validation_error("Incorrect operand type for operator or function; operator or function: " + std::string(op) +
                          ", operand type: " + std::string(item::name_of(type)));
}

// A function of a WHERE clause that is true or false.
struct Function {
  std::string_view name;
  Node::Kind kind;
  std::size_t operands;
};
constexpr std::array<Function, 5> kFunctions = {{{"attribute_exists", Node::Kind::AttributeExists, 1},
                                                 {"attribute_not_exists", Node::Kind::AttributeNotExists, 1},
                                                 {"attribute_type", Node::Kind::AttributeType, 2},
                                                 {"begins_with", Node::Kind::BeginsWith, 2},
                                                 {"contains", Node::Kind::Contains, 2}}};

const Function* find_function(const Expr& expr) {
  if (expr.kind != Expr::Kind::Call) return nullptr;
  const auto found = std::ranges::find(kFunctions, expr.text, &Function::name);
  return found == kFunctions.end() ? nullptr : &*found;
}

// What IS asks for -> the name of the type; empty: none of the service's.
std::string_view type_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypesByName = {{{"BOOL", "BOOL"},
                                                                                          {"BOOLEAN", "BOOL"},
                                                                                          {"BLOB", "B"},
                                                                                          {"STRING", "S"},
                                                                                          {"NUMERIC", "N"},
                                                                                          {"STRUCT", "M"},
                                                                                          {"TUPLE", "M"},
                                                                                          {"LIST", "L"},
                                                                                          {"NULL", "NULL"}}};
  for (const auto& [spelled, type] : kTypesByName) {
    if (spelled == name) return type;
  }
  return {};
}

std::vector<Node> nodes(Node first) {
  std::vector<Node> out;
  out.push_back(std::move(first));
  return out;
}
std::vector<Node> nodes(Node first, Node second) {
  std::vector<Node> out = nodes(std::move(first));
  out.push_back(std::move(second));
  return out;
}

class ConditionTranslator {
 public:
  explicit ConditionTranslator(Parameters parameters) : parameters_(parameters) {}

  Result<Node> condition(const Expr& expr) {
    switch (expr.kind) {
      case Expr::Kind::And:
      case Expr::Kind::Or:
        return joined(expr);
      case Expr::Kind::Not:
        return Node::of(Node::Kind::Not, nodes(TRY(condition(expr.args[0]))));
      case Expr::Kind::Equal:
      case Expr::Kind::NotEqual:
      case Expr::Kind::Less:
      case Expr::Kind::LessOrEqual:
      case Expr::Kind::Greater:
      case Expr::Kind::GreaterOrEqual:
        return comparison(expr);
      case Expr::Kind::Between:
        return between(expr);
      case Expr::Kind::In:
        return membership(expr);
      case Expr::Kind::Is:
        return type_test(expr);
      case Expr::Kind::Call:
        return function(expr);
      case Expr::Kind::Like:
        return fail(validation_error("Unsupported operator in Condition Expression. Operator: LIKE"));
      default:
        return fail(validation_error("WHERE clause must contain an expression that resolves to a boolean"));
    }
  }

  std::shared_ptr<std::deque<item::Value>> values() const { return values_; }

 private:
  Result<Node> joined(const Expr& expr) {
    std::vector<const Expr*> parts;
    flatten(expr, expr.kind, parts);
    std::vector<Node> args;
    args.reserve(parts.size());
    for (const Expr* part : parts) args.push_back(TRY(condition(*part)));
    return Node::of(expr.kind == Expr::Kind::And ? Node::Kind::And : Node::Kind::Or, std::move(args));
  }

  static Node::Kind comparator(Expr::Kind kind) {
    const auto offset = static_cast<int>(kind) - static_cast<int>(Expr::Kind::Equal);
    return static_cast<Node::Kind>(static_cast<int>(Node::Kind::Equal) + offset);
  }

  Result<Node> comparison(const Expr& expr) {
    const bool equality = expr.kind == Expr::Kind::Equal || expr.kind == Expr::Kind::NotEqual;
    if (equality) {
      // attribute_exists(a) = true
      for (const std::size_t side : {0U, 1U}) {
        const Expr& other = expr.args[1 - side];
        if (find_function(expr.args[side]) == nullptr || other.kind != Expr::Kind::Boolean) continue;
        Node test = TRY(function(expr.args[side]));
        const bool as_is = other.flag == (expr.kind == Expr::Kind::Equal);
        return as_is ? std::move(test) : Node::of(Node::Kind::Not, nodes(std::move(test)));
      }
    }
    Node left = TRY(operand(expr.args[0]));
    Node right = TRY(operand(expr.args[1]));
    if (!equality) TRY(check_ordered(spelling(expr.kind), {&left, &right}));
    return Node::of(comparator(expr.kind), nodes(std::move(left), std::move(right)));
  }

  Result<Node> between(const Expr& expr) {
    std::vector<Node> args;
    for (const Expr& arg : expr.args) args.push_back(TRY(operand(arg)));
    TRY(check_ordered("BETWEEN", {&args[1], &args[2]}));
    return Node::of(Node::Kind::Between, std::move(args));
  }

  Result<Node> membership(const Expr& expr) {
    const auto wrong = [] {
      return fail(validation_error(
          "IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq "
          "with at least one member"));
    };
    if (expr.args[0].kind != Expr::Kind::Path) return wrong();
    std::vector<Node> args = nodes(TRY(operand(expr.args[0])));
    const Expr& right = expr.args[1];
    if (right.kind == Expr::Kind::Parameter) {
      const item::ValueView list = parameters_[right.number];
      if (list.type() != item::Type::L) return wrong();
      for (const item::ValueView element : list.list()) args.push_back(value(item::Value(element)));
    } else {
      for (const Expr& element : right.args) args.push_back(TRY(operand(element)));
    }
    if (args.size() < 2) return wrong();
    return Node::of(Node::Kind::In, std::move(args));
  }

  Result<Node> type_test(const Expr& expr) {
    if (expr.args[0].kind != Expr::Kind::Path) {
      return fail(validation_error("The left hand side argument to IS must be a Variable Reference, Literal, or Path"));
    }
    Node path = TRY(operand(expr.args[0]));
    if (expr.text == "MISSING") return Node::of(Node::Kind::AttributeNotExists, nodes(std::move(path)));
    const std::string_view type = type_named(expr.text);
    if (type.empty()) {
      return fail(validation_error("Unsupported data type for IS operator: " + expr.text +
                                   ". Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, "
                                   "TUPLE, LIST]"));
    }
    return Node::of(Node::Kind::AttributeType, nodes(std::move(path), value(item::Value::string(type))));
  }

  Result<Node> function(const Expr& expr) {
    const Function* function = find_function(expr);
    if (function == nullptr) return fail(unrecognized(expr));
    TRY(check_operands(expr, function->operands));
    if (expr.args[0].kind != Expr::Kind::Path) {
      return fail(
          validation_error("Operator or function requires a document path; operator or function: " + expr.text));
    }
    Node path = TRY(operand(expr.args[0]));
    if (function->operands == 1) return Node::of(function->kind, nodes(std::move(path)));
    Node second = TRY(operand(expr.args[1]));
    TRY(check_second(*function, second));
    return Node::of(function->kind, nodes(std::move(path), std::move(second)));
  }

  static Error unrecognized(const Expr& expr) {
    return validation_error("Unrecognized function: " + expr.text + to_text(expr.at));
  }

  static Result<> check_operands(const Expr& expr, std::size_t wanted) {
    if (expr.args.size() == wanted) return {};
    return fail(validation_error("Incorrect number of operands for operator or function; operator or function: " +
                                 expr.text + ", number of operands: " + std::to_string(expr.args.size())));
  }

  Result<> check_second(const Function& function, const Node& second) {
    if (!second.is_value()) return {};
    const item::ValueView given = (*values_)[second.slot];
    const item::Type type = given.type();
    if (function.kind == Node::Kind::BeginsWith && type != item::Type::S && type != item::Type::B) {
      return fail(wrong_operand(function.name, type));
    }
    if (function.kind != Node::Kind::AttributeType) return {};
    if (type != item::Type::S) return fail(wrong_operand(function.name, type));
    for (int i = 0; i <= static_cast<int>(item::Type::BS); ++i) {
      if (item::name_of(static_cast<item::Type>(i)) == given.string()) return {};
    }
    return fail(validation_error("Invalid attribute type name found; type: " + std::string(given.string()) +
                                 ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"));
  }

  Result<> check_ordered(std::string_view op, std::initializer_list<const Node*> operands) {
    for (const Node* node : operands) {
      if (!node->is_value()) continue;
      const item::Type type = (*values_)[node->slot].type();
      if (is_unordered(type)) return fail(wrong_operand(op, type));
    }
    return {};
  }

  Node value(item::Value what) {
    values_->push_back(std::move(what));
    return Node::of_value(static_cast<expression::Slot>(values_->size() - 1));
  }

  Result<Node> operand(const Expr& expr) {
    if (expr.kind == Expr::Kind::Path) return Node::of_path(expr.path);
    if (expr.is_constant()) return value(TRY(constant_of(expr, parameters_)));
    if (expr.kind == Expr::Kind::Call) {
      if (expr.text != "size") return fail(unrecognized(expr));
      TRY(check_operands(expr, 1));
      return Node::of(Node::Kind::Size, nodes(TRY(operand(expr.args[0]))));
    }
    return fail(validation_error("Unsupported operator in Condition Expression. Operator: " +
                                 std::string(spelling(expr.kind))));
  }

  Parameters parameters_;
  // A deque: views of its elements stay good while it grows.
  std::shared_ptr<std::deque<item::Value>> values_ = std::make_shared<std::deque<item::Value>>();
};

}  // namespace

void flatten(const Expr& expr, Expr::Kind op, std::vector<const Expr*>& out) {
  if (expr.kind != op) {
    out.push_back(&expr);
    return;
  }
  for (const Expr& arg : expr.args) flatten(arg, op, out);
}

Result<expression::Condition> condition_of(const std::vector<const Expr*>& parts, Parameters parameters) {
  if (parts.empty()) return expression::Condition();
  ConditionTranslator translator(parameters);
  auto ast = std::make_shared<expression::Ast>();
  ast->role = expression::Role::Condition;
  std::vector<Node> conditions;
  conditions.reserve(parts.size());
  for (const Expr* part : parts) conditions.push_back(TRY(translator.condition(*part)));
  ast->condition =
      conditions.size() == 1 ? std::move(conditions.front()) : Node::of(Node::Kind::And, std::move(conditions));
  expression::Bindings bindings;
  for (const item::Value& value : *translator.values()) bindings.values.push_back(value);
  return expression::Condition(std::move(ast), std::move(bindings), translator.values());
}

}  // namespace orrery::dynamodb::partiql
