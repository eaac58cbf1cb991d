#include "services/dynamodb/items/bind.h"

namespace orrery::dynamodb {
namespace {

using Kind = ItemAction::Kind;
namespace legacy = expression::legacy;

Result<expression::Update> bind_attribute_updates(const std::map<std::string, AttributeValueUpdate>& updates) {
  std::vector<legacy::Change> changes;
  for (const auto& [attribute, one] : updates) {
    legacy::Change change;
    change.attribute = attribute;
    change.value = one.Value ? &*one.Value : nullptr;
    if (one.Action) change.action = *one.Action;
    changes.push_back(change);
  }
  return legacy::attribute_updates(changes);
}

// UpdateExpression and ConditionExpression share their placeholders.
template <class Input>
Result<> bind_update_and_condition(const Input& input, const std::string* update_expression, ItemAction& action) {
  expression::Placeholders placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  TRY(placeholders.check({{"UpdateExpression", update_expression != nullptr},
                          {"ConditionExpression", input.ConditionExpression.has_value()}}));
  if (update_expression != nullptr) action.update = TRY(expression::Update::bind(*update_expression, placeholders));
  action.condition = TRY(bind_condition(input, placeholders));
  return placeholders.check_used();
}

Result<ItemAction> bind_transact_update(const Update& input) {
  ItemAction action;
  action.kind = Kind::Update;
  action.table = input.TableName;
  action.subject = input.Key;
  action.tells_item = tells_item(input);
  TRY(bind_update_and_condition(input, &input.UpdateExpression, action));
  return action;
}

Result<ItemAction> bind_condition_check(const ConditionCheck& input) {
  ItemAction action;
  action.kind = Kind::Check;
  action.table = input.TableName;
  action.subject = input.Key;
  action.tells_item = tells_item(input);
  expression::Placeholders placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  TRY(placeholders.check({{"ConditionExpression", true}}));
  action.condition =
      TRY(expression::Condition::bind(expression::Role::Condition, input.ConditionExpression, placeholders));
  TRY(placeholders.check_used());
  return action;
}

}  // namespace

Result<ItemAction> bind_put(const PutItemInput& input) {
  ItemAction action;
  action.kind = Kind::Put;
  action.subject = input.Item;
  TRY(check_item_size(input.Item));
  TRY(bind_condition_or_expected(input, action));
  return action;
}

Result<ItemAction> bind_delete(const DeleteItemInput& input) {
  ItemAction action;
  action.kind = Kind::Delete;
  action.subject = input.Key;
  TRY(bind_condition_or_expected(input, action));
  return action;
}

Result<ItemAction> bind_update(const UpdateItemInput& input) {
  TRY(legacy::check_not_mixed({{"AttributeUpdates", input.AttributeUpdates.has_value()},
                               {"Expected", input.Expected.has_value()},
                               {"ConditionalOperator", input.ConditionalOperator.has_value()}},
                              {{"UpdateExpression", input.UpdateExpression.has_value()},
                               {"ConditionExpression", input.ConditionExpression.has_value()}}));
  ItemAction action;
  action.kind = Kind::Update;
  action.table = input.TableName;
  action.subject = input.Key;
  action.tells_item = tells_item(input);
  TRY(bind_update_and_condition(input, input.UpdateExpression ? &*input.UpdateExpression : nullptr, action));
  if (input.Expected || input.ConditionalOperator) {
    action.condition = TRY(bind_expected(input.Expected, input.ConditionalOperator));
  }
  if (input.AttributeUpdates) {
    action.update = TRY(bind_attribute_updates(*input.AttributeUpdates));
    action.by_attribute_updates = true;
  }
  return action;
}

Result<ItemAction> bind_transact_item(const TransactWriteItem& input) {
  const int given =
      input.Put.has_value() + input.Update.has_value() + input.Delete.has_value() + input.ConditionCheck.has_value();
  if (given != 1) {
    return fail(validation_error("TransactItems can only contain one of Check, Put, Update or Delete"));
  }
  if (input.Update) return bind_transact_update(*input.Update);
  if (input.ConditionCheck) return bind_condition_check(*input.ConditionCheck);
  ItemAction action;
  if (input.Put) {
    action.kind = Kind::Put;
    action.subject = input.Put->Item;
    TRY(check_item_size(input.Put->Item));
    TRY(bind_condition_only(*input.Put, action));
  } else {
    action.kind = Kind::Delete;
    action.subject = input.Delete->Key;
    TRY(bind_condition_only(*input.Delete, action));
  }
  return action;
}

}  // namespace orrery::dynamodb
