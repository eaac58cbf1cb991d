// Encodings made of other encodings: what ADD, DELETE and list_append leave behind.
#pragma once

#include "item/value.h"

#include <optional>

namespace orrery::expression {

// Of two sets of the same type.
item::Value set_union(item::ValueView a, item::ValueView b);
// What is in `a` only; nullopt: nothing (there are no empty sets).
std::optional<item::Value> set_difference(item::ValueView a, item::ValueView b);

// Of two lists.
item::Value concatenate(item::ValueView a, item::ValueView b);

// 1 for what is neither map nor list; otherwise one more than its deepest element.
int depth_of(item::ValueView value);

}  // namespace orrery::expression
