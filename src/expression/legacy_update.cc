// AttributeUpdates:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html
#include "expression/legacy.h"
#include "expression/legacy_condition.h"

#include <algorithm>

namespace orrery::expression::legacy {
namespace {

using item::Type;
using Verb = UpdateAction::Verb;

bool is_set(Type type) { return type == Type::SS || type == Type::NS || type == Type::BS; }

Result<Verb> verb_of(const Change& change) {
  const std::string_view action = change.action.value_or("PUT");
  const bool put = action == "PUT";
  if (!put && action != "ADD" && action != "DELETE") {
    return refuse(
        "1 validation error detected: Value '" + std::string(action) + "' at 'attributeUpdates." +
        std::string(change.attribute) +
        ".member.action' failed to satisfy constraint: Member must satisfy enum value set: [ADD, PUT, DELETE]");
  }
  if (change.value == nullptr) {
    if (action == "DELETE") return Verb::Remove;
    return internal::bad_value("Only DELETE action is allowed when no attribute value is specified");
  }
  if (put) return Verb::Set;
  const Type type = change.value->type();
  if (action == "ADD") {
    if (is_set(type) || type == Type::N || type == Type::L) return Verb::Add;
    return internal::bad_value("ADD action is not supported for the type " + std::string(name_of(type)));
  }
  if (is_set(type)) return Verb::Delete;
  return internal::bad_value("DELETE action with value is not supported for the type " + std::string(name_of(type)));
}

}  // namespace

Result<Update> attribute_updates(const std::vector<Change>& changes) {
  if (changes.empty()) return Update();
  auto ast = std::make_shared<Ast>();
  ast->role = Role::AttributeUpdates;
  Bindings bindings;
  for (const Change& change : changes) {
    UpdateAction action;
    action.verb = TRY(verb_of(change));
    action.path = {PathStep::of(change.attribute)};
    action.operand = Node::of_value(static_cast<Slot>(bindings.values.size()));
    bindings.values.push_back(change.value == nullptr ? item::ValueView() : change.value->view());
    ast->actions.push_back(std::move(action));
  }
  return Update(std::move(ast), std::move(bindings));
}

}  // namespace orrery::expression::legacy
