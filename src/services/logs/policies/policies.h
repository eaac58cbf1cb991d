// Resource policies: what lets other services write to the account's groups.
#pragma once

#include "services/logs/logs.h"
#include "shapes/logs.h"

namespace orrery::logs {

Result<PutResourcePolicyResponse> put_resource_policy(Call& call, Transaction& tx,
                                                      const PutResourcePolicyRequest& input);
Result<DescribeResourcePoliciesResponse> describe_resource_policies(Call& call, Reader& reader,
                                                                    const DescribeResourcePoliciesRequest& input);
Result<wire::Empty> delete_resource_policy(Call& call, Transaction& tx, const DeleteResourcePolicyRequest& input);

// For Service::resource_policy: the statements about services of all policies that are about this ARN, as one policy.
// "Resource policies with actions invoked by non-AWS service principals … will not be enforced" (PutResourcePolicy).
Result<std::optional<std::string>> policy_of_resource(void* self, Reader& reader, std::string_view resource_arn);

}  // namespace orrery::logs
