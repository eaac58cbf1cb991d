#include "services/iam/iam.h"

#include "base/arn.h"
#include "services/iam/operations.h"

namespace orrery::iam {
namespace {

// The ARN that a policy about roles names; an existing role's carries its path, so it is looked up.
constexpr auto role_of = [](const Call& call, Reader& reader, const auto& input) -> Result<std::vector<Access>> {
  const auto role = TRY(identity::get_role(reader, call.account, input.RoleName));
  return std::vector<Access>{
      {std::string(), role ? role->arn : make_arn("iam", "", call.account, "role/" + input.RoleName), {}}};
};

constexpr auto new_role = [](const Call& call, const CreateRoleRequest& input) {
  return make_arn("iam", "", call.account, "role" + input.Path.value_or("/") + input.RoleName);
};

constexpr auto new_policy = [](const Call& call, const CreatePolicyRequest& input) {
  return make_arn("iam", "", call.account, "policy" + input.Path.value_or("/") + input.PolicyName);
};

constexpr auto policy_of = [](const Call&, const auto& input) { return input.PolicyArn; };

constexpr auto roles_of_account = [](const Call& call, const auto&) {
  return make_arn("iam", "", call.account, "role/");
};
constexpr auto policies_of_account = [](const Call& call, const auto&) {
  return make_arn("iam", "", call.account, "policy/");
};

constexpr Operation kOperations[] = {
    transacting<attach_role_policy, role_of>("AttachRolePolicy", "iam:AttachRolePolicy"),
    transacting<create_policy, new_policy>("CreatePolicy", "iam:CreatePolicy"),
    transacting<create_role, new_role>("CreateRole", "iam:CreateRole"),
    transacting<delete_policy, policy_of>("DeletePolicy", "iam:DeletePolicy"),
    transacting<delete_role, role_of>("DeleteRole", "iam:DeleteRole"),
    transacting<delete_role_policy, role_of>("DeleteRolePolicy", "iam:DeleteRolePolicy"),
    transacting<detach_role_policy, role_of>("DetachRolePolicy", "iam:DetachRolePolicy"),
    reading<get_policy, policy_of>("GetPolicy", "iam:GetPolicy"),
    reading<get_policy_version, policy_of>("GetPolicyVersion", "iam:GetPolicyVersion"),
    reading<get_role, role_of>("GetRole", "iam:GetRole"),
    reading<get_role_policy, role_of>("GetRolePolicy", "iam:GetRolePolicy"),
    reading<list_attached_role_policies, role_of>("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies"),
    reading<list_policies, policies_of_account>("ListPolicies", "iam:ListPolicies"),
    reading<list_role_policies, role_of>("ListRolePolicies", "iam:ListRolePolicies"),
    reading<list_role_tags, role_of>("ListRoleTags", "iam:ListRoleTags"),
    reading<list_roles, roles_of_account>("ListRoles", "iam:ListRoles"),
    transacting<put_role_policy, role_of>("PutRolePolicy", "iam:PutRolePolicy"),
    transacting<tag_role, role_of>("TagRole", "iam:TagRole"),
    transacting<untag_role, role_of>("UntagRole", "iam:UntagRole"),
    transacting<update_assume_role_policy, role_of>("UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy"),
};

}  // namespace

Service iam_service() {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  return service;
}

}  // namespace orrery::iam
