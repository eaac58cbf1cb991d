#include "services/iam/iam.h"

#include "services/iam/account.h"
#include "services/iam/condition_keys.h"
#include "services/iam/entity_policies.h"
#include "services/iam/policies.h"
#include "services/iam/roles.h"
#include "services/iam/rules.h"
#include "services/iam/simulation.h"
#include "services/iam/tagging.h"
#include "services/iam/users.h"

namespace orrery::iam {
namespace {

constexpr auto user_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return TRY(existing_user(reader, call, input.UserName)).arn;
};
constexpr auto role_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return TRY(existing_role(reader, call, input.RoleName)).arn;
};
constexpr auto policy_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return taggable_policy(reader, call, input.PolicyArn);
};
constexpr auto profile_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return existing_profile_arn(reader, call, input.InstanceProfileName);
};
constexpr auto device_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return existing_device(reader, call, input.SerialNumber);
};
constexpr auto oidc_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return existing_oidc(reader, call, input.OpenIDConnectProviderArn);
};
constexpr auto saml_arn = [](Reader& reader, const Call& call, const auto& input) -> Result<std::string> {
  return existing_saml(reader, call, input.SAMLProviderArn);
};

// Whatever changes an account's identities says so, in the same transaction: what was derived from them is then made
// anew, and two changes at once are one after the other.
template <auto Function>
struct Editing;
template <class Out, class In, Result<Out> (*Function)(Call&, Transaction&, const In&)>
struct Editing<Function> {
  static Result<Out> run(Call& call, Transaction& tx, const In& input) {
    auto output = Function(call, tx, input);
    if (output) TRY(identity::next_generation(tx, call.account));
    return output;
  }
};
template <class Out, class In, Result<Out> (*Function)(Iam&, Call&, Transaction&, const In&)>
struct Editing<Function> {
  static Result<Out> run(Iam& iam, Call& call, Transaction& tx, const In& input) {
    auto output = Function(iam, call, tx, input);
    if (output) TRY(identity::next_generation(tx, call.account));
    return output;
  }
};

// "iam:CreateUser" is the operation CreateUser.
template <auto Function, auto Rule>
constexpr Operation editing(std::string_view action) {
  return transacting<&Editing<Function>::run, Rule>(action.substr(4), action);
}
template <auto Function, auto Rule>
constexpr Operation showing(std::string_view action) {
  return reading<Function, Rule>(action.substr(4), action);
}

