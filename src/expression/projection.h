// Which part of an item is returned.
#pragma once

#include "base/result.h"
#include "expression/ast.h"
#include "expression/placeholders.h"
#include "item/value.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::expression {

// Looks at the request's names: the request outlives it.
class Projection {
 public:
  // Error: ValidationException "Invalid ProjectionExpression: …".
  static Result<Projection> bind(std::string_view text, Placeholders& placeholders);
  // Whole attributes by their names, as AttributesToGet and an index's projection want. Copies.
  static Projection of_attributes(const std::vector<std::string>& names);
  // Of another maker than the parser. Paths must not overlap.
  Projection(std::shared_ptr<const Ast> ast, const Bindings& bindings);

  // What there is of the paths. Elements of a list come in the order of the item, without gaps; a map or list on the
  // way to something that does not exist is left out.
  item::Item apply(item::ItemView item) const;

  // The attributes (first steps of the paths), each once. Views of the tree and the request.
  std::vector<std::string_view> attributes() const;

  struct Selection;  // a node of the paths' tree

 private:
  std::shared_ptr<const Selection> root_;
  std::shared_ptr<const Ast> ast_;
};

}  // namespace orrery::expression
