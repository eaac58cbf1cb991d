// What policies may ask of a request to STS
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-sts).
#pragma once

#include "services/operation.h"

namespace orrery::sts {

inline constexpr ConditionKey kConditionKeys[] = {
    {"sts:ExternalId", "ExternalId"},           {"sts:RoleSessionName", "RoleSessionName"},
    {"sts:SourceIdentity", "SourceIdentity"},   {"sts:TransitiveTagKeys", "TransitiveTagKeys"},
    {"sts:DurationSeconds", "DurationSeconds"},
};

}  // namespace orrery::sts
