#include "services/dynamodb/items/action.h"

#include "expression/key_paths.h"
#include "item/codec.h"
#include "services/dynamodb/indexes/entries.h"
#include "services/dynamodb/items/capacity.h"
#include "services/dynamodb/items/requests.h"

namespace orrery::dynamodb {
namespace {

using Kind = ItemAction::Kind;

std::optional<item::ItemView> view_of(const std::optional<item::Item>& item) {
  return item ? std::optional<item::ItemView>(*item) : std::nullopt;
}

Error condition_failed(const ItemAction& action, const std::optional<item::Item>& old) {
  Error error = errors::ConditionalCheckFailedException("The conditional request failed");
  if (action.tells_item && old) error.with("Item", item::to_json(*old));
  return error;
}

// What the action consumes.
Consumption consumed_by(const ChangeContext& context, const Table& table, const std::optional<item::Item>& old,
                        std::optional<item::ItemView> next) {
  Consumption consumption;
  consumption.write(table, view_of(old), next, context.transactional ? 2 : 1);
  return consumption;
}

// An update expression's messages differ from those of an item that is put
// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html lists them).
Result<> check_updated_index_key(const item::KeyAttribute& attribute, item::ItemView next, bool is_partition) {
  const auto value = next.find(attribute.name);
  if (!value) return {};
  if (value->type() != attribute.type) {
    return fail(
        validation_error("The update expression attempted to update the secondary index key to unsupported type"));
  }
  const bool empty = (value->type() == item::Type::S && value->string().empty()) ||
                     (value->type() == item::Type::B && value->binary().empty());
  if (empty) {
    return fail(validation_error(
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
        "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty " +
        std::string(value->type() == item::Type::S ? "string" : "binary") + " value."));
  }
  if (item::check_key_value(attribute, *value, is_partition)) return {};
  return fail(
      validation_error("The update expression attempted to update the secondary index key beyond allowed size limits"));
}

Result<> check_updated_index_keys(const Table& table, item::ItemView next) {
  for (const Index& index : table.indexes) {
    TRY(check_updated_index_key(index.keys.partition, next, true));
    if (index.keys.sort) TRY(check_updated_index_key(*index.keys.sort, next, false));
  }
  return {};
}

// The item after the update; nullopt: there was none, and an update that only removes makes none.
Result<std::optional<item::Item>> updated(const Table& table, const ItemAction& action,
                                          const std::optional<item::Item>& old) {
  // What names nothing (no UpdateExpression) makes an item of the key alone.
  const bool only_removes = action.update.only_removes() && !action.update.attributes().empty();
  std::optional<item::Item> next = TRY(action.update.apply(old ? old->view() : action.subject));
  if (!old && only_removes) return std::optional<item::Item>();
  TRY(check_updated_item_size(*next));
  if (!action.by_attribute_updates) TRY(check_updated_index_keys(table, *next));
  return next;
}

}  // namespace

Result<std::string> key_of(const Table& table, const ItemAction& action) {
  TRY(expression::check_scalar_keys(action.condition.nested_attributes(), table.keys, expression::KeyOf::Table));
  TRY(expression::check_scalar_keys(action.update.nested_attributes(), table.keys, expression::KeyOf::Table));
  if (action.kind != Kind::Put) {
    std::string key = TRY(item::key_of_key(table.keys, action.subject));
    if (action.kind == Kind::Update) TRY(action.update.check_keys(table.keys));
    return key;
  }
  std::string key = TRY(item::key_of_item(table.keys, action.subject));
  // change_item checks it again; here it comes before the condition.
  if (!action.condition.always()) TRY(check_index_keys(table, action.subject));
  return key;
}

bool is_empty_key_error(const Error& error) {
  return error.kind == Error::Kind::Api && error.message.starts_with("One or more parameter values are not valid.");
}

std::optional<item::ItemView> after(const ItemAction& action, const Outcome& outcome) {
  switch (action.kind) {
    case Kind::Put:
      return action.subject;
    case Kind::Update:
      return view_of(outcome.updated);
    case Kind::Delete:
      return std::nullopt;
    case Kind::Check:
      return view_of(outcome.old);
  }
  return std::nullopt;
}

Result<Outcome> perform(const ChangeContext& context, const Table& table, std::string_view key,
                        const ItemAction& action, bool old_wanted) {
  Outcome outcome;
  const bool metered = context.meter.on();
  const bool decides = !action.condition.always() || action.kind == Kind::Update || action.kind == Kind::Check;
  outcome.old = TRY(read_old(context.tx, table, key, old_wanted || decides || metered));
  if (!action.condition.holds(outcome.old ? outcome.old->view() : item::ItemView())) {
    // Such a write costs what the item that is there does
    // (docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate).
    const Consumption consumed = consumed_by(context, table, outcome.old, view_of(outcome.old));
    if (metered) TRY(context.meter.spend_at_once(consumed.charges(table, Use::Write)));
    context.meter.note_at_once(table, consumed, Use::Write);
    return fail(condition_failed(action, outcome.old));
  }
  if (action.kind == Kind::Update) outcome.updated = TRY(updated(table, action, outcome.old));
  if (metered || context.meter.notes()) {
    const Consumption consumed = consumed_by(context, table, outcome.old, after(action, outcome));
    if (metered) TRY(context.meter.spend(consumed.charges(table, Use::Write)));
    context.meter.note(table, consumed, Use::Write);
  }
  if (action.kind == Kind::Check) return outcome;
  if (action.kind == Kind::Update && !outcome.old && !outcome.updated) return outcome;
  TRY(change_item(context, table, key, outcome.old, after(action, outcome)));
  return outcome;
}

}  // namespace orrery::dynamodb
