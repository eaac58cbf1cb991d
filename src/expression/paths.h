// Document paths: what they lead to, and how two of them relate.
#pragma once

#include "base/result.h"
#include "expression/ast.h"
#include "item/key.h"
#include "item/view.h"

#include <optional>
#include <span>
#include <vector>

namespace orrery::expression {

using Steps = std::span<const PathStep>;

// nullopt: there is nothing, or something else than a map or list on the way. `steps` is not empty.
std::optional<item::ValueView> value_at(Steps steps, const Bindings& bindings, item::MapView item);

bool same_step(const PathStep& a, const PathStep& b, const Bindings& bindings);
bool same_path(const Path& a, const Path& b, const Bindings& bindings);

// No two are the same, or one the beginning of the other ("overlap"), or part at a name here and an index there
// ("conflict"). Error: ValidationException "Invalid UpdateExpression: Two document paths overlap with each other; …".
Result<> check_apart(Role role, const std::vector<const Path*>& paths, const Bindings& bindings);

// The attributes that the paths start with, each once, in order. Views of the tree and the bindings.
std::vector<std::string_view> attributes_of(const std::vector<const Path*>& paths, const Bindings& bindings);

// The paths with more than one step.
std::vector<const Path*> nested(std::vector<const Path*> paths);

// All paths of a condition or of the right side of SET, in the order of the text, appended.
void collect_paths(const Node& node, std::vector<const Path*>& out);

}  // namespace orrery::expression
