// Who and what AddPermission lets in: principals that exist, actions that there are.
#pragma once

#include "services/lambda/lambda.h"

#include <string>
#include <string_view>

namespace orrery::lambda {

// "*", an account, an IAM user or role that is there, a session, a service. Error: InvalidParameterValueException.
Result<> check_grantee(Lambda& lambda, Transaction& tx, const std::string& region, const std::string& principal);

// Whether policies of functions can name it: "lambda:InvokeFunction", "lambda:*", "*".
bool is_function_action(std::string_view action);

}  // namespace orrery::lambda
