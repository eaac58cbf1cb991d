#include "services/dynamodb/indexes/entries.h"

#include "store/key.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

// Items from before the index may have values that no key can have: they are not in it.
bool fits(const item::KeyAttribute& attribute, item::ItemView item, std::size_t most_bytes) {
  const auto value = item.find(attribute.name);
  if (!value || value->type() != attribute.type) return false;
  if (attribute.type == item::Type::N) return true;
  const std::size_t bytes = attribute.type == item::Type::S ? value->string().size() : value->binary().size();
  return bytes != 0 && bytes <= most_bytes;
}

bool is_indexed(const Index& index, item::ItemView item) {
  return fits(index.keys.partition, item, item::kMaxPartitionBytes) &&
         (!index.keys.sort || fits(*index.keys.sort, item, item::kMaxSortBytes));
}

Result<> check_index_key(const Index& index, const item::KeyAttribute& attribute, item::ItemView item,
                         bool is_partition) {
  const auto value = item.find(attribute.name);
  if (!value) return {};
  if (value->type() != attribute.type) {
    std::string message = "One or more parameter values were invalid: Type mismatch for Index Key " + attribute.name;
    message.append(" Expected: ").append(name_of(attribute.type));
    message.append(" Actual: ").append(name_of(value->type()));
    message.append(" IndexName: ").append(index.name);
    return fail(validation_error(std::move(message)));
  }
  const bool empty = (value->type() == item::Type::S && value->string().empty()) ||
                     (value->type() == item::Type::B && value->binary().empty());
  if (empty) {
    return fail(validation_error(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The "
        "AttributeValue for a key attribute cannot contain an empty " +
        std::string(value->type() == item::Type::S ? "string" : "binary") + " value. IndexName: " + index.name +
        ", IndexKey: " + attribute.name));
  }
  return item::check_key_value(attribute, *value, is_partition);
}

}  // namespace

std::optional<item::Item> projected(const Index& index, item::ItemView item) {
  if (!is_indexed(index, item)) return std::nullopt;
  if (index.projects_all) return item::Item(item);
  item::ItemBuilder out;
  for (const auto& [name, value] : item) {
    if (std::ranges::binary_search(index.projected, name)) out.set(name, value);
  }
  return out.build();
}

std::string entry_key(const Index& index, item::ItemView item, std::string_view key) {
  return KeyWriter(KeyKind::TableItem).u64(index.number).raw(item::entry_key(index.keys, item, key)).take();
}

Result<> update_entries(Transaction& tx, const Table& table, std::string_view key, std::optional<item::ItemView> old,
                        std::optional<item::ItemView> next) {
  for (const Index& index : table.indexes) {
    const bool was = old && is_indexed(index, *old);
    const auto entry = next ? projected(index, *next) : std::nullopt;
    const std::string old_key = was ? entry_key(index, *old, key) : std::string();
    const std::string new_key = entry ? entry_key(index, *next, key) : std::string();
    if (was && old_key != new_key) TRY(tx.erase(old_key));
    if (!entry) continue;
    if (was && old_key == new_key && projected(index, *old)->bytes() == entry->bytes()) continue;
    TRY(tx.put(new_key, entry->bytes()));
  }
  return {};
}

Result<> check_index_keys(const Table& table, item::ItemView item) {
  for (const Index& index : table.indexes) {
    TRY(check_index_key(index, index.keys.partition, item, true));
    if (index.keys.sort) TRY(check_index_key(index, *index.keys.sort, item, false));
  }
  return {};
}

}  // namespace orrery::dynamodb
