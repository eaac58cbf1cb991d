#include "services/dynamodb/access.h"

#include "base/encode.h"

namespace orrery::dynamodb {

ItemAccess::ItemAccess(const Call& call, Reader& reader, std::string_view table_name)
    : call_(call), reader_(reader), table_name_(table_name) {
  access_.resource = arn_of_table(call, table_name);
}

Result<> ItemAccess::add(item::ItemView item) {
  if (!matters()) return {};
  for (const auto& [name, value] : item) access_.context.emplace_back("dynamodb:Attributes", name);
  if (!table_) {
    // A name that is none, or another account's, is the operation's to refuse.
    const auto name = parse_table_name(call_, table_name_);
    table_ = name ? TRY(find_table(reader_, *name)) : nullptr;
  }
  if (*table_ == nullptr) return {};
  const auto leading = item.find((*table_)->keys.partition.name);
  if (!leading) return {};
  std::string text;
  if (leading->type() == item::Type::S) text = leading->string();
  if (leading->type() == item::Type::N) text = leading->number_text();
  if (leading->type() == item::Type::B) text = base64(leading->binary());
  access_.context.emplace_back("dynamodb:LeadingKeys", std::move(text));
  return {};
}

void ItemAccess::add_attributes(const std::vector<std::string_view>& names) {
  if (!matters()) return;
  for (const std::string_view name : names) access_.context.emplace_back("dynamodb:Attributes", name);
}

void ItemAccess::set(std::string_view key, std::string_view value) {
  if (matters()) access_.context.emplace_back(key, value);
}

}  // namespace orrery::dynamodb
