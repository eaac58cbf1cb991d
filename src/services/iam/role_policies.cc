#include "services/iam/operations.h"
#include "services/identity/managed_policies.h"
#include "store/key.h"

namespace orrery::iam {
namespace {

constexpr std::size_t kInlinePolicyMost = 10'240;  // characters; the quota is of a role's inline policies together
constexpr int kAttachedMost = 10;                  // managed policies a role, the default quota

// What follows the account and the role in a key: the policy's name or ARN.
std::string last_part(std::string_view key) {
  KeyReader parts(key);
  parts.text();
  parts.text();
  return parts.text();
}

}  // namespace

Result<wire::Empty> put_role_policy(Call& call, Transaction& tx, const PutRolePolicyRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(auth::parse_policy(input.PolicyDocument, auth::PolicyKind::Identity));
  std::size_t characters = policy_characters(input.PolicyDocument);
  const auto cursor = tx.scan(prefix_range(identity::inline_policies_prefix(call.account, role.name)));
  while (cursor->next()) {
    if (last_part(cursor->key()) != input.PolicyName) characters += policy_characters(cursor->value());
  }
  TRY(cursor->status());
  if (characters > kInlinePolicyMost) {
    return fail(errors::LimitExceededException("Maximum policy size of " + std::to_string(kInlinePolicyMost) +
                                               " bytes exceeded for role " + role.name));
  }
  TRY(tx.put(identity::inline_policy_key(call.account, role.name, input.PolicyName), input.PolicyDocument));
  // Touched so that another PutRolePolicy or a DeleteRole under way at the same time conflicts with us.
  TRY(identity::put_role(tx, call.account, role));
  return wire::Empty{};
}

Result<GetRolePolicyResponse> get_role_policy(Call& call, Reader& reader, const GetRolePolicyRequest& input) {
  const auto role = TRY(existing_role(reader, call, input.RoleName));
  const auto document = TRY(reader.get(identity::inline_policy_key(call.account, role.name, input.PolicyName)));
  if (!document) {
    return fail(errors::NoSuchEntityException("The role policy with name " + input.PolicyName + " cannot be found."));
  }
  return GetRolePolicyResponse{role.name, input.PolicyName, encoded_document(*document)};
}

Result<ListRolePoliciesResponse> list_role_policies(Call& call, Reader& reader, const ListRolePoliciesRequest& input) {
  const auto role = TRY(existing_role(reader, call, input.RoleName));
  ListRolePoliciesResponse output;
  output.Marker = TRY(scan_page(reader, identity::inline_policies_prefix(call.account, role.name),
                                {input.Marker, input.MaxItems.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                  output.PolicyNames.push_back(last_part(cursor.key()));
                                  return true;
                                }));
  output.IsTruncated = output.Marker.has_value();
  return output;
}

Result<wire::Empty> delete_role_policy(Call& call, Transaction& tx, const DeleteRolePolicyRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  const std::string key = identity::inline_policy_key(call.account, role.name, input.PolicyName);
  if (!TRY(tx.get(key))) {
    return fail(errors::NoSuchEntityException("The role policy with name " + input.PolicyName + " cannot be found."));
  }
  TRY(tx.erase(key));
  return wire::Empty{};
}

Result<wire::Empty> attach_role_policy(Call& call, Transaction& tx, const AttachRolePolicyRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  if (identity::find_managed_policy(input.PolicyArn) == nullptr) {
    const auto policy = TRY(identity::get_policy(tx, call.account, identity::name_in_arn(input.PolicyArn)));
    if (!policy || policy->arn != input.PolicyArn) {
      return fail(errors::NoSuchEntityException("Policy " + input.PolicyArn + " does not exist or is not attachable."));
    }
  }
  int attached = 0;
  const auto cursor = tx.scan(prefix_range(identity::attached_policies_prefix(call.account, role.name)));
  while (cursor->next()) attached += cursor->value() == input.PolicyArn ? 0 : 1;
  TRY(cursor->status());
  if (attached >= kAttachedMost) {
    return fail(
        errors::LimitExceededException("Cannot exceed quota for PoliciesPerRole: " + std::to_string(kAttachedMost)));
  }
  TRY(tx.put(identity::attached_policy_key(call.account, role.name, input.PolicyArn), input.PolicyArn));
  TRY(tx.put(identity::policy_role_key(call.account, input.PolicyArn, role.name), role.name));
  // Touched so that a DeleteRole under way at the same time conflicts with us.
  TRY(identity::put_role(tx, call.account, role));
  return wire::Empty{};
}

Result<wire::Empty> detach_role_policy(Call& call, Transaction& tx, const DetachRolePolicyRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  const std::string key = identity::attached_policy_key(call.account, role.name, input.PolicyArn);
  if (!TRY(tx.get(key))) {
    return fail(errors::NoSuchEntityException("Policy " + input.PolicyArn + " was not found."));
  }
  TRY(tx.erase(key));
  TRY(tx.erase(identity::policy_role_key(call.account, input.PolicyArn, role.name)));
  return wire::Empty{};
}

Result<ListAttachedRolePoliciesResponse> list_attached_role_policies(Call& call, Reader& reader,
                                                                     const ListAttachedRolePoliciesRequest& input) {
  const auto role = TRY(existing_role(reader, call, input.RoleName));
  ListAttachedRolePoliciesResponse output;
  output.AttachedPolicies.emplace();
  const std::string path = input.PathPrefix.value_or("/");
  output.Marker = TRY(scan_page(reader, identity::attached_policies_prefix(call.account, role.name),
                                {input.Marker, input.MaxItems.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                  const std::string arn(cursor.value());
                                  const std::string inside = arn.substr(arn.find(":policy/") + 7);
                                  if (!inside.starts_with(path)) return false;
                                  output.AttachedPolicies->push_back({std::string(identity::name_in_arn(arn)), arn});
                                  return true;
                                }));
  output.IsTruncated = output.Marker.has_value();
  return output;
}

}  // namespace orrery::iam
