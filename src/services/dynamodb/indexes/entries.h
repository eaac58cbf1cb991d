// Secondary indexes as they are stored: an entry for each item that has the index's key attributes, written in the
// transaction that writes the item.
//
//   TableItem: u64(index number) raw(item::entry_key) -> the item's encoding, of the projected attributes
#pragma once

#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

// What the index holds of the item; nullopt: the item has not all of the index's key attributes.
std::optional<item::Item> projected(const Index& index, item::ItemView item);
// The store key of the item's entry, `key` being the item's key as in item/key.h. Only for items that are in the index.
std::string entry_key(const Index& index, item::ItemView item, std::string_view key);

// Brings every index of the table from `old` to `next` (nullopt: no item).
Result<> update_entries(Transaction& tx, const Table& table, std::string_view key, std::optional<item::ItemView> old,
                        std::optional<item::ItemView> next);
// Refuses an item whose index key attributes have another type than the index's, or are empty or too long: no such item
// can be stored. ValidationException.
Result<> check_index_keys(const Table& table, item::ItemView item);

}  // namespace orrery::dynamodb
