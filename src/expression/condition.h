// Conditions and filters.
#pragma once

#include "base/result.h"
#include "expression/ast.h"
#include "expression/placeholders.h"
#include "item/key.h"
#include "item/value.h"

#include <memory>
#include <string_view>
#include <vector>

namespace orrery::expression {

// Default: holds for every item. Looks at the request's values: the request outlives it.
class Condition {
 public:
  Condition() = default;
  // Of another maker than the parser, who has checked the operands. `values` keeps what the bindings look at, if
  // nobody else does.
  Condition(std::shared_ptr<const Ast> ast, Bindings bindings, std::shared_ptr<const void> values = nullptr)
      : ast_(std::move(ast)), bindings_(std::move(bindings)), kept_(std::move(values)) {}

  // Every check that needs no item. Error: ValidationException "Invalid ConditionExpression: …".
  static Result<Condition> bind(Role role, std::string_view text, Placeholders& placeholders);

  // Of an item that does not exist: `holds({})`. Operands whose types do not fit make a comparison false; there is no
  // error.
  bool holds(item::ItemView item) const;

  bool always() const { return ast_ == nullptr; }
  const Ast* ast() const { return ast_.get(); }  // nullptr: always
  const Bindings& bindings() const { return bindings_; }
  // The attributes (first steps of paths) that it looks at, in order of appearance, each once. Views of the tree and
  // the request.
  std::vector<std::string_view> attributes() const;
  // Those of which it looks at a part, for check_scalar_keys (key_paths.h).
  std::vector<std::string_view> nested_attributes() const;

 private:
  std::shared_ptr<const Ast> ast_;
  Bindings bindings_;
  std::shared_ptr<const void> kept_;
};

// A Query's filter names no attribute of the key (of the index, when it queries one): "Filter Expression can only
// contain non-primary key attributes: Primary key attribute: pk".
Result<> check_query_filter(const Condition& filter, const item::KeySchema& keys);

}  // namespace orrery::expression
