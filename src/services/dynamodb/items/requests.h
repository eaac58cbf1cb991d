// What the operations on items have in common: refusals and consumed capacity.
#pragma once

#include "item/value.h"
#include "shapes/dynamodb.h"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

struct Given {
  std::string_view parameter;
  bool given;
};
// 501 NotImplemented that names the first one given: a parameter is never ignored.
Result<> refuse(std::string_view operation, std::initializer_list<Given> parameters);

// ExpressionAttributeNames and -Values without an expression. `expression`: the one that may have values.
Result<> refuse_stray_placeholders(bool names, bool values, std::string_view expression);

// ReturnValues of PutItem and DeleteItem. Error: ValidationException for anything but NONE and ALL_OLD.
Result<bool> wants_old(const std::optional<std::string>& return_values);

// "Item size has exceeded the maximum allowed size" (400 KB, names included).
Result<> check_item_size(item::ItemView item);

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html: a write unit per started KB of
// the larger of the item before and after; a read unit per started 4 KB, half of it when eventually consistent; what
// does not exist counts as one unit.
double write_units(std::size_t before_bytes, std::size_t after_bytes);
double read_units(std::size_t bytes, bool consistent);

inline bool wants_capacity(const std::optional<std::string>& choice) {
  return choice && *choice != ReturnConsumedCapacity::NONE;
}
// nullopt unless `choice` is TOTAL or INDEXES. `table` as the request named it.
std::optional<ConsumedCapacity> consumed(const std::optional<std::string>& choice, const std::string& table,
                                         double units);

}  // namespace orrery::dynamodb
