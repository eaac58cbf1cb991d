#include "expression/update.h"

#include "expression/check.h"
#include "expression/message.h"
#include "expression/parse.h"
#include "expression/paths.h"
#include "expression/projection.h"

#include <algorithm>

namespace orrery::expression {
namespace {

std::vector<const Path*> written_paths(const Ast* ast) {
  std::vector<const Path*> out;
  if (ast == nullptr) return out;
  for (const UpdateAction& action : ast->actions) out.push_back(&action.path);
  return out;
}

}  // namespace

Result<Update> Update::bind(std::string_view text, Placeholders& placeholders) {
  std::shared_ptr<const Ast> ast = TRY(parse_cached(Role::Update, text));
  Placeholders::Bound bound = placeholders.bind(*ast);
  TRY(check_update(*ast, bound));
  return Update(std::move(ast), std::move(bound.bindings));
}

Result<> Update::check_keys(const item::KeySchema& keys) const {
  for (const std::string_view name : attributes()) {
    if (name != keys.partition.name && (!keys.sort || name != keys.sort->name)) continue;
    return refuse("One or more parameter values were invalid: Cannot update attribute " + std::string(name) +
                  ". This attribute is part of the key");
  }
  return {};
}

item::Item Update::updated(item::ItemView item) const {
  return Projection::of_paths(written_paths(ast_.get()), bindings_).apply(item);
}

bool Update::only_removes() const {
  if (ast_ == nullptr) return false;
  return std::all_of(ast_->actions.begin(), ast_->actions.end(), [](const UpdateAction& action) {
    return action.verb == UpdateAction::Verb::Remove || action.verb == UpdateAction::Verb::Delete;
  });
}

std::vector<std::string_view> Update::nested_attributes() const {
  std::vector<const Path*> paths;
  if (ast_ != nullptr) {
    for (const UpdateAction& action : ast_->actions) {
      paths.push_back(&action.path);
      collect_paths(action.operand, paths);
    }
  }
  return attributes_of(nested(std::move(paths)), bindings_);
}

std::vector<std::string_view> Update::attributes() const { return attributes_of(written_paths(ast_.get()), bindings_); }

}  // namespace orrery::expression
