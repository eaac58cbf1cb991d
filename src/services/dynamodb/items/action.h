// One write of one item, as PutItem, UpdateItem, DeleteItem, the actions of a transaction and PartiQL's statements do
// it.
//
//   ItemAction action = …;                                             // bound to its request
//   const std::string key = TRY(key_of(*table, action));               // held against the table
//   Outcome outcome = TRY(perform(context, *table, key, action, …));   // against what is stored
#pragma once

#include "expression/condition.h"
#include "expression/update.h"
#include "services/dynamodb/items/change.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

// Looks at the request, which outlives it.
struct ItemAction {
  enum class Kind : std::uint8_t { Put, Update, Delete, Check };
  Kind kind = Kind::Put;
  std::string_view table;  // as the request names it
  item::ItemView subject;  // Put: the item, its size checked; otherwise the key
  expression::Condition condition;
  expression::Update update;          // Update only
  bool by_attribute_updates = false;  // the update came as AttributeUpdates, which have messages of their own
  bool tells_item = false;            // ReturnValuesOnConditionCheckFailure is ALL_OLD
};

// The item's key as in item/key.h. Errors (ValidationException): the key does not match the table, the update writes
// the key, an index key attribute of the item to put is none.
Result<std::string> key_of(const Table& table, const ItemAction& action);
// Whether that error is about an empty key value (of the table or an index), which the service finds before anything
// else: a transaction is not cancelled for it, but refused.
bool is_empty_key_error(const Error& error);

struct Outcome {
  std::optional<item::Item> old;      // when it was read
  std::optional<item::Item> updated;  // the item after an update; nullopt: there is none
};
// What the item is after the action.
std::optional<item::ItemView> after(const ItemAction& action, const Outcome& outcome);

// Reads, decides and writes. `old_wanted`: the caller needs Outcome::old. Errors: ConditionalCheckFailedException
// (with the item, when the action tells it), ValidationException.
Result<Outcome> perform(const ChangeContext& context, const Table& table, std::string_view key,
                        const ItemAction& action, bool old_wanted);

}  // namespace orrery::dynamodb
