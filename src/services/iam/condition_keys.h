// What policies may ask of a request to IAM
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).
#pragma once

#include "services/operation.h"

namespace orrery::iam {

inline constexpr ConditionKey kConditionKeys[] = {
    {"iam:PolicyARN", "PolicyArn", "iam:AttachGroupPolicy"}, {"iam:PolicyARN", "PolicyArn", "iam:AttachRolePolicy"},
    {"iam:PolicyARN", "PolicyArn", "iam:AttachUserPolicy"},  {"iam:PolicyARN", "PolicyArn", "iam:DetachGroupPolicy"},
    {"iam:PolicyARN", "PolicyArn", "iam:DetachRolePolicy"},  {"iam:PolicyARN", "PolicyArn", "iam:DetachUserPolicy"},
    {"iam:PermissionsBoundary", "PermissionsBoundary"},      {"iam:AWSServiceName", "AWSServiceName"},
};

// iam:PermissionsBoundary of a user or role that is there, for whoever changes what it may; iam:ResourceTag/….
Result<std::optional<auth::Context::Values>> condition_value(void* self, Reader& reader, const Call& call,
                                                             const Access& access, std::string_view key);

}  // namespace orrery::iam
