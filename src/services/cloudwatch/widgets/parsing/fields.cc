#include "services/cloudwatch/widgets/parsing/fields.h"

#include <cmath>

namespace orrery::cloudwatch::widgets {
namespace {

// Larger ones leave no room to compute an axis in; data are 2^360 at most.
constexpr double kMost = 1e150;

std::optional<double> number_in(const json::value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

}  // namespace

Error bad_widget(std::string_view path, std::string_view why) {
  std::string message = "The value for parameter MetricWidget is not valid: ";
  if (!path.empty()) message.append(path).append(": ");
  return api_error("ValidationError", message.append(why));
}

Result<Fields> Fields::of(const json::value& value, std::string path) {
  if (!value.is_object()) return fail(bad_widget(path, "Should be object"));
  return Fields(value.get_object(), std::move(path));
}

const json::value* Fields::find(std::string_view name) const {
  const json::value* found = object_->if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Result<std::optional<std::string>> Fields::text(std::string_view name) const {
  const json::value* found = find(name);
  if (found == nullptr) return std::optional<std::string>();
  if (!found->is_string()) return fail(bad_widget(path(name), "Should be string"));
  return std::optional(std::string(std::string_view(found->get_string())));
}

Result<std::optional<double>> Fields::number(std::string_view name) const {
  const json::value* found = find(name);
  if (found == nullptr) return std::optional<double>();
  const auto value = number_in(*found);
  if (!value) return fail(bad_widget(path(name), "Should be number"));
  if (std::abs(*value) <= kMost) return value;
  return fail(bad_widget(path(name), "Should be between -1e150 and 1e150"));
}

Result<std::optional<std::int64_t>> Fields::whole(std::string_view name) const {
  const auto value = TRY(number(name));
  if (!value) return std::optional<std::int64_t>();
  if (std::trunc(*value) != *value || std::abs(*value) > 1e15) {
    return fail(bad_widget(path(name), "Should be integer"));
  }
  return std::optional(static_cast<std::int64_t>(*value));
}

Result<bool> Fields::flag(std::string_view name, bool otherwise) const {
  const json::value* found = find(name);
  if (found == nullptr) return otherwise;
  if (!found->is_bool()) return fail(bad_widget(path(name), "Should be boolean"));
  return found->get_bool();
}

Result<const json::array*> Fields::list(std::string_view name) const {
  const json::value* found = find(name);
  if (found == nullptr) return static_cast<const json::array*>(nullptr);
  if (!found->is_array()) return fail(bad_widget(path(name), "Should be array"));
  return &found->get_array();
}

}  // namespace orrery::cloudwatch::widgets
