#include "base/arn.h"
#include "services/iam/operations.h"
#include "services/identity/managed_policies.h"

namespace orrery::iam {
namespace {

constexpr std::size_t kTrustPolicyMost = 2048;  // characters, the default quota

Role describe(const identity::RoleRecord& record) {
  Role role;
  role.Path = record.path;
  role.RoleName = record.name;
  role.RoleId = record.id;
  role.Arn = record.arn;
  role.CreateDate = record.created;
  role.AssumeRolePolicyDocument = encoded_document(record.trust_policy);
  if (!record.description.empty()) role.Description = record.description;
  role.MaxSessionDuration = record.max_session_s;
  if (!record.boundary_arn.empty()) role.PermissionsBoundary = {"Policy", record.boundary_arn};
  return role;
}

Result<> add_tags_to(Reader& reader, Role& role) {
  const TagMap tags = TRY(get_tags(reader, role.Arn));
  if (tags.empty()) return {};
  role.Tags.emplace();
  for (const auto& [key, value] : tags) role.Tags->push_back({key, value});
  return {};
}

Result<bool> any_key(Reader& reader, const std::string& prefix) {
  const auto cursor = reader.scan(prefix_range(prefix));
  const bool found = cursor->next();
  TRY(cursor->status());
  return found;
}

Result<> check_boundary(Reader& reader, const Call& call, const std::string& arn) {
  if (identity::find_managed_policy(arn) != nullptr) return {};
  const auto policy = TRY(identity::get_policy(reader, call.account, identity::name_in_arn(arn)));
  if (!policy || policy->arn != arn) {
    return fail(errors::NoSuchEntityException("Scope ARN: " + arn + " does not exist or is not attachable."));
  }
  return {};
}

}  // namespace

Result<CreateRoleResponse> create_role(Call& call, Transaction& tx, const CreateRoleRequest& input) {
  if (TRY(identity::get_role(tx, call.account, input.RoleName))) {
    return fail(errors::EntityAlreadyExistsException("Role with name " + input.RoleName + " already exists."));
  }
  TRY(check_document(input.AssumeRolePolicyDocument, auth::PolicyKind::Trust, kTrustPolicyMost));
  const TagMap tags = TRY(tags_of(input.Tags));

  identity::RoleRecord role;
  role.name = input.RoleName;
  role.path = input.Path.value_or("/");
  role.id = "AROA" + call.random->token(17, kUpperAlphanumeric);
  role.arn = make_arn("iam", "", call.account, "role" + role.path + role.name);
  role.trust_policy = input.AssumeRolePolicyDocument;
  role.description = input.Description.value_or("");
  role.max_session_s = static_cast<int>(input.MaxSessionDuration.value_or(3600));
  if (input.PermissionsBoundary) {
    TRY(check_boundary(tx, call, *input.PermissionsBoundary));
    role.boundary_arn = *input.PermissionsBoundary;
    TRY(tx.put(identity::bounded_role_key(call.account, role.boundary_arn, role.name), role.name));
  }
  role.created = std::chrono::floor<std::chrono::seconds>(call.now);
  TRY(identity::put_role(tx, call.account, role));
  if (!tags.empty()) TRY(add_tags(tx, role.arn, tags));

  CreateRoleResponse output;
  output.Role = describe(role);
  TRY(add_tags_to(tx, output.Role));
  return output;
}

Result<GetRoleResponse> get_role(Call& call, Reader& reader, const GetRoleRequest& input) {
  GetRoleResponse output;
  output.Role = describe(TRY(existing_role(reader, call, input.RoleName)));
  TRY(add_tags_to(reader, output.Role));
  return output;
}

Result<ListRolesResponse> list_roles(Call& call, Reader& reader, const ListRolesRequest& input) {
  ListRolesResponse output;
  const std::string path = input.PathPrefix.value_or("/");
  output.Marker = TRY(scan_page(reader, identity::roles_prefix(call.account),
                                {input.Marker, input.MaxItems.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                  const auto role = TRY(identity::decode_role(cursor.value()));
                                  if (!role.path.starts_with(path)) return false;
                                  output.Roles.push_back(describe(role));
                                  return true;
                                }));
  output.IsTruncated = output.Marker.has_value();
  return output;
}

Result<wire::Empty> delete_role(Call& call, Transaction& tx, const DeleteRoleRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  if (TRY(any_key(tx, identity::attached_policies_prefix(call.account, role.name)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must detach all policies first."));
  }
  if (TRY(any_key(tx, identity::inline_policies_prefix(call.account, role.name)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must delete policies first."));
  }
  if (!role.boundary_arn.empty()) {
    TRY(tx.erase(identity::bounded_role_key(call.account, role.boundary_arn, role.name)));
  }
  TRY(tx.erase(identity::role_key(call.account, role.name)));
  TRY(erase_tags(tx, role.arn));
  return wire::Empty{};
}

Result<wire::Empty> update_assume_role_policy(Call& call, Transaction& tx, const UpdateAssumeRolePolicyRequest& input) {
  auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(check_document(input.PolicyDocument, auth::PolicyKind::Trust, kTrustPolicyMost));
  role.trust_policy = input.PolicyDocument;
  TRY(identity::put_role(tx, call.account, role));
  return wire::Empty{};
}

Result<wire::Empty> tag_role(Call& call, Transaction& tx, const TagRoleRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  const TagMap all = TRY(add_tags(tx, role.arn, TRY(tags_of(input.Tags))));
  if (all.size() > kMaxTags) {
    return fail(errors::LimitExceededException("The number of tags has reached the maximum limit."));
  }
  return wire::Empty{};
}

Result<wire::Empty> untag_role(Call& call, Transaction& tx, const UntagRoleRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(remove_tags(tx, role.arn, input.TagKeys));
  return wire::Empty{};
}

Result<ListRoleTagsResponse> list_role_tags(Call& call, Reader& reader, const ListRoleTagsRequest& input) {
  const auto role = TRY(existing_role(reader, call, input.RoleName));
  ListRoleTagsResponse output;  // at most 50: one page holds them unless a smaller one is asked for
  const std::int64_t most = input.MaxItems.value_or(100);
  for (const auto& [key, value] : TRY(get_tags(reader, role.arn))) {
    if (input.Marker && key < *input.Marker) continue;
    if (static_cast<std::int64_t>(output.Tags.size()) == most) {
      output.Marker = key;
      break;
    }
    output.Tags.push_back({key, value});
  }
  output.IsTruncated = output.Marker.has_value();
  return output;
}

}  // namespace orrery::iam
