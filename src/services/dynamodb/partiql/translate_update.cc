#include "services/dynamodb/partiql/translate.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>
#include <deque>

namespace orrery::dynamodb::partiql {
namespace {

using expression::Node;
using expression::Path;
using expression::UpdateAction;

bool is_set(item::Type type) { return type == item::Type::SS || type == item::Type::NS || type == item::Type::BS; }

bool same_step(const expression::PathStep& a, const expression::PathStep& b) {
  return a.is_index() == b.is_index() && a.name == b.name && a.index == b.index;
}
bool same_path(const Path& a, const Path& b) { return std::ranges::equal(a, b, same_step); }

class UpdateTranslator {
 public:
  explicit UpdateTranslator(Parameters parameters) : parameters_(parameters) {}

  Result<UpdateAction> action(const Assignment& assignment) {
    UpdateAction out;
    out.path = assignment.path;
    if (assignment.remove) {
      out.verb = UpdateAction::Verb::Remove;
      return out;
    }
    const Expr& value = assignment.value;
    if (value.kind == Expr::Kind::Call && (value.text == "set_add" || value.text == "set_delete")) {
      out.verb = value.text == "set_add" ? UpdateAction::Verb::Add : UpdateAction::Verb::Delete;
      out.operand = TRY(set_operand(assignment));
      return out;
    }
    out.operand = TRY(operand(value));
    return out;
  }

  std::shared_ptr<std::deque<item::Value>> values() const { return values_; }

 private:
  // `a = set_add(a, <<…>>)`: the set.
  Result<Node> set_operand(const Assignment& assignment) {
    const Expr& call = assignment.value;
    const std::string name = call.text == "set_add" ? "SET_ADD" : "SET_DELETE";
    if (call.args.size() != 2) {
      return fail(validation_error(name + " must have exactly two arguments" + to_text(call.at)));
    }
    if (call.args[0].kind != Expr::Kind::Path || !same_path(call.args[0].path, assignment.path)) {
      return fail(
          validation_error("The first argument to " + name + " must equal the assignment value" + to_text(call.at)));
    }
    item::Value set;
    if (call.args[1].is_constant()) set = TRY(constant_of(call.args[1], parameters_));
    if (!is_set(set.type())) {
      return fail(validation_error("The second argument to " + name + " must be a value with type SET" +
                                   to_text(call.args[0].at)));
    }
    return value(std::move(set));
  }

  Result<Node> operand(const Expr& expr) {
    if (expr.kind == Expr::Kind::Path) return Node::of_path(expr.path);
    if (expr.is_constant()) return value(TRY(constant_of(expr, parameters_)));
    switch (expr.kind) {
      case Expr::Kind::Plus:
        return binary(Node::Kind::Plus, expr);
      case Expr::Kind::Minus:
        return binary(Node::Kind::Minus, expr);
      case Expr::Kind::Call:
        if (expr.text == "list_append") {
          if (expr.args.size() == 2) return binary(Node::Kind::ListAppend, expr);
          return fail(validation_error(
              "Incorrect number of operands for operator or function; operator or function: list_append, number of "
              "operands: " +
              std::to_string(expr.args.size())));
        }
        return fail(validation_error("Unrecognized function: " + expr.text + to_text(expr.at)));
      case Expr::Kind::Is:
        return fail(validation_error("IS operator is not supported in update expressions"));
      default:
        return fail(validation_error("Unsupported operator in Update Expression. Operator: " +
                                     std::string(spelling(expr.kind))));
    }
  }

  Result<Node> binary(Node::Kind kind, const Expr& expr) {
    std::vector<Node> args;
    for (const Expr& arg : expr.args) args.push_back(TRY(operand(arg)));
    return Node::of(kind, std::move(args));
  }

  Node value(item::Value what) {
    values_->push_back(std::move(what));
    return Node::of_value(static_cast<expression::Slot>(values_->size() - 1));
  }

  Parameters parameters_;
  std::shared_ptr<std::deque<item::Value>> values_ = std::make_shared<std::deque<item::Value>>();
};

// One path may not lead into another that is written too, nor say that something is a map where another says list.
Result<> check_apart(const std::vector<UpdateAction>& actions) {
  const expression::Bindings none;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    for (std::size_t j = i + 1; j < actions.size(); ++j) {
      const Path& one = actions[i].path;
      const Path& two = actions[j].path;
      const auto [end_one, end_two] = std::ranges::mismatch(one, two, same_step);
      std::string_view what;
      if (end_one == one.end() || end_two == two.end()) {
        what = "overlap with each other";
      } else if (end_one->is_index() != end_two->is_index()) {
        what = "conflict with each other";
      }
      if (what.empty()) continue;
      return fail(validation_error(
          "Two document paths " + std::string(what) + "; must remove or rewrite one of these paths; path one: " +
          expression::path_text(one, none) + ", path two: " + expression::path_text(two, none)));
    }
  }
  return {};
}

}  // namespace

Result<expression::Update> update_of(const std::vector<Assignment>& assignments, Parameters parameters) {
  UpdateTranslator translator(parameters);
  auto ast = std::make_shared<expression::Ast>();
  ast->role = expression::Role::Update;
  for (const Assignment& assignment : assignments) ast->actions.push_back(TRY(translator.action(assignment)));
  TRY(check_apart(ast->actions));
  expression::Bindings bindings;
  for (const item::Value& value : *translator.values()) bindings.values.push_back(value);
  return expression::Update(std::move(ast), std::move(bindings), translator.values());
}

}  // namespace orrery::dynamodb::partiql
