// The functions behind the rows of iam.cc, and what they share.
#pragma once

#include "services/identity/records.h"
#include "services/operation.h"
#include "services/tags.h"
#include "shapes/iam.h"

namespace orrery::iam {

// roles.cc
Result<CreateRoleResponse> create_role(Call& call, Transaction& tx, const CreateRoleRequest& input);
Result<GetRoleResponse> get_role(Call& call, Reader& reader, const GetRoleRequest& input);
Result<ListRolesResponse> list_roles(Call& call, Reader& reader, const ListRolesRequest& input);
Result<wire::Empty> delete_role(Call& call, Transaction& tx, const DeleteRoleRequest& input);
Result<wire::Empty> update_assume_role_policy(Call& call, Transaction& tx, const UpdateAssumeRolePolicyRequest& input);
Result<wire::Empty> tag_role(Call& call, Transaction& tx, const TagRoleRequest& input);
Result<wire::Empty> untag_role(Call& call, Transaction& tx, const UntagRoleRequest& input);
Result<ListRoleTagsResponse> list_role_tags(Call& call, Reader& reader, const ListRoleTagsRequest& input);

// role_policies.cc
Result<wire::Empty> put_role_policy(Call& call, Transaction& tx, const PutRolePolicyRequest& input);
Result<GetRolePolicyResponse> get_role_policy(Call& call, Reader& reader, const GetRolePolicyRequest& input);
Result<ListRolePoliciesResponse> list_role_policies(Call& call, Reader& reader, const ListRolePoliciesRequest& input);
Result<wire::Empty> delete_role_policy(Call& call, Transaction& tx, const DeleteRolePolicyRequest& input);
Result<wire::Empty> attach_role_policy(Call& call, Transaction& tx, const AttachRolePolicyRequest& input);
Result<wire::Empty> detach_role_policy(Call& call, Transaction& tx, const DetachRolePolicyRequest& input);
Result<ListAttachedRolePoliciesResponse> list_attached_role_policies(Call& call, Reader& reader,
                                                                     const ListAttachedRolePoliciesRequest& input);

// policies.cc
Result<CreatePolicyResponse> create_policy(Call& call, Transaction& tx, const CreatePolicyRequest& input);
Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input);
Result<GetPolicyVersionResponse> get_policy_version(Call& call, Reader& reader, const GetPolicyVersionRequest& input);
Result<ListPoliciesResponse> list_policies(Call& call, Reader& reader, const ListPoliciesRequest& input);
Result<wire::Empty> delete_policy(Call& call, Transaction& tx, const DeletePolicyRequest& input);

// The role, or NoSuchEntity.
Result<identity::RoleRecord> existing_role(Reader& reader, const Call& call, std::string_view name);
// Policy documents in replies are percent-encoded (RFC 3986), as IAM's are.
std::string encoded_document(std::string_view json_text);
// Parses, for its errors.
// Without white space, which does not count (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
std::size_t policy_characters(std::string_view json_text);
Result<> check_document(std::string_view json_text, auth::PolicyKind kind, std::size_t most_characters);
Result<TagMap> tags_of(const std::optional<std::vector<Tag>>& tags);

// One page of a scan. `take` returns whether it wanted the entry; entries are counted when it did.
struct PageRequest {
  std::optional<std::string> marker;
  std::int64_t max_items = 100;
};
// Returns the marker of the next page, nullopt at the end. Error: ValidationError for a marker that is not ours.
Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take);

}  // namespace orrery::iam
