#include "services/iam/condition_keys.h"

#include "services/identity/entities.h"
#include "services/identity/records.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::iam {
namespace {

// "iam:PermissionsBoundary: checks that the specified policy is attached as permissions boundary on the IAM principal
// resource", for these; where a boundary is set, it is the one in the request.
constexpr std::string_view kOnTheEntity[] = {
    "iam:AttachRolePolicy", "iam:AttachUserPolicy",
    "iam:DeleteRolePolicy", "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPolicy", "iam:DeleteUserPermissionsBoundary",
    "iam:DetachRolePolicy", "iam:DetachUserPolicy",
    "iam:PutRolePolicy",    "iam:PutUserPolicy",
};

Result<std::string> boundary_of(Reader& reader, const Call& call, std::string_view arn) {
  const auto name = identity::name_in_arn(arn);
  if (arn.find(":user/") != std::string_view::npos) {
    const auto user = TRY(identity::get_user(reader, call.account, name));
    return user ? user->boundary_arn : std::string();
  }
  const auto role = TRY(identity::get_role(reader, call.account, name));
  return role ? role->boundary_arn : std::string();
}

// "iam:resourcetag/team": nullopt when there is no such tag.
Result<std::optional<std::string>> tag_of(Reader& reader, std::string_view arn, std::string_view lower_key) {
  for (const auto& [key, value] : TRY(get_tags(reader, arn))) {
    if (identity::lower(key) == lower_key) return std::optional(value);
  }
  return std::optional<std::string>();
}

}  // namespace

Result<std::optional<auth::Context::Values>> condition_value(void*, Reader& reader, const Call& call,
                                                             const Access& access, std::string_view key) {
  using Values = auth::Context::Values;
  constexpr std::string_view kTag = "iam:resourcetag/";
  if (key.starts_with(kTag)) {
    const auto value = TRY(tag_of(reader, access.resource, key.substr(kTag.size())));
    return value ? std::optional(Values{*value}) : std::optional<Values>();
  }
  const bool asked = key == "iam:permissionsboundary" &&
                     std::ranges::find(kOnTheEntity, std::string_view(access.action)) != std::end(kOnTheEntity);
  if (!asked) return std::optional<Values>();
  const std::string boundary = TRY(boundary_of(reader, call, access.resource));
  return boundary.empty() ? std::optional<Values>() : std::optional(Values{boundary});
}

}  // namespace orrery::iam
