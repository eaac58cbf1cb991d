#include "expression/paths.h"

#include "expression/message.h"

#include <algorithm>

namespace orrery::expression {
namespace {

enum class Relation : std::uint8_t { Apart, Overlap, Conflict };

Relation relation(const Path& a, const Path& b, const Bindings& bindings) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].is_index() != b[i].is_index()) return Relation::Conflict;
    if (!same_step(a[i], b[i], bindings)) return Relation::Apart;
  }
  return Relation::Overlap;
}

// Most expressions name each attribute once: nothing to compare.
bool start_differently(const std::vector<const Path*>& paths, const Bindings& bindings) {
  std::vector<std::string_view> names;
  names.reserve(paths.size());
  for (const Path* path : paths) names.push_back(path->front().name_in(bindings));
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

}  // namespace

std::optional<item::ValueView> value_at(Steps steps, const Bindings& bindings, item::MapView item) {
  std::optional<item::ValueView> value = item.find(steps.front().name_in(bindings));
  for (const PathStep& step : steps.subspan(1)) {
    if (!value) return std::nullopt;
    if (step.is_index()) {
      if (value->type() != item::Type::L) return std::nullopt;
      value = value->list().at(step.index);
    } else {
      if (value->type() != item::Type::M) return std::nullopt;
      value = value->map().find(step.name_in(bindings));
    }
  }
  return value;
}

bool same_step(const PathStep& a, const PathStep& b, const Bindings& bindings) {
  if (a.is_index() || b.is_index()) return a.is_index() && b.is_index() && a.index == b.index;
  return a.name_in(bindings) == b.name_in(bindings);
}

bool same_path(const Path& a, const Path& b, const Bindings& bindings) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const PathStep& x, const PathStep& y) { return same_step(x, y, bindings); });
}

Result<> check_apart(Role role, const std::vector<const Path*>& paths, const Bindings& bindings) {
  if (start_differently(paths, bindings)) return {};
  // An overlap anywhere is told before a conflict.
  const Path* conflict_one = nullptr;
  const Path* conflict_two = nullptr;
  const auto clash = [&](std::string_view what, const Path& one, const Path& two) {
    return invalid(role, "Two document paths " + std::string(what) +
                             " with each other; must remove or rewrite one of these paths; path one: " +
                             path_text(one, bindings) + ", path two: " + path_text(two, bindings));
  };
  for (std::size_t two = 1; two < paths.size(); ++two) {
    for (std::size_t one = 0; one < two; ++one) {
      const Relation between = relation(*paths[one], *paths[two], bindings);
      if (between == Relation::Overlap) return clash("overlap", *paths[one], *paths[two]);
      if (between == Relation::Conflict && conflict_one == nullptr) {
        conflict_one = paths[one];
        conflict_two = paths[two];
      }
    }
  }
  if (conflict_one != nullptr) return clash("conflict", *conflict_one, *conflict_two);
  return {};
}

std::vector<std::string_view> attributes_of(const std::vector<const Path*>& paths, const Bindings& bindings) {
  std::vector<std::string_view> out;
  for (const Path* path : paths) {
    const std::string_view name = path->front().name_in(bindings);
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

std::vector<const Path*> nested(std::vector<const Path*> paths) {
  std::erase_if(paths, [](const Path* path) { return path->size() == 1; });
  return paths;
}

void collect_paths(const Node& node, std::vector<const Path*>& out) {
  if (node.is_path()) out.push_back(&node.path);
  for (const Node& arg : node.args) collect_paths(arg, out);
}

}  // namespace orrery::expression
