// What policies may ask of a request to Lambda
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html#awslambda-policy-keys).
#pragma once

#include "services/operation.h"

namespace orrery::lambda {

inline constexpr ConditionKey kConditionKeys[] = {
    {"lambda:Principal", "Principal", "lambda:AddPermission"},
    {"lambda:FunctionUrlAuthType", "FunctionUrlAuthType"},
    {"lambda:FunctionUrlAuthType", "AuthType"},
    {"lambda:Layer", "Layers"},
    {"lambda:CodeSigningConfigArn", "CodeSigningConfigArn"},
    {"lambda:EventSourceToken", "EventSourceToken"},
    {"lambda:SubnetIds", "VpcConfig.SubnetIds"},
    {"lambda:SecurityGroupIds", "VpcConfig.SecurityGroupIds"},
};

}  // namespace orrery::lambda
