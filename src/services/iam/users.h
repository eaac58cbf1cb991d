// Users: their life, keys, passwords and devices; groups of them.
#pragma once

#include "services/iam/iam.h"
#include "services/iam/shared.h"

namespace orrery::iam {

// users.cc
Result<User> describe(Reader& reader, const identity::UserRecord& user);  // with its tags
Result<CreateUserResponse> create_user(Call& call, Transaction& tx, const CreateUserRequest& input);
Result<GetUserResponse> get_user(Call& call, Reader& reader, const GetUserRequest& input);
Result<ListUsersResponse> list_users(Call& call, Reader& reader, const ListUsersRequest& input);
Result<wire::Empty> update_user(Call& call, Transaction& tx, const UpdateUserRequest& input);
Result<wire::Empty> delete_user(Call& call, Transaction& tx, const DeleteUserRequest& input);
Result<wire::Empty> put_user_boundary(Call& call, Transaction& tx, const PutUserPermissionsBoundaryRequest& input);
Result<wire::Empty> delete_user_boundary(Call& call, Transaction& tx,
                                         const DeleteUserPermissionsBoundaryRequest& input);

// groups.cc
Group describe(const identity::GroupRecord& group);
Result<CreateGroupResponse> create_group(Call& call, Transaction& tx, const CreateGroupRequest& input);
Result<GetGroupResponse> get_group(Call& call, Reader& reader, const GetGroupRequest& input);
Result<ListGroupsResponse> list_groups(Call& call, Reader& reader, const ListGroupsRequest& input);
Result<wire::Empty> update_group(Call& call, Transaction& tx, const UpdateGroupRequest& input);
Result<wire::Empty> delete_group(Call& call, Transaction& tx, const DeleteGroupRequest& input);
Result<wire::Empty> add_user_to_group(Call& call, Transaction& tx, const AddUserToGroupRequest& input);
Result<wire::Empty> remove_user_from_group(Call& call, Transaction& tx, const RemoveUserFromGroupRequest& input);
Result<ListGroupsForUserResponse> list_groups_for_user(Call& call, Reader& reader,
                                                       const ListGroupsForUserRequest& input);

// access_keys.cc
Result<CreateAccessKeyResponse> create_access_key(Call& call, Transaction& tx, const CreateAccessKeyRequest& input);
Result<wire::Empty> delete_access_key(Call& call, Transaction& tx, const DeleteAccessKeyRequest& input);
Result<wire::Empty> update_access_key(Call& call, Transaction& tx, const UpdateAccessKeyRequest& input);
Result<ListAccessKeysResponse> list_access_keys(Call& call, Reader& reader, const ListAccessKeysRequest& input);
Result<GetAccessKeyLastUsedResponse> get_access_key_last_used(Iam& iam, Call& call, Reader& reader,
                                                              const GetAccessKeyLastUsedRequest& input);

// login_profiles.cc
Result<CreateLoginProfileResponse> create_login_profile(Call& call, Transaction& tx,
                                                        const CreateLoginProfileRequest& input);
Result<GetLoginProfileResponse> get_login_profile(Call& call, Reader& reader, const GetLoginProfileRequest& input);
Result<wire::Empty> update_login_profile(Call& call, Transaction& tx, const UpdateLoginProfileRequest& input);
Result<wire::Empty> delete_login_profile(Call& call, Transaction& tx, const DeleteLoginProfileRequest& input);
Result<wire::Empty> change_password(Call& call, Transaction& tx, const ChangePasswordRequest& input);

// mfa_devices.cc
Result<CreateVirtualMFADeviceResponse> create_virtual_mfa_device(Call& call, Transaction& tx,
                                                                 const CreateVirtualMFADeviceRequest& input);
Result<wire::Empty> delete_virtual_mfa_device(Call& call, Transaction& tx, const DeleteVirtualMFADeviceRequest& input);
Result<wire::Empty> enable_mfa_device(Call& call, Transaction& tx, const EnableMFADeviceRequest& input);
Result<wire::Empty> deactivate_mfa_device(Call& call, Transaction& tx, const DeactivateMFADeviceRequest& input);
Result<wire::Empty> resync_mfa_device(Call& call, Transaction& tx, const ResyncMFADeviceRequest& input);
Result<GetMFADeviceResponse> get_mfa_device(Call& call, Reader& reader, const GetMFADeviceRequest& input);
Result<ListMFADevicesResponse> list_mfa_devices(Call& call, Reader& reader, const ListMFADevicesRequest& input);
Result<ListVirtualMFADevicesResponse> list_virtual_mfa_devices(Call& call, Reader& reader,
                                                               const ListVirtualMFADevicesRequest& input);
// The device's serial number, which its tags go by, or NoSuchEntity.
Result<std::string> existing_device(Reader& reader, const Call& call, const std::string& serial);

}  // namespace orrery::iam
