// Changes at several places of an item, made in one pass over its bytes: what no change touches is copied as it is.
#pragma once

#include "expression/ast.h"
#include "item/value.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::expression {

class Edits {
 public:
  // Puts a value (an encoding, which outlives this) at a path, or takes away what is there. None of the paths given to
  // one Edits is the beginning of another.
  void set(const Path& path, const Bindings& bindings, std::string_view value) { at(path, bindings).value_ = value; }
  void remove(const Path& path, const Bindings& bindings) { at(path, bindings).removed_ = true; }

  // Indexes are those of `item`; what is set behind the end of a list is appended, in the order of the indexes. What a
  // path leads through is there, of the right type.
  item::Item apply(item::ItemView item) const;

 private:
  class Writer;
  Edits& at(const Path& path, const Bindings& bindings);

  std::map<std::string, Edits, std::less<>> names_;
  std::map<std::size_t, Edits> indexes_;
  std::string_view value_;  // not empty: set
  bool removed_ = false;
};

}  // namespace orrery::expression
