// Update expressions: from the item before to the item after.
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

// Default: changes nothing. Looks at the request's names and values: the request outlives it.
class Update {
 public:
  Update() = default;
  // Of another maker than the parser, who has checked paths and operands. `values` keeps what the bindings look at, if
  // nobody else does.
  Update(std::shared_ptr<const Ast> ast, Bindings bindings, std::shared_ptr<const void> values = nullptr)
      : ast_(std::move(ast)), bindings_(std::move(bindings)), kept_(std::move(values)) {}

  // Every check that needs neither table nor item. Error: ValidationException "Invalid UpdateExpression: …".
  static Result<Update> bind(std::string_view text, Placeholders& placeholders);

  // Once the table is known (and the condition holds): no path that it writes is in the table's key. Error:
  // ValidationException "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part
  // of the key".
  Result<> check_keys(const item::KeySchema& keys) const;

  // The item after. `old`: the item before, or the key attributes alone when there is none. All operands see `old`.
  // Errors: ValidationException; nothing is checked of the result but its nesting (its size and the keys of indexes are
  // the caller's).
  Result<item::Item> apply(item::ItemView old) const;

  // What UPDATED_OLD (of the item before) and UPDATED_NEW (of the item after) return: what is there of the paths that
  // the update names.
  item::Item updated(item::ItemView item) const;

  bool nothing() const { return ast_ == nullptr; }
  // Only REMOVE and DELETE: does nothing to an item that does not exist, and does not create it.
  bool only_removes() const;
  // The attributes (first steps of the paths) that it writes, each once.
  std::vector<std::string_view> attributes() const;
  // Those of which it reads or writes a part, for check_scalar_keys (key_paths.h).
  std::vector<std::string_view> nested_attributes() const;

 private:
  std::shared_ptr<const Ast> ast_;
  Bindings bindings_;
  std::shared_ptr<const void> kept_;
};

}  // namespace orrery::expression
