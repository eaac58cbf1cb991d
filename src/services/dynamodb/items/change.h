// The one way in which an item changes: the item itself, its entries in the table's indexes, its expiry and the change
// log that streams and point-in-time recovery read are one transaction. Nothing else writes or erases a table's items
// (erasing a deleted table's remains apart).
#pragma once

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"

namespace orrery::dynamodb {

struct ChangeContext {
  DynamoDb& dynamodb;
  Transaction& tx;
  Instant now;
  Cause cause = Cause::User;
  // Of a transaction, which does all of it or nothing, and writes each item twice: to prepare and to commit.
  bool transactional = false;
  mutable Meter meter{dynamodb.throughput, tx, transactional ? Meter::Parts::Whole : Meter::Parts::Apart};
};

// Brings the item under `key` (as in item/key.h) from `old` to `next`; nullopt: no item. `old` must be what the
// transaction reads there, unless !table.needs_old(): then it may be left out. The size of `next` has been checked.
// Errors (ValidationException): an index key attribute of the wrong type, or empty.
Result<> change_item(const ChangeContext& context, const Table& table, std::string_view key,
                     std::optional<item::ItemView> old, std::optional<item::ItemView> next);

// What is stored under the key, when the table's writes have to know it or `wanted`.
Result<std::optional<item::Item>> read_old(Transaction& tx, const Table& table, std::string_view key, bool wanted);

}  // namespace orrery::dynamodb
