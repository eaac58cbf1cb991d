#include "services/operation.h"

namespace orrery::internal {

Result<std::vector<Access>> named(std::string_view action, std::string resource) {
  return std::vector<Access>{{std::string(action), std::move(resource), {}}};
}

Result<std::vector<Access>> named(std::string_view action, Result<std::vector<Access>> accesses) {
  if (!accesses) return accesses;
  for (Access& access : *accesses) {
    if (access.action.empty()) access.action = action;
  }
  return accesses;
}

}  // namespace orrery::internal
