#include "services/iam/roles.h"

#include "base/arn.h"
#include "services/iam/trust.h"

namespace orrery::iam {
namespace {

constexpr std::size_t kTrustPolicyMost = 2048;  // characters, the default quota
// RoleLastUsed looks back 400 days (docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html).

Entity entity_of(const Call& call, const identity::RoleRecord& role) {
  return {EntityKind::Role, call.account, role.name, role.name};
}

}  // namespace

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

Result<std::optional<RoleLastUsed>> last_used(Iam& iam, Reader& reader, const identity::RoleRecord& role) {
  const auto use = TRY(iam.uses.find(reader, role.arn));
  // An earlier role of that name is another role.
  if (!use || use->at < role.created) return std::optional(RoleLastUsed{});
  return std::optional(RoleLastUsed{whole_seconds(use->at), use->region});
}

Result<CreateRoleResponse> create_role(Call& call, Transaction& tx, const CreateRoleRequest& input) {
  if (TRY(identity::get_role(tx, call.account, input.RoleName)) || TRY(name_taken(tx, call, "role", input.RoleName))) {
    return fail(errors::EntityAlreadyExistsException("Role with name " + input.RoleName + " already exists."));
  }
  if (input.Path && input.Path->starts_with("/aws-service-role/")) {
    return fail(api_error("ValidationError", "Path " + *input.Path + " is reserved for service-linked roles.", 400));
  }
  TRY(check_document(input.AssumeRolePolicyDocument, auth::PolicyKind::Trust, kTrustPolicyMost));

  identity::RoleRecord role;
  role.name = input.RoleName;
  role.path = input.Path.value_or("/");
  role.id = new_id(call, "AROA");
  role.arn = make_arn("iam", "", call.account, "role" + role.path + role.name);
  role.trust_policy = input.AssumeRolePolicyDocument;
  role.trust_by_id = TRY(with_unique_ids(tx, call, role.trust_policy));
  role.description = input.Description.value_or("");
  role.max_session_s = static_cast<int>(input.MaxSessionDuration.value_or(3600));
  if (input.PermissionsBoundary) {
    TRY(check_boundary(tx, call, *input.PermissionsBoundary));
    role.boundary_arn = *input.PermissionsBoundary;
    TRY(move_boundary(tx, entity_of(call, role), "", role.boundary_arn));
  }
  role.created = whole_seconds(call.now);
  TRY(identity::put_role(tx, call.account, role));
  TRY(take_name(tx, call, "role", role.name));
  if (input.Tags) TRY(put_tags(tx, role.arn, *input.Tags));

  CreateRoleResponse output;
  output.Role = describe(role);
  output.Role.Tags = TRY(tag_list(tx, role.arn));
  return output;
}

Result<GetRoleResponse> get_role(Iam& iam, Call& call, Reader& reader, const GetRoleRequest& input) {
  const auto role = TRY(existing_role(reader, call, input.RoleName));
  GetRoleResponse output;
  output.Role = describe(role);
  output.Role.Tags = TRY(tag_list(reader, role.arn));
  output.Role.RoleLastUsed = TRY(last_used(iam, reader, role));
  return output;
}

Result<ListRolesResponse> list_roles(Call& call, Reader& reader, const ListRolesRequest& input) {
  ListRolesResponse output;
  const std::string path = input.PathPrefix.value_or("/");
  end_page(output, TRY(scan_page(reader, identity::roles_prefix(call.account), page_of(input),
                                 [&](Cursor& cursor) -> Result<bool> {
                                   const auto role = TRY(identity::decode_role(cursor.value()));
                                   if (!role.path.starts_with(path)) return false;
                                   output.Roles.push_back(describe(role));
                                   output.Roles.back().PermissionsBoundary.reset();  // GetRole's alone, as are tags
                                   return true;
                                 })));
  return output;
}

Result<wire::Empty> delete_role(Call& call, Transaction& tx, const DeleteRoleRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(check_modifiable(role));
  const Entity entity = entity_of(call, role);
  if (!TRY(profiles_of_role(tx, call, role.name)).empty()) {
    return fail(
        errors::DeleteConflictException("Cannot delete entity, must remove roles from instance profile first."));
  }
  if (TRY(any_key(tx, identity::attached_prefix(entity)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must detach all policies first."));
  }
  if (TRY(any_key(tx, identity::inline_prefix(entity)))) {
    return fail(errors::DeleteConflictException("Cannot delete entity, must delete policies first."));
  }
  TRY(move_boundary(tx, entity, role.boundary_arn, ""));
  TRY(tx.erase(identity::role_key(call.account, role.name)));
  TRY(free_name(tx, call, "role", role.name));
  TRY(erase_tags(tx, role.arn));
  return wire::Empty{};
}

Result<UpdateRoleResponse> update_role(Call& call, Transaction& tx, const UpdateRoleRequest& input) {
  auto role = TRY(existing_role(tx, call, input.RoleName));
  if (input.MaxSessionDuration) TRY(check_modifiable(role));  // of service-linked ones the description may change
  if (input.Description) role.description = *input.Description;
  if (input.MaxSessionDuration) role.max_session_s = static_cast<int>(*input.MaxSessionDuration);
  TRY(identity::put_role(tx, call.account, role));
  return UpdateRoleResponse{};
}

Result<UpdateRoleDescriptionResponse> update_role_description(Call& call, Transaction& tx,
                                                              const UpdateRoleDescriptionRequest& input) {
  auto role = TRY(existing_role(tx, call, input.RoleName));
  role.description = input.Description;
  TRY(identity::put_role(tx, call.account, role));
  return UpdateRoleDescriptionResponse{describe(role)};
}

Result<wire::Empty> update_assume_role_policy(Call& call, Transaction& tx, const UpdateAssumeRolePolicyRequest& input) {
  auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(check_modifiable(role));
  TRY(check_document(input.PolicyDocument, auth::PolicyKind::Trust, kTrustPolicyMost));
  role.trust_policy = input.PolicyDocument;
  role.trust_by_id = TRY(with_unique_ids(tx, call, role.trust_policy));
  TRY(identity::put_role(tx, call.account, role));
  return wire::Empty{};
}

Result<wire::Empty> put_role_boundary(Call& call, Transaction& tx, const PutRolePermissionsBoundaryRequest& input) {
  auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(check_modifiable(role));
  TRY(check_boundary(tx, call, input.PermissionsBoundary));
  TRY(move_boundary(tx, entity_of(call, role), role.boundary_arn, input.PermissionsBoundary));
  role.boundary_arn = input.PermissionsBoundary;
  TRY(identity::put_role(tx, call.account, role));
  return wire::Empty{};
}

Result<wire::Empty> delete_role_boundary(Call& call, Transaction& tx,
                                         const DeleteRolePermissionsBoundaryRequest& input) {
  auto role = TRY(existing_role(tx, call, input.RoleName));
  TRY(check_modifiable(role));
  if (role.boundary_arn.empty()) {
    return fail(errors::NoSuchEntityException("The role with name " + role.name +
                                              " does not have a permissions boundary attached."));
  }
  TRY(move_boundary(tx, entity_of(call, role), role.boundary_arn, ""));
  role.boundary_arn.clear();
  TRY(identity::put_role(tx, call.account, role));
  return wire::Empty{};
}

}  // namespace orrery::iam
