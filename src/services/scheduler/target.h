// What a target means: an operation of a service and its input. Templated targets are named by the resource's ARN
// (docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html), universal ones as
// services/universal/ reads them.
#pragma once

#include "services/operation.h"
#include "services/scheduler/attributes.h"
#include "services/universal/universal.h"
#include "shapes/scheduler.h"

#include <span>

namespace orrery::scheduler {

using universal::Invocation;

// ValidationException with this message.
inline Failure not_valid(std::string message) { return fail(errors::ValidationException(std::move(message))); }

// Error: ValidationException, for a target that is unknown, that Orrery cannot reach, or whose input does not fit.
Result<Invocation> invocation_of(std::span<const Service> services, const Target& target, const Attributes& attributes);
// Whatever the attributes are?
bool same_each_time(const Target& target);

// What the target gets: its input, or the notification where it has none.
std::string payload_of(const Target& target, const Attributes& attributes);

}  // namespace orrery::scheduler