constexpr Operation kOperations[] = {
    editing<add_client_id, rules::oidc>("iam:AddClientIDToOpenIDConnectProvider"),
    editing<add_role_to_instance_profile, rules::profile_with_role>("iam:AddRoleToInstanceProfile"),
    editing<add_user_to_group, rules::group>("iam:AddUserToGroup"),
    editing<attach_policy<EntityKind::Group, AttachGroupPolicyRequest>, rules::group>("iam:AttachGroupPolicy"),
    editing<attach_policy<EntityKind::Role, AttachRolePolicyRequest>, rules::role>("iam:AttachRolePolicy"),
    editing<attach_policy<EntityKind::User, AttachUserPolicyRequest>, rules::user>("iam:AttachUserPolicy"),
    editing<change_password, rules::myself>("iam:ChangePassword"),
    editing<create_access_key, rules::user_or_caller>("iam:CreateAccessKey"),
    editing<create_account_alias, rules::everything>("iam:CreateAccountAlias"),
    editing<create_group, rules::new_group>("iam:CreateGroup"),
    editing<create_instance_profile, rules::new_profile>("iam:CreateInstanceProfile"),
    editing<create_login_profile, rules::user_or_caller>("iam:CreateLoginProfile"),
    editing<create_oidc, rules::new_oidc>("iam:CreateOpenIDConnectProvider"),
    editing<create_policy, rules::new_policy>("iam:CreatePolicy"),
    editing<create_policy_version, rules::policy>("iam:CreatePolicyVersion"),
    editing<create_role, rules::new_role>("iam:CreateRole"),
    editing<create_saml, rules::new_saml>("iam:CreateSAMLProvider"),
    editing<create_service_linked_role, rules::service_role>("iam:CreateServiceLinkedRole"),
    editing<create_user, rules::new_user>("iam:CreateUser"),
    editing<create_virtual_mfa_device, rules::new_device>("iam:CreateVirtualMFADevice"),
    editing<deactivate_mfa_device, rules::user_or_caller>("iam:DeactivateMFADevice"),
    editing<delete_access_key, rules::user_or_caller>("iam:DeleteAccessKey"),
    editing<delete_account_alias, rules::everything>("iam:DeleteAccountAlias"),
    editing<delete_password_policy, rules::everything>("iam:DeleteAccountPasswordPolicy"),
    editing<delete_group, rules::group>("iam:DeleteGroup"),
    editing<delete_inline_policy<EntityKind::Group, DeleteGroupPolicyRequest>, rules::group>("iam:DeleteGroupPolicy"),
    editing<delete_instance_profile, rules::profile>("iam:DeleteInstanceProfile"),
    editing<delete_login_profile, rules::user_or_caller>("iam:DeleteLoginProfile"),
    editing<delete_oidc, rules::oidc>("iam:DeleteOpenIDConnectProvider"),
    editing<delete_policy, rules::policy>("iam:DeletePolicy"),
    editing<delete_policy_version, rules::policy>("iam:DeletePolicyVersion"),
    editing<delete_role, rules::role>("iam:DeleteRole"),
    editing<delete_role_boundary, rules::role>("iam:DeleteRolePermissionsBoundary"),
    editing<delete_inline_policy<EntityKind::Role, DeleteRolePolicyRequest>, rules::role>("iam:DeleteRolePolicy"),
    editing<delete_saml, rules::saml>("iam:DeleteSAMLProvider"),
    editing<delete_service_linked_role, rules::role>("iam:DeleteServiceLinkedRole"),
    editing<delete_user, rules::user>("iam:DeleteUser"),
    editing<delete_user_boundary, rules::user>("iam:DeleteUserPermissionsBoundary"),
    editing<delete_inline_policy<EntityKind::User, DeleteUserPolicyRequest>, rules::user>("iam:DeleteUserPolicy"),
    editing<delete_virtual_mfa_device, rules::device>("iam:DeleteVirtualMFADevice"),
    editing<detach_policy<EntityKind::Group, DetachGroupPolicyRequest>, rules::group>("iam:DetachGroupPolicy"),
    editing<detach_policy<EntityKind::Role, DetachRolePolicyRequest>, rules::role>("iam:DetachRolePolicy"),
    editing<detach_policy<EntityKind::User, DetachUserPolicyRequest>, rules::user>("iam:DetachUserPolicy"),
    editing<enable_mfa_device, rules::user>("iam:EnableMFADevice"),
    editing<generate_credential_report, rules::everything>("iam:GenerateCredentialReport"),
    showing<get_access_key_last_used, rules::key_owner>("iam:GetAccessKeyLastUsed"),
    showing<get_account_authorization_details, rules::everything>("iam:GetAccountAuthorizationDetails"),
    showing<get_password_policy, rules::everything>("iam:GetAccountPasswordPolicy"),
    showing<get_account_summary, rules::everything>("iam:GetAccountSummary"),
    showing<get_context_keys_for_custom_policy, rules::everything>("iam:GetContextKeysForCustomPolicy"),
    showing<get_context_keys_for_principal_policy, rules::source>("iam:GetContextKeysForPrincipalPolicy"),
    showing<get_credential_report, rules::everything>("iam:GetCredentialReport"),
    showing<get_group, rules::group>("iam:GetGroup"),
    showing<get_inline_policy<EntityKind::Group, GetGroupPolicyRequest, GetGroupPolicyResponse>, rules::group>(
        "iam:GetGroupPolicy"),
    showing<get_instance_profile, rules::profile>("iam:GetInstanceProfile"),
    showing<get_login_profile, rules::user_or_caller>("iam:GetLoginProfile"),
    showing<get_mfa_device, rules::user_or_caller>("iam:GetMFADevice"),
    showing<get_oidc, rules::oidc>("iam:GetOpenIDConnectProvider"),
    showing<get_policy, rules::policy>("iam:GetPolicy"),
    showing<get_policy_version, rules::policy>("iam:GetPolicyVersion"),
    showing<get_role, rules::role>("iam:GetRole"),
    showing<get_inline_policy<EntityKind::Role, GetRolePolicyRequest, GetRolePolicyResponse>, rules::role>(
        "iam:GetRolePolicy"),
    showing<get_saml, rules::saml>("iam:GetSAMLProvider"),
    showing<service_linked_role_deletion_status, rules::all_of<rules::kRoles>>(
        "iam:GetServiceLinkedRoleDeletionStatus"),
    showing<get_user, rules::user_or_caller>("iam:GetUser"),
    showing<get_inline_policy<EntityKind::User, GetUserPolicyRequest, GetUserPolicyResponse>, rules::user>(
        "iam:GetUserPolicy"),
    showing<list_access_keys, rules::user_or_caller>("iam:ListAccessKeys"),
    showing<list_account_aliases, rules::everything>("iam:ListAccountAliases"),
    showing<
        list_attached_policies<EntityKind::Group, ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse>,
        rules::group>("iam:ListAttachedGroupPolicies"),
    showing<list_attached_policies<EntityKind::Role, ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>,
            rules::role>("iam:ListAttachedRolePolicies"),
    showing<list_attached_policies<EntityKind::User, ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse>,
            rules::user>("iam:ListAttachedUserPolicies"),
    showing<list_entities_for_policy, rules::policy>("iam:ListEntitiesForPolicy"),
    showing<list_inline_policies<EntityKind::Group, ListGroupPoliciesRequest, ListGroupPoliciesResponse>, rules::group>(
        "iam:ListGroupPolicies"),
    showing<list_groups, rules::all_of<rules::kGroups>>("iam:ListGroups"),
    showing<list_groups_for_user, rules::user>("iam:ListGroupsForUser"),
    showing<list_tags<profile_arn, ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse>, rules::profile>(
        "iam:ListInstanceProfileTags"),
    showing<list_instance_profiles, rules::all_of<rules::kProfiles>>("iam:ListInstanceProfiles"),
    showing<list_instance_profiles_for_role, rules::role>("iam:ListInstanceProfilesForRole"),
    showing<list_tags<device_arn, ListMFADeviceTagsRequest, ListMFADeviceTagsResponse>, rules::device>(
        "iam:ListMFADeviceTags"),
    showing<list_mfa_devices, rules::user_or_caller>("iam:ListMFADevices"),
    showing<list_tags<oidc_arn, ListOpenIDConnectProviderTagsRequest, ListOpenIDConnectProviderTagsResponse>,
            rules::oidc>("iam:ListOpenIDConnectProviderTags"),
    showing<list_oidc, rules::everything>("iam:ListOpenIDConnectProviders"),
    showing<list_policies, rules::all_of<rules::kPolicies>>("iam:ListPolicies"),
    showing<list_policies_granting_service_access, rules::entity_arn>("iam:ListPoliciesGrantingServiceAccess"),
    showing<list_tags<policy_arn, ListPolicyTagsRequest, ListPolicyTagsResponse>, rules::policy>("iam:ListPolicyTags"),
    showing<list_policy_versions, rules::policy>("iam:ListPolicyVersions"),
    showing<list_inline_policies<EntityKind::Role, ListRolePoliciesRequest, ListRolePoliciesResponse>, rules::role>(
        "iam:ListRolePolicies"),
    showing<list_tags<role_arn, ListRoleTagsRequest, ListRoleTagsResponse>, rules::role>("iam:ListRoleTags"),
    showing<list_roles, rules::all_of<rules::kRoles>>("iam:ListRoles"),
    showing<list_tags<saml_arn, ListSAMLProviderTagsRequest, ListSAMLProviderTagsResponse>, rules::saml>(
        "iam:ListSAMLProviderTags"),
    showing<list_saml, rules::everything>("iam:ListSAMLProviders"),
    showing<list_inline_policies<EntityKind::User, ListUserPoliciesRequest, ListUserPoliciesResponse>, rules::user>(
        "iam:ListUserPolicies"),
    showing<list_tags<user_arn, ListUserTagsRequest, ListUserTagsResponse>, rules::user>("iam:ListUserTags"),
    showing<list_users, rules::all_of<rules::kUsers>>("iam:ListUsers"),
    showing<list_virtual_mfa_devices, rules::all_of<rules::kDevices>>("iam:ListVirtualMFADevices"),
    editing<put_inline_policy<EntityKind::Group, PutGroupPolicyRequest>, rules::group>("iam:PutGroupPolicy"),
    editing<put_role_boundary, rules::role>("iam:PutRolePermissionsBoundary"),
    editing<put_inline_policy<EntityKind::Role, PutRolePolicyRequest>, rules::role>("iam:PutRolePolicy"),
    editing<put_user_boundary, rules::user>("iam:PutUserPermissionsBoundary"),
    editing<put_inline_policy<EntityKind::User, PutUserPolicyRequest>, rules::user>("iam:PutUserPolicy"),
    editing<remove_client_id, rules::oidc>("iam:RemoveClientIDFromOpenIDConnectProvider"),
    editing<remove_role_from_instance_profile, rules::profile>("iam:RemoveRoleFromInstanceProfile"),
    editing<remove_user_from_group, rules::group>("iam:RemoveUserFromGroup"),
    editing<resync_mfa_device, rules::user>("iam:ResyncMFADevice"),
    editing<set_default_policy_version, rules::policy>("iam:SetDefaultPolicyVersion"),
    showing<simulate_custom_policy, rules::everything>("iam:SimulateCustomPolicy"),
    showing<simulate_principal_policy, rules::source>("iam:SimulatePrincipalPolicy"),
    editing<tag<profile_arn, TagInstanceProfileRequest>, rules::profile>("iam:TagInstanceProfile"),
    editing<tag<device_arn, TagMFADeviceRequest>, rules::device>("iam:TagMFADevice"),
    editing<tag<oidc_arn, TagOpenIDConnectProviderRequest>, rules::oidc>("iam:TagOpenIDConnectProvider"),
    editing<tag<policy_arn, TagPolicyRequest>, rules::policy>("iam:TagPolicy"),
    editing<tag<role_arn, TagRoleRequest>, rules::role>("iam:TagRole"),
    editing<tag<saml_arn, TagSAMLProviderRequest>, rules::saml>("iam:TagSAMLProvider"),
    editing<tag<user_arn, TagUserRequest>, rules::user>("iam:TagUser"),
    editing<untag<profile_arn, UntagInstanceProfileRequest>, rules::profile>("iam:UntagInstanceProfile"),
    editing<untag<device_arn, UntagMFADeviceRequest>, rules::device>("iam:UntagMFADevice"),
    editing<untag<oidc_arn, UntagOpenIDConnectProviderRequest>, rules::oidc>("iam:UntagOpenIDConnectProvider"),
    editing<untag<policy_arn, UntagPolicyRequest>, rules::policy>("iam:UntagPolicy"),
    editing<untag<role_arn, UntagRoleRequest>, rules::role>("iam:UntagRole"),
    editing<untag<saml_arn, UntagSAMLProviderRequest>, rules::saml>("iam:UntagSAMLProvider"),
    editing<untag<user_arn, UntagUserRequest>, rules::user>("iam:UntagUser"),
    editing<update_access_key, rules::user_or_caller>("iam:UpdateAccessKey"),
    editing<update_password_policy, rules::everything>("iam:UpdateAccountPasswordPolicy"),
    editing<update_assume_role_policy, rules::role>("iam:UpdateAssumeRolePolicy"),
    editing<update_group, rules::moved_group>("iam:UpdateGroup"),
    editing<update_login_profile, rules::user>("iam:UpdateLoginProfile"),
    editing<update_thumbprints, rules::oidc>("iam:UpdateOpenIDConnectProviderThumbprint"),
    editing<update_role, rules::role>("iam:UpdateRole"),
    editing<update_role_description, rules::role>("iam:UpdateRoleDescription"),
    editing<update_saml, rules::saml>("iam:UpdateSAMLProvider"),
    editing<update_user, rules::moved_user>("iam:UpdateUser"),
};

}  // namespace

Service iam_service(Iam& iam) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &iam;
  service.condition_keys = kConditionKeys;
  service.condition_value = &condition_value;
  return service;
}

}  // namespace orrery::iam
