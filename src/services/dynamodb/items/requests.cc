#include "services/dynamodb/items/requests.h"

#include "services/dynamodb/tables/tables.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

std::size_t started(std::size_t bytes, std::size_t unit) { return std::max<std::size_t>(1, (bytes + unit - 1) / unit); }

}  // namespace

Result<> refuse(std::string_view operation, std::initializer_list<Given> parameters) {
  for (const Given& one : parameters) {
    if (!one.given) continue;
    std::string message = "Orrery does not implement ";
    message.append(one.parameter).append(" of dynamodb:").append(operation).append(" yet.");
    return fail(api_error("NotImplemented", std::move(message), 501));
  }
  return {};
}

Result<> refuse_stray_placeholders(bool names, bool values, std::string_view expression) {
  if (names) return fail(validation_error("ExpressionAttributeNames can only be specified when using expressions"));
  if (!values) return {};
  return fail(validation_error("ExpressionAttributeValues can only be specified when using expressions: " +
                               std::string(expression) + " is null"));
}

Result<bool> wants_old(const std::optional<std::string>& return_values) {
  if (!return_values || *return_values == ReturnValue::NONE) return false;
  if (*return_values == ReturnValue::ALL_OLD) return true;
  return fail(validation_error("ReturnValues can only be ALL_OLD or NONE"));
}

Result<> check_item_size(item::ItemView item) {
  // The documented size never exceeds the encoding's by much (item/value.h): small items need no walk.
  if (item.bytes().size() < item::kMaxItemBytes / 2) return {};
  if (item.size_bytes() <= item::kMaxItemBytes) return {};
  return fail(validation_error("Item size has exceeded the maximum allowed size"));
}

double write_units(std::size_t before_bytes, std::size_t after_bytes) {
  return static_cast<double>(started(std::max(before_bytes, after_bytes), 1024));
}

double read_units(std::size_t bytes, bool consistent) {
  return static_cast<double>(started(bytes, 4096)) * (consistent ? 1.0 : 0.5);
}

std::optional<ConsumedCapacity> consumed(const std::optional<std::string>& choice, const std::string& table,
                                         double units) {
  if (!wants_capacity(choice)) return std::nullopt;
  ConsumedCapacity out;
  out.TableName = table;
  out.CapacityUnits = units;
  if (*choice == ReturnConsumedCapacity::INDEXES) {
    out.Table.emplace();
    out.Table->CapacityUnits = units;
  }
  return out;
}

}  // namespace orrery::dynamodb
