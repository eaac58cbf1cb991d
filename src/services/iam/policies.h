// Managed policies: customers' and AWS's, their versions, and who has them.
#pragma once

#include "services/iam/shared.h"

namespace orrery::iam {

inline constexpr std::size_t kManagedPolicyMost = 6144;  // characters, white space not counted

// policies.cc
Result<identity::PolicyRecord> existing_policy(Reader& reader, const Call& call, const std::string& arn);
Result<Policy> describe(Reader& reader, const Call& call, const identity::PolicyRecord& record);
// The policy, customers' or AWS's, as the pages of ListPolicies and GetAccountAuthorizationDetails show it.
std::vector<identity::PolicyRecord> aws_policies();
Result<CreatePolicyResponse> create_policy(Call& call, Transaction& tx, const CreatePolicyRequest& input);
Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input);
Result<ListPoliciesResponse> list_policies(Call& call, Reader& reader, const ListPoliciesRequest& input);
Result<wire::Empty> delete_policy(Call& call, Transaction& tx, const DeletePolicyRequest& input);
// For tags: AWS's own policies take none.
Result<std::string> taggable_policy(Reader& reader, const Call& call, const std::string& arn);

// policy_versions.cc
Result<std::vector<PolicyVersion>> versions_of(Reader& reader, const Call& call, const identity::PolicyRecord& policy);
Result<CreatePolicyVersionResponse> create_policy_version(Call& call, Transaction& tx,
                                                          const CreatePolicyVersionRequest& input);
Result<GetPolicyVersionResponse> get_policy_version(Call& call, Reader& reader, const GetPolicyVersionRequest& input);
Result<ListPolicyVersionsResponse> list_policy_versions(Call& call, Reader& reader,
                                                        const ListPolicyVersionsRequest& input);
Result<wire::Empty> delete_policy_version(Call& call, Transaction& tx, const DeletePolicyVersionRequest& input);
Result<wire::Empty> set_default_policy_version(Call& call, Transaction& tx,
                                               const SetDefaultPolicyVersionRequest& input);

// policy_entities.cc
Result<ListEntitiesForPolicyResponse> list_entities_for_policy(Call& call, Reader& reader,
                                                               const ListEntitiesForPolicyRequest& input);
Result<ListPoliciesGrantingServiceAccessResponse> list_policies_granting_service_access(
    Call& call, Reader& reader, const ListPoliciesGrantingServiceAccessRequest& input);

// AWS's own policies cannot be changed: AccessDenied, as for everybody.
Result<> check_customers(const Call& call, std::string_view action, const std::string& arn);

}  // namespace orrery::iam
