// The functions behind the rows of lambda.cc that invoke.
#pragma once

#include "services/lambda/invocation/run.h"

namespace orrery::lambda {

void invoke(Lambda& lambda, Call& call, const InvocationRequest& input, Completion<InvocationResponse> done);
Result<InvokeAsyncResponse> invoke_async(Lambda& lambda, Call& call, Transaction& tx, const InvokeAsyncRequest& input);
void invoke_with_response_stream(Lambda& lambda, Call& call, const InvokeWithResponseStreamRequest& input,
                                 Completion<InvokeWithResponseStreamResponse> done);

// What the synchronous ones have in common.
struct PreparedCall {
  Runnable run;
  functions::Invocation invocation;
};
// Errors: those of prepare(), RecursiveInvocationException.
Result<PreparedCall> prepare_call(Lambda& lambda, const Call& call, const FunctionName& name, std::string payload,
                                  std::string context);
Result<std::string> decode_client_context(const std::optional<std::string>& text);
Error recursion_error();

}  // namespace orrery::lambda
