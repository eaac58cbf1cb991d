#include "services/dynamodb/items/requests.h"

#include "expression/key_paths.h"
#include "expression/legacy.h"

namespace orrery::dynamodb {
namespace {

// The documented size never exceeds the encoding's by much (item/value.h): small items need no walk.
bool is_too_large(item::ItemView item) {
  return item.bytes().size() >= item::kMaxItemBytes / 2 && item.size_bytes() > item::kMaxItemBytes;
}

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

Result<> refuse(std::string_view operation, std::initializer_list<Given> parameters) {
  for (const Given& one : parameters) {
    if (!one.given) continue;
    std::string message = "Orrery does not implement ";
    message.append(one.parameter).append(" of dynamodb:").append(operation).append(".");
    return fail(api_error("NotImplemented", std::move(message), 501));
  }
  return {};
}

Result<bool> wants_old(const std::optional<std::string>& return_values) {
  if (!return_values || *return_values == ReturnValue::NONE) return false;
  if (*return_values == ReturnValue::ALL_OLD) return true;
  return fail(validation_error("ReturnValues can only be ALL_OLD or NONE"));
}

Result<> check_item_size(item::ItemView item) {
  if (!is_too_large(item)) return {};
  return fail(validation_error("Item size has exceeded the maximum allowed size"));
}

Result<> check_updated_item_size(item::ItemView item) {
  if (!is_too_large(item)) return {};
  return fail(validation_error("Item size to update has exceeded the maximum allowed size"));
}

Result<MaybeProjection> bind_projection(const std::optional<std::string>& projection_expression,
                                        const std::optional<expression::Placeholders::Names>& names,
                                        const std::optional<std::vector<std::string>>& attributes_to_get) {
  std::optional<expression::Projection> out;
  TRY(expression::legacy::check_not_mixed({{"AttributesToGet", attributes_to_get.has_value()}},
                                          {{"ProjectionExpression", projection_expression.has_value()}}));
  expression::Placeholders placeholders(names ? &*names : nullptr);
  TRY(placeholders.check({{"ProjectionExpression", projection_expression.has_value(), false}}));
  if (projection_expression) {
    out = TRY(expression::Projection::bind(*projection_expression, placeholders));
    TRY(placeholders.check_used());
  } else if (attributes_to_get) {
    TRY(expression::legacy::check_attributes_to_get(*attributes_to_get));
    out = expression::Projection::of_attributes(*attributes_to_get);
  }
  return out;
}

Result<expression::Condition> bind_expected(
    const std::optional<std::map<std::string, ExpectedAttributeValue>>& expected,
    const std::optional<std::string>& conditional_operator) {
  std::vector<expression::legacy::Expectation> expectations;
  if (expected) {
    for (const auto& [attribute, one] : *expected) {
      expression::legacy::Expectation expectation;
      expectation.attribute = attribute;
      expectation.value = one.Value ? &*one.Value : nullptr;
      expectation.exists = one.Exists;
      expectation.op = view_of(one.ComparisonOperator);
      expectation.values = one.AttributeValueList ? &*one.AttributeValueList : nullptr;
      expectations.push_back(expectation);
    }
  }
  return expression::legacy::expected(expectations, view_of(conditional_operator));
}

Result<> check_key_paths(const MaybeProjection& projection, const item::KeySchema& keys) {
  if (!projection) return {};
  return expression::check_scalar_keys(projection->nested_attributes(), keys, expression::KeyOf::Table);
}

}  // namespace orrery::dynamodb
