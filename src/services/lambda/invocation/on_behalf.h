// Invocations that another service waits for (Firehose's transformations): declared for the composition root, which
// hands them on.
#pragma once

#include "services/lambda/lambda.h"

#include <functional>
#include <string>

namespace orrery::lambda {

// Whoever asks has seen to the permission. `done` is called once, on any thread, with what the function returned.
// Errors: those of Invoke; "FunctionError", with the function's own error document as the message.
void invoke_on_behalf(Lambda& lambda, const Caller& caller, const std::string& function_arn, const std::string& payload,
                      std::function<void(Result<std::string>)> done);

}  // namespace orrery::lambda
