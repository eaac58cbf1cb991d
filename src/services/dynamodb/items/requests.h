// What the operations on items have in common.
#pragma once

#include "expression/condition.h"
#include "expression/placeholders.h"
#include "expression/projection.h"
#include "item/key.h"
#include "item/value.h"
#include "services/dynamodb/items/capacity.h"
#include "shapes/dynamodb.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb {

struct Given {
  std::string_view parameter;
  bool given;
};
// 501 NotImplemented that names the first one given: a parameter is never ignored.
Result<> refuse(std::string_view operation, std::initializer_list<Given> parameters);

// ReturnValues of PutItem and DeleteItem. Error: ValidationException for anything but NONE and ALL_OLD.
Result<bool> wants_old(const std::optional<std::string>& return_values);

// "Item size has exceeded the maximum allowed size" (400 KB, names included).
Result<> check_item_size(item::ItemView item);
// "Item size to update has exceeded the maximum allowed size".
Result<> check_updated_item_size(item::ItemView item);

// nullopt: the whole item.
using MaybeProjection = std::optional<expression::Projection>;

// What a read returns of an item: ProjectionExpression with its names, or AttributesToGet; nullopt: all of it. All
// checks that need no table, in the service's order. Error: ValidationException. The request outlives it.
Result<MaybeProjection> bind_projection(const std::optional<std::string>& projection_expression,
                                        const std::optional<expression::Placeholders::Names>& names,
                                        const std::optional<std::vector<std::string>>& attributes_to_get);
// And once the table is known: no path leads into its key attributes. Error: ValidationException.
Result<> check_key_paths(const MaybeProjection& projection, const item::KeySchema& keys);

// Expected with ConditionalOperator. Error: ValidationException.
Result<expression::Condition> bind_expected(
    const std::optional<std::map<std::string, ExpectedAttributeValue>>& expected,
    const std::optional<std::string>& conditional_operator);

}  // namespace orrery::dynamodb
