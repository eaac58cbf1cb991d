#include "services/dynamodb/items/rules.h"

#include "services/dynamodb/items/bind.h"

namespace orrery::dynamodb {
namespace {

constexpr std::string_view kReturnValues = "dynamodb:ReturnValues";

void set_choice(ItemAccess& access, std::string_view key, const std::optional<std::string>& choice,
                std::string_view otherwise) {
  access.set(key, choice ? std::string_view(*choice) : otherwise);
}
void set_capacity(ItemAccess& access, const std::optional<std::string>& choice) {
  set_choice(access, "dynamodb:ReturnConsumedCapacity", choice, ReturnConsumedCapacity::NONE);
}

// The attributes that expressions name. Those that are wrong name none: the operation refuses them.
void add_expressions(ItemAccess& access, const Result<ItemAction>& action) {
  if (!action) return;
  access.add_attributes(action->condition.attributes());
  access.add_attributes(action->update.attributes());
}

// `Input`: of GetItem, of a table in BatchGetItem.
void add_projection(ItemAccess& access, const std::optional<std::string>& expression,
                    const std::optional<expression::Placeholders::Names>& names,
                    const std::optional<std::vector<std::string>>& attributes_to_get) {
  const auto projection = bind_projection(expression, names, attributes_to_get);
  if (projection && *projection) access.add_attributes((*projection)->attributes());
  const bool all = !expression && !attributes_to_get;
  access.set("dynamodb:Select", all ? Select::ALL_ATTRIBUTES : Select::SPECIFIC_ATTRIBUTES);
}

std::vector<Access> one(ItemAccess&& access) {
  std::vector<Access> out;
  out.push_back(std::move(access).take());
  return out;
}

std::string_view action_of(ItemAction::Kind kind) {
  switch (kind) {
    case ItemAction::Kind::Put:
      return "dynamodb:PutItem";
    case ItemAction::Kind::Update:
      return "dynamodb:UpdateItem";
    case ItemAction::Kind::Delete:
      return "dynamodb:DeleteItem";
    case ItemAction::Kind::Check:
      return "dynamodb:ConditionCheckItem";
  }
  return {};
}

// What is needed by action and table, gathered over the members of a transaction.
class Gathered {
 public:
  Gathered(const Call& call, Reader& reader, std::string_view operation,
           const std::optional<std::string>& return_consumed_capacity)
      : call_(call), reader_(reader), operation_(operation), return_consumed_capacity_(return_consumed_capacity) {}

  ItemAccess& at(std::string_view action, std::string_view table) {
    const auto key = std::pair(action, table);
    const auto found = accesses_.find(key);
    if (found != accesses_.end()) return found->second;
    ItemAccess& access = accesses_.try_emplace(key, call_, reader_, table).first->second;
    access.set("dynamodb:EnclosingOperation", operation_);
    set_capacity(access, return_consumed_capacity_);
    return access;
  }
  std::vector<Access> take() && {
    std::vector<Access> out;
    for (auto& [key, access] : accesses_) {
      out.push_back(std::move(access).take());
      out.back().action = key.first;
    }
    return out;
  }

