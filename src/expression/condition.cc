#include "expression/condition.h"

#include "expression/check.h"
#include "expression/evaluate.h"
#include "expression/message.h"
#include "expression/parse.h"
#include "expression/paths.h"

#include <algorithm>

namespace orrery::expression {

Result<Condition> Condition::bind(Role role, std::string_view text, Placeholders& placeholders) {
  std::shared_ptr<const Ast> ast = TRY(parse_cached(role, text));
  Placeholders::Bound bound = placeholders.bind(*ast);
  TRY(check_condition(*ast, bound));
  return Condition(std::move(ast), std::move(bound.bindings));
}

bool Condition::holds(item::ItemView item) const {
  return ast_ == nullptr || evaluate(ast_->condition, bindings_, item);
}

std::vector<std::string_view> Condition::attributes() const {
  std::vector<const Path*> paths;
  if (ast_ != nullptr) collect_paths(ast_->condition, paths);
  return attributes_of(paths, bindings_);
}

std::vector<std::string_view> Condition::nested_attributes() const {
  std::vector<const Path*> paths;
  if (ast_ != nullptr) collect_paths(ast_->condition, paths);
  return attributes_of(nested(std::move(paths)), bindings_);
}

Result<> check_query_filter(const Condition& filter, const item::KeySchema& keys) {
  const std::vector<std::string_view> used = filter.attributes();
  const auto check = [&used](const std::string& key) -> Result<> {
    if (std::find(used.begin(), used.end(), key) == used.end()) return {};
    return refuse("Filter Expression can only contain non-primary key attributes: Primary key attribute: " + key);
  };
  TRY(check(keys.partition.name));
  return keys.sort ? check(keys.sort->name) : Result<>();
}

}  // namespace orrery::expression
