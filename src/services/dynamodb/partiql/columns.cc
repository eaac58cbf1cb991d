#include "services/dynamodb/partiql/translate.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>

namespace orrery::dynamodb::partiql {
namespace {

std::optional<item::ValueView> value_at(item::ItemView item, const expression::Path& path) {
  std::optional<item::ValueView> value = item.find(path[0].name);
  for (std::size_t i = 1; value && i < path.size(); ++i) {
    if (path[i].is_index()) {
      value = value->type() == item::Type::L ? value->list().at(path[i].index) : std::nullopt;
    } else {
      value = value->type() == item::Type::M ? value->map().find(path[i].name) : std::nullopt;
    }
  }
  return value;
}

}  // namespace

Result<Columns> Columns::of(const std::vector<Expr>& columns) {
  Columns out;
  for (const Expr& column : columns) {
    // A path that ends in an index has no name of its own: it is called by its place, as PartiQL has it.
    const expression::PathStep& last = column.path.back();
    std::string name = last.is_index() ? '_' + std::to_string(out.columns_.size() + 1) : last.name;
    if (std::ranges::find(out.columns_, name, &Column::name) != out.columns_.end()) {
      return fail(validation_error("Duplicate identifiers in select clause: " + name));
    }
    out.columns_.push_back({column.path, std::move(name)});
  }
  return out;
}

item::Item Columns::apply(item::ItemView item) const {
  item::ItemBuilder out;
  for (const Column& column : columns_) {
    if (const auto value = value_at(item, column.path)) out.set(column.name, *value);
  }
  return out.build();
}

std::vector<std::string_view> Columns::attributes() const {
  std::vector<std::string_view> out;
  for (const Column& column : columns_) {
    if (std::ranges::find(out, column.path[0].name) == out.end()) out.emplace_back(column.path[0].name);
  }
  return out;
}

}  // namespace orrery::dynamodb::partiql
