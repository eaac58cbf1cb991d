// Update::apply: works out what each action writes, all of them from the item before; then writes it in one pass.
#include "expression/collections.h"
#include "expression/edit.h"
#include "expression/message.h"
#include "expression/paths.h"
#include "expression/update.h"

#include <deque>

namespace orrery::expression {
namespace {

using item::Decimal;
using item::Type;
using item::Value;
using item::ValueView;
using Kind = Node::Kind;
using Verb = UpdateAction::Verb;

bool is_set(Type type) { return type == Type::SS || type == Type::NS || type == Type::BS; }

class Application {
 public:
  Application(const Ast& ast, const Bindings& bindings, item::ItemView old)
      : ast_(ast), bindings_(bindings), old_(old), effects_(ast.actions.size()) {}

  // The service tells problems in this order: a path through something that is no map or list; a wrong type; then,
  // from the last section to the first, a path through what does not exist and an operand that does not.
  Result<item::Item> run() {
    for (std::size_t i = 0; i < effects_.size(); ++i) TRY(find_parent(ast_.actions[i], effects_[i]));
    for (std::size_t i = 0; i < effects_.size(); ++i) TRY(work_out(ast_.actions[i], effects_[i]));
    TRY(check_sections());
    Edits edits;
    for (std::size_t i = 0; i < effects_.size(); ++i) TRY(add_to(edits, ast_.actions[i], effects_[i]));
    return edits.apply(old_);
  }

 private:
  struct Effect {
    bool has_parent = true;      // whether the path can be written to
    bool lacks_operand = false;  // SET refers to what does not exist
    bool removes = false;
    std::optional<ValueView> value;  // what is written
  };

  Result<> find_parent(const UpdateAction& action, Effect& effect) const;
  Result<> work_out(const UpdateAction& action, Effect& effect);
  Result<> add(ValueView operand, Effect& effect, std::optional<ValueView> current);
  Result<> remove_elements(ValueView operand, Effect& effect, std::optional<ValueView> current);
  Result<> check_sections() const;
  Result<> add_to(Edits& edits, const UpdateAction& action, const Effect& effect) const;

  // The value of an operand of SET; nullopt: it refers to what does not exist.
  Result<std::optional<ValueView>> operand(const Node& node);
  Result<std::optional<ValueView>> arithmetic(const Node& node);
  Result<std::optional<ValueView>> append(const Node& node);

  ValueView keep(Value value) { return made_.emplace_back(std::move(value)).view(); }
  Failure bad_path() const {
    return refuse("The document path provided in the update expression is invalid for update");
  }
  Failure bad_type() const {
    return refuse(ast_.role == Role::AttributeUpdates
                      ? "Type mismatch for attribute to update"
                      : "An operand in the update expression has an incorrect data type");
  }

  const Ast& ast_;
  const Bindings& bindings_;
  item::ItemView old_;
  std::vector<Effect> effects_;
  std::deque<Value> made_;  // what the effects look at
};

Result<> Application::find_parent(const UpdateAction& action, Effect& effect) const {
  const Path& path = action.path;
  if (path.size() == 1) return {};
  const std::optional<ValueView> parent = value_at(Steps(path).first(path.size() - 1), bindings_, old_);
  effect.has_parent = parent.has_value();
  if (parent && parent->type() != (path.back().is_index() ? Type::L : Type::M)) return bad_path();
  return {};
}

Result<> Application::work_out(const UpdateAction& action, Effect& effect) {
  if (action.verb == Verb::Remove) {
    effect.removes = true;
    return {};
  }
  if (action.verb == Verb::Set) {
    effect.value = TRY(operand(action.operand));
    effect.lacks_operand = !effect.value;
    return {};
  }
  const ValueView value = bindings_.values[action.operand.slot];
  const std::optional<ValueView> current = value_at(action.path, bindings_, old_);
  return action.verb == Verb::Add ? add(value, effect, current) : remove_elements(value, effect, current);
}

Result<> Application::add(ValueView operand, Effect& effect, std::optional<ValueView> current) {
  if (!current) {
    effect.value = operand;
    return {};
  }
  const Type type = operand.type();
  if (current->type() != type) return bad_type();
  if (type == Type::N) {
    effect.value = keep(Value::number(TRY(Decimal::add(current->number(), operand.number()))));
  } else if (is_set(type)) {
    effect.value = keep(set_union(*current, operand));
  } else if (type == Type::L) {  // AttributeUpdates only
    effect.value = keep(concatenate(*current, operand));
  } else {
    return bad_type();
  }
  return {};
}

Result<> Application::remove_elements(ValueView operand, Effect& effect, std::optional<ValueView> current) {
  if (!current) return {};
  if (current->type() != operand.type()) return bad_type();
  std::optional<Value> left = set_difference(*current, operand);
  if (left) {
    effect.value = keep(*std::move(left));
  } else {
    effect.removes = true;
  }
  return {};
}

Result<std::optional<ValueView>> Application::operand(const Node& node) {
  switch (node.kind) {
    case Kind::Value:
      return std::optional(bindings_.values[node.slot]);
    case Kind::Reference:
      return value_at(node.path, bindings_, old_);
    case Kind::IfNotExists: {
      const std::optional<ValueView> current = value_at(node.args[0].path, bindings_, old_);
      if (current) return current;
      return operand(node.args[1]);
    }
    case Kind::ListAppend:
      return append(node);
    default:
      return arithmetic(node);
  }
}

Result<std::optional<ValueView>> Application::arithmetic(const Node& node) {
  const std::optional<ValueView> left = TRY(operand(node.args[0]));
  if (!left) return std::optional<ValueView>();
  if (left->type() != Type::N) return bad_type();
  const std::optional<ValueView> right = TRY(operand(node.args[1]));
  if (!right) return std::optional<ValueView>();
  if (right->type() != Type::N) return bad_type();
  const Decimal a = left->number();
  const Decimal b = right->number();
  return std::optional(
      keep(Value::number(TRY(node.kind == Kind::Plus ? Decimal::add(a, b) : Decimal::subtract(a, b)))));
}

Result<std::optional<ValueView>> Application::append(const Node& node) {
  const std::optional<ValueView> front = TRY(operand(node.args[0]));
  if (!front) return std::optional<ValueView>();
  if (front->type() != Type::L) return bad_type();
  const std::optional<ValueView> back = TRY(operand(node.args[1]));
  if (!back) return std::optional<ValueView>();
  if (back->type() != Type::L) return bad_type();
  return std::optional(keep(concatenate(*front, *back)));
}

Result<> Application::check_sections() const {
  for (std::size_t end = effects_.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && ast_.actions[begin - 1].verb == ast_.actions[end - 1].verb) --begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (!effects_[i].has_parent) return bad_path();
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (!effects_[i].lacks_operand) continue;
      return refuse("The provided expression refers to an attribute that does not exist in the item");
    }
    end = begin;
  }
  return {};
}

Result<> Application::add_to(Edits& edits, const UpdateAction& action, const Effect& effect) const {
  if (effect.removes) edits.remove(action.path, bindings_);
  if (!effect.value) return {};
  // A whole attribute is no deeper than what it comes from.
  const auto above = static_cast<int>(action.path.size()) - 1;
  if (above > 0 && above + depth_of(*effect.value) > item::kMaxDepth) return fail(item::nesting_error());
  edits.set(action.path, bindings_, effect.value->bytes());
  return {};
}

}  // namespace

Result<item::Item> Update::apply(item::ItemView old) const {
  if (ast_ == nullptr) return item::Item(old);
  return Application(*ast_, bindings_, old).run();
}

}  // namespace orrery::expression
