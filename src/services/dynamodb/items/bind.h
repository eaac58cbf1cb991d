// From the parameters of requests to an ItemAction: mixed kinds, placeholders and every expression are checked, in the
// service's order, before any table is looked at. For the .cc files of this folder.
#pragma once

#include "expression/legacy.h"
#include "services/dynamodb/items/action.h"
#include "services/dynamodb/items/requests.h"

namespace orrery::dynamodb {

// Input: a generated struct with ConditionExpression and its placeholders, and perhaps Expected.
template <class Input>
Result<expression::Condition> bind_condition(const Input& input, expression::Placeholders& placeholders) {
  if (!input.ConditionExpression.has_value()) return expression::Condition();
  return expression::Condition::bind(expression::Role::Condition, *input.ConditionExpression, placeholders);
}

template <class Input>
bool tells_item(const Input& input) {
  return input.ReturnValuesOnConditionCheckFailure == ReturnValuesOnConditionCheckFailure::ALL_OLD;
}

// Condition alone: PutItem and DeleteItem, Put and Delete of a transaction.
template <class Input>
Result<> bind_condition_only(const Input& input, ItemAction& action) {
  action.table = input.TableName;
  action.tells_item = tells_item(input);
  if (!input.ConditionExpression && !input.ExpressionAttributeNames && !input.ExpressionAttributeValues) return {};
  expression::Placeholders placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  TRY(placeholders.check({{"ConditionExpression", input.ConditionExpression.has_value()}}));
  action.condition = TRY(bind_condition(input, placeholders));
  return placeholders.check_used();
}

// The same with Expected and ConditionalOperator.
template <class Input>
Result<> bind_condition_or_expected(const Input& input, ItemAction& action) {
  if (!input.Expected && !input.ConditionalOperator) return bind_condition_only(input, action);
  TRY(expression::legacy::check_not_mixed(
      {{"Expected", input.Expected.has_value()}, {"ConditionalOperator", input.ConditionalOperator.has_value()}},
      {{"ConditionExpression", input.ConditionExpression.has_value()}}));
  TRY(bind_condition_only(input, action));
  action.condition = TRY(bind_expected(input.Expected, input.ConditionalOperator));
  return {};
}

Result<ItemAction> bind_put(const PutItemInput& input);
Result<ItemAction> bind_delete(const DeleteItemInput& input);
Result<ItemAction> bind_update(const UpdateItemInput& input);
// Of a transaction. Errors besides the expressions': not exactly one action, an item to put that is too large.
Result<ItemAction> bind_transact_item(const TransactWriteItem& input);

}  // namespace orrery::dynamodb
