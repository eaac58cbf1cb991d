// What a target means: an operation of a service and its input. Templated targets are named by the resource's ARN
// (docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html), universal ones by
// arn:aws:scheduler:::aws-sdk:SERVICE:operation (…/managing-targets-universal.html).
#pragma once

#include "services/operation.h"
#include "services/scheduler/attributes.h"
#include "shapes/scheduler.h"

#include <span>

namespace orrery::scheduler {

struct Invocation {
  std::string service, operation;      // as the Dispatcher names them
  json::value input;                   // as the Dispatcher takes it
  std::optional<std::string> payload;  // of an operation that takes a stream of bytes
  std::string label;                   // for people: "dynamodb:createBackup", "lambda:function:nightly"
};

// Error: ValidationException, for a target that is unknown, that Orrery cannot reach, or whose input does not fit.
Result<Invocation> invocation_of(std::span<const Service> services, const Target& target, const Attributes& attributes);

}  // namespace orrery::scheduler
