// Time to live: items go when the Orrery's clock reaches the time in their expiry attribute
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).
//
//   TableExpiry: u64(expiry number)                                   -> u64(when, epoch s): what the timer is armed
//   for
//                u64(expiry number) u64(when, epoch s) raw(item's key) -> empty: an item that expires
//
// Every enabling has an expiry number of its own (out of the tables' numbers), so that what a former one left can be
// erased at leisure. A timer a table is armed for the earliest expiry, and only ever for an earlier one by those who
// write items: they read the row that says for when. When it fires, it first takes that row back, in a transaction of
// its own; only then, in another, are the items looked for. So a writer who relied on the old row has either committed
// before the search begins, or conflicts and arms the timer anew: no item is overlooked, on any engine.
#pragma once

#include "services/dynamodb/items/change.h"

namespace orrery::dynamodb {

// When the item expires, epoch seconds; nullopt: never (no such attribute, no number, no whole one, beyond year 9999).
std::optional<std::uint64_t> expiry_of(const Table& table, std::optional<item::ItemView> item);

// Part of change_item: keeps the item's entry. What expired more than five years ago gets none: it stays for ever.
Result<> update_expiry(const ChangeContext& context, const Table& table, std::string_view key,
                       std::optional<item::ItemView> old, std::optional<item::ItemView> next);

// Turns expiry on (the table's attribute and number are set; the caller puts the table) and has the items entered that
// are there already; turns it off, also for a table that goes.
Result<> start_expiry(DynamoDb& dynamodb, const Call& call, Transaction& tx, Table& table,
                      const std::string& attribute);
Result<> stop_expiry(DynamoDb& dynamodb, const Call& call, Transaction& tx, const Table& table);

// The timer, and what it and the above leave to be done in steps.
inline constexpr std::string_view kExpiryTimer = "dynamodb.expiry";
inline constexpr std::string_view kExpireMessage = "dynamodb.expire";
inline constexpr std::string_view kFillExpiryMessage = "dynamodb.expiry.fill";
inline constexpr std::string_view kEraseExpiryMessage = "dynamodb.expiry.erase";
Result<> expiry_due(DynamoDb& dynamodb, Transaction& tx, const Timer& timer);
Result<Delivered> expire_step(DynamoDb& dynamodb, Transaction& tx, const Message& message);
Result<Delivered> fill_expiry_step(DynamoDb& dynamodb, Transaction& tx, const Message& message);
Result<Delivered> erase_expiry_step(Transaction& tx, const Message& message);

}  // namespace orrery::dynamodb
