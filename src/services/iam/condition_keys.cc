#include "services/iam/condition_keys.h"

#include "base/arn.h"
#include "services/identity/records.h"

#include <algorithm>

namespace orrery::iam {
namespace {

// "iam:PermissionsBoundary: checks that the specified policy is attached as permissions boundary on the IAM principal
// resource", for these; where a boundary is set, it is the one in the request.
constexpr std::string_view kOnTheRole[] = {"iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary",
                                           "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"};

}  // namespace

Result<std::optional<auth::Context::Values>> condition_value(void*, Reader& reader, const Call& call,
                                                             const Access& access, std::string_view key) {
  using Values = auth::Context::Values;
  const bool asked = key == "iam:permissionsboundary" &&
                     std::ranges::find(kOnTheRole, std::string_view(access.action)) != std::end(kOnTheRole);
  if (!asked) return std::optional<Values>();
  const auto role = TRY(identity::get_role(reader, call.account, identity::name_in_arn(access.resource)));
  if (!role || role->boundary_arn.empty()) return std::optional<Values>();
  return std::optional(Values{role->boundary_arn});
}

}  // namespace orrery::iam