 private:
  const Call& call_;
  Reader& reader_;
  std::string_view operation_;
  const std::optional<std::string>& return_consumed_capacity_;
  std::map<std::pair<std::string_view, std::string_view>, ItemAccess> accesses_;
};

}  // namespace

Result<std::vector<Access>> item_put(const Call& call, Reader& reader, const PutItemInput& input) {
  ItemAccess access(call, reader, input.TableName);
  if (!access.matters()) return one(std::move(access));
  TRY(access.add(input.Item));
  add_expressions(access, bind_put(input));
  set_choice(access, kReturnValues, input.ReturnValues, ReturnValue::NONE);
  set_capacity(access, input.ReturnConsumedCapacity);
  return one(std::move(access));
}

Result<std::vector<Access>> item_deleted(const Call& call, Reader& reader, const DeleteItemInput& input) {
  ItemAccess access(call, reader, input.TableName);
  if (!access.matters()) return one(std::move(access));
  TRY(access.add(input.Key));
  add_expressions(access, bind_delete(input));
  set_choice(access, kReturnValues, input.ReturnValues, ReturnValue::NONE);
  set_capacity(access, input.ReturnConsumedCapacity);
  return one(std::move(access));
}

Result<std::vector<Access>> item_updated(const Call& call, Reader& reader, const UpdateItemInput& input) {
  ItemAccess access(call, reader, input.TableName);
  if (!access.matters()) return one(std::move(access));
  TRY(access.add(input.Key));
  add_expressions(access, bind_update(input));
  set_choice(access, kReturnValues, input.ReturnValues, ReturnValue::NONE);
  set_capacity(access, input.ReturnConsumedCapacity);
  return one(std::move(access));
}

Result<std::vector<Access>> item_got(const Call& call, Reader& reader, const GetItemInput& input) {
  ItemAccess access(call, reader, input.TableName);
  if (!access.matters()) return one(std::move(access));
  TRY(access.add(input.Key));
  add_projection(access, input.ProjectionExpression, input.ExpressionAttributeNames, input.AttributesToGet);
  set_capacity(access, input.ReturnConsumedCapacity);
  return one(std::move(access));
}

Result<std::vector<Access>> items_got(const Call& call, Reader& reader, const BatchGetItemInput& input) {
  std::vector<Access> accesses;
  for (const auto& [table, request] : input.RequestItems) {
    ItemAccess access(call, reader, table);
    if (access.matters()) {
      for (const item::Item& key : request.Keys) TRY(access.add(key));
      add_projection(access, request.ProjectionExpression, request.ExpressionAttributeNames, request.AttributesToGet);
      set_capacity(access, input.ReturnConsumedCapacity);
    }
    accesses.push_back(std::move(access).take());
  }
  return accesses;
}

Result<std::vector<Access>> items_written(const Call& call, Reader& reader, const BatchWriteItemInput& input) {
  std::vector<Access> accesses;
  for (const auto& [table, requests] : input.RequestItems) {
    ItemAccess access(call, reader, table);
    for (const WriteRequest& request : requests) {
      if (request.PutRequest) TRY(access.add(request.PutRequest->Item));
      if (request.DeleteRequest) TRY(access.add(request.DeleteRequest->Key));
    }
    set_capacity(access, input.ReturnConsumedCapacity);
    accesses.push_back(std::move(access).take());
  }
  return accesses;
}

Result<std::vector<Access>> transaction_got(const Call& call, Reader& reader, const TransactGetItemsInput& input) {
  Gathered gathered(call, reader, "TransactGetItems", input.ReturnConsumedCapacity);
  for (const TransactGetItem& member : input.TransactItems) {
    ItemAccess& access = gathered.at("dynamodb:GetItem", member.Get.TableName);
    if (!access.matters()) continue;
    TRY(access.add(member.Get.Key));
    add_projection(access, member.Get.ProjectionExpression, member.Get.ExpressionAttributeNames, std::nullopt);
  }
  return std::move(gathered).take();
}

Result<std::vector<Access>> transaction_written(const Call& call, Reader& reader,
                                                const TransactWriteItemsInput& input) {
  Gathered gathered(call, reader, "TransactWriteItems", input.ReturnConsumedCapacity);
  for (const TransactWriteItem& member : input.TransactItems) {
    // What cannot be bound is refused by the operation, before it looks at any table.
    const auto action = bind_transact_item(member);
    if (!action) continue;
    ItemAccess& access = gathered.at(action_of(action->kind), action->table);
    if (!access.matters()) continue;
    TRY(access.add(action->subject));
    add_expressions(access, action);
  }
  return std::move(gathered).take();
}

}  // namespace orrery::dynamodb
