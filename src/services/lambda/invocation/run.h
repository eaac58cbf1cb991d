// What every kind of invocation has in common: which version runs, what may be sent to it, and what became of it.
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

#include <memory>
#include <optional>
#include <string>

namespace orrery::lambda {

// docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: "6 MB each for request and response (synchronous)",
// "1 MB (asynchronous)"; the deprecated InvokeAsync has stayed at 256 KB.
inline constexpr std::size_t kSyncMostBytes = 6'291'456;
inline constexpr std::size_t kEventMostBytes = 1'048'576;
inline constexpr std::size_t kInvokeAsyncMostBytes = 262'144;

// Errors: RequestTooLargeException, InvalidRequestContentException. `type` as in InvocationType.
Result<> check_payload(const std::string& payload, std::string_view type, std::size_t most);

// A version with its code unpacked, ready to be handed to the pool.
struct Runnable {
  std::shared_ptr<const functions::FunctionSpec> spec;
  FunctionName name;  // as the caller named it
  std::string version;
  std::string role_arn;
  std::string dead_letter;  // ARN of the dead-letter queue; empty: none
  bool stops_loops = true;  // RecursiveLoop is Terminate
};
// An alias with weights means one of its versions, by chance. Errors: ResourceNotFoundException,
// ResourceConflictException (the function is Pending).
Result<Runnable> prepare(Lambda& lambda, Reader& reader, const FunctionName& name);

// The function's execution role as a caller of other services: without any permission when Lambda may not assume it.
Caller as_role(Lambda& lambda, const FunctionName& name, std::string_view role_arn, std::string_view trace_id = {});

// What kept a function from running at all: TooManyRequestsException, AccessDeniedException (its role cannot be
// assumed), ServiceException.
std::optional<Error> refusal(const functions::Outcome& outcome);

}  // namespace orrery::lambda
