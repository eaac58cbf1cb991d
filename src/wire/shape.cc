#include "wire/shape.h"

#include <algorithm>

namespace orrery::wire {

constexpr Shape kEmptyShape = {.kind = ShapeKind::Structure, .name = "Unit"};

const OperationModel* find_operation(const ServiceModel& service, std::string_view name) {
  const auto found = std::lower_bound(
      service.operations.begin(), service.operations.end(), name,
      [](const OperationModel& operation, std::string_view wanted) { return operation.name < wanted; });
  return found != service.operations.end() && found->name == name ? &*found : nullptr;
}

const ErrorModel* find_error(const ServiceModel& service, std::string_view code) {
  const ErrorModel* by_code = nullptr;
  for (const ErrorModel& error : service.errors) {
    if (error.shape == code) return &error;  // CloudWatch has two shapes of one code
    if (error.code == code && by_code == nullptr) by_code = &error;
  }
  return by_code;
}

}  // namespace orrery::wire
