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

// Owns all that it needs.
class Projection {
 public:
  // Error: ValidationException "Invalid ProjectionExpression: …".
  static Result<Projection> bind(std::string_view text, Placeholders& placeholders);
  // Whole attributes by their names, as AttributesToGet and an index's projection want.
  static Projection of_attributes(const std::vector<std::string>& names);
  // None of them is the beginning of another.
  static Projection of_paths(const std::vector<const Path*>& paths, const Bindings& bindings);

  // What there is of the paths. Elements of a list come in the order of the item, without gaps; a map or list on the
  // way to something that does not exist is left out.
  item::Item apply(item::ItemView item) const;

  // The attributes (first steps of the paths), each once, ascending.
  std::vector<std::string_view> attributes() const;
  // Those of which it takes a part, for check_scalar_keys (key_paths.h).
  std::vector<std::string_view> nested_attributes() const;

  struct Selection;  // a node of the paths' tree

 private:
  explicit Projection(std::shared_ptr<const Selection> root) : root_(std::move(root)) {}
  std::shared_ptr<const Selection> root_;
};

}  // namespace orrery::expression
