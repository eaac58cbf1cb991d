// Roles, instance profiles and the roles that services make for themselves.
#pragma once

#include "services/iam/iam.h"
#include "services/iam/shared.h"

namespace orrery::iam {

// roles.cc
Role describe(const identity::RoleRecord& record);
Result<std::optional<RoleLastUsed>> last_used(Iam& iam, Reader& reader, const identity::RoleRecord& role);
Result<CreateRoleResponse> create_role(Call& call, Transaction& tx, const CreateRoleRequest& input);
Result<GetRoleResponse> get_role(Iam& iam, Call& call, Reader& reader, const GetRoleRequest& input);
Result<ListRolesResponse> list_roles(Call& call, Reader& reader, const ListRolesRequest& input);
Result<wire::Empty> delete_role(Call& call, Transaction& tx, const DeleteRoleRequest& input);
Result<UpdateRoleResponse> update_role(Call& call, Transaction& tx, const UpdateRoleRequest& input);
Result<UpdateRoleDescriptionResponse> update_role_description(Call& call, Transaction& tx,
                                                              const UpdateRoleDescriptionRequest& input);
Result<wire::Empty> update_assume_role_policy(Call& call, Transaction& tx, const UpdateAssumeRolePolicyRequest& input);
Result<wire::Empty> put_role_boundary(Call& call, Transaction& tx, const PutRolePermissionsBoundaryRequest& input);
Result<wire::Empty> delete_role_boundary(Call& call, Transaction& tx,
                                         const DeleteRolePermissionsBoundaryRequest& input);

// service_roles.cc
Result<CreateServiceLinkedRoleResponse> create_service_linked_role(Call& call, Transaction& tx,
                                                                   const CreateServiceLinkedRoleRequest& input);
Result<DeleteServiceLinkedRoleResponse> delete_service_linked_role(Call& call, Transaction& tx,
                                                                   const DeleteServiceLinkedRoleRequest& input);
Result<GetServiceLinkedRoleDeletionStatusResponse> service_linked_role_deletion_status(
    Call& call, Reader& reader, const GetServiceLinkedRoleDeletionStatusRequest& input);
// "/aws-service-role/lambda.amazonaws.com/" and "AWSServiceRoleForLambda", with the suffix.
std::string service_role_path(std::string_view service);
std::string service_role_name(std::string_view service, std::string_view suffix);

// instance_profiles.cc
Result<std::string> existing_profile_arn(Reader& reader, const Call& call, const std::string& name);
Result<std::vector<InstanceProfile>> profiles_of_role(Reader& reader, const Call& call, const std::string& role);
Result<CreateInstanceProfileResponse> create_instance_profile(Call& call, Transaction& tx,
                                                              const CreateInstanceProfileRequest& input);
Result<GetInstanceProfileResponse> get_instance_profile(Call& call, Reader& reader,
                                                        const GetInstanceProfileRequest& input);
Result<ListInstanceProfilesResponse> list_instance_profiles(Call& call, Reader& reader,
                                                            const ListInstanceProfilesRequest& input);
Result<ListInstanceProfilesForRoleResponse> list_instance_profiles_for_role(
    Call& call, Reader& reader, const ListInstanceProfilesForRoleRequest& input);
Result<wire::Empty> delete_instance_profile(Call& call, Transaction& tx, const DeleteInstanceProfileRequest& input);
Result<wire::Empty> add_role_to_instance_profile(Call& call, Transaction& tx,
                                                 const AddRoleToInstanceProfileRequest& input);
Result<wire::Empty> remove_role_from_instance_profile(Call& call, Transaction& tx,
                                                      const RemoveRoleFromInstanceProfileRequest& input);

}  // namespace orrery::iam
