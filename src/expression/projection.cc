#include "expression/projection.h"

#include "expression/check.h"
#include "expression/parse.h"
#include "item/encoding.h"

#include <map>

namespace orrery::expression {

using item::internal::Sink;
using item::internal::Tag;

// A leaf takes the whole value. Of any other, `names` looks into a map and `indexes` into a list.
struct Projection::Selection {
  std::map<std::string, Selection, std::less<>> names;
  std::map<std::size_t, Selection> indexes;

  bool is_leaf() const { return names.empty() && indexes.empty(); }
};

namespace {

using Selection = Projection::Selection;

// Each appends what is selected; false when that is nothing.
bool take(const Selection& selection, item::ValueView value, Sink& sink);

bool take_entries(const Selection& selection, item::MapView map, Sink& sink) {
  const std::size_t before = sink.size();
  auto wanted = selection.names.begin();
  // Both are ascending.
  for (const auto& [name, value] : map) {
    while (wanted != selection.names.end() && wanted->first < name) ++wanted;
    if (wanted == selection.names.end()) break;
    if (wanted->first != name) continue;
    const std::size_t start = sink.size();
    sink.put_bytes(name);
    if (!take(wanted->second, value, sink)) sink.truncate(start);
  }
  return sink.size() > before;
}

bool take_elements(const Selection& selection, item::ListView list, Sink& sink) {
  const std::size_t before = sink.size();
  auto wanted = selection.indexes.begin();
  std::size_t index = 0;
  for (const item::ValueView value : list) {
    if (wanted == selection.indexes.end()) break;
    if (index++ != wanted->first) continue;
    take(wanted->second, value, sink);
    ++wanted;
  }
  return sink.size() > before;
}

bool take(const Selection& selection, item::ValueView value, Sink& sink) {
  if (selection.is_leaf()) {
    sink.put(value.bytes());
    return true;
  }
  const item::Type type = value.type();
  const bool is_map = type == item::Type::M && !selection.names.empty();
  if (!is_map && (type != item::Type::L || selection.indexes.empty())) return false;
  const std::size_t start = sink.size();
  sink.put(is_map ? Tag::M : Tag::L);
  const std::size_t opened = sink.open();
  if (is_map ? take_entries(selection, value.map(), sink) : take_elements(selection, value.list(), sink)) {
    sink.close(opened);
    return true;
  }
  sink.truncate(start);
  return false;
}

}  // namespace

Result<Projection> Projection::bind(std::string_view text, Placeholders& placeholders) {
  const std::shared_ptr<const Ast> ast = TRY(parse_cached(Role::Projection, text));
  const Placeholders::Bound bound = placeholders.bind(*ast);
  TRY(check_projection(*ast, bound));
  std::vector<const Path*> paths;
  for (const Path& path : ast->paths) paths.push_back(&path);
  return of_paths(paths, bound.bindings);
}

Projection Projection::of_attributes(const std::vector<std::string>& names) {
  auto root = std::make_shared<Selection>();
  for (const std::string& name : names) root->names[name];
  return Projection(std::move(root));
}

Projection Projection::of_paths(const std::vector<const Path*>& paths, const Bindings& bindings) {
  auto root = std::make_shared<Selection>();
  for (const Path* path : paths) {
    Selection* node = root.get();
    for (const PathStep& step : *path) {
      node = step.is_index() ? &node->indexes[step.index] : &node->names[std::string(step.name_in(bindings))];
    }
  }
  return Projection(std::move(root));
}

item::Item Projection::apply(item::ItemView item) const {
  thread_local Sink sink;
  sink.clear();
  sink.put(item::ItemView::kVersion);
  take_entries(*root_, item, sink);
  return item::Item::from_encoding(std::string(sink.since(0)));
}

std::vector<std::string_view> Projection::nested_attributes() const {
  std::vector<std::string_view> out;
  for (const auto& [name, selection] : root_->names) {
    if (!selection.is_leaf()) out.emplace_back(name);
  }
  return out;
}

std::vector<std::string_view> Projection::attributes() const {
  std::vector<std::string_view> out;
  for (const auto& entry : root_->names) out.emplace_back(entry.first);
  return out;
}

}  // namespace orrery::expression
