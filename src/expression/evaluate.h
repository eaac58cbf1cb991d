// Evaluation of conditions on an encoded item, in place; and the comparisons of values that they are made of.
#pragma once

#include "expression/ast.h"
#include "item/view.h"

#include <compare>
#include <optional>

namespace orrery::expression {

// `node`: a condition.
bool evaluate(const Node& node, const Bindings& bindings, item::MapView item);

// Of two S or two B (by bytes), or two N. nullopt: of different types, or of another type.
std::optional<std::strong_ordering> compare(item::ValueView a, item::ValueView b);
// Of canonical texts of numbers.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);
// A part of a text, an element of a set, an element of a list. `part` has the type of the element.
bool contains(item::ValueView whole, item::ValueView part);
bool begins_with(item::ValueView text, item::ValueView prefix);
// size(): UTF-16 code units of S (as the service counts), bytes of B, elements of sets, lists and maps; nullopt for
// other types.
std::optional<std::size_t> size_of(item::ValueView value);

}  // namespace orrery::expression
