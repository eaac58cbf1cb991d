// Kinesis' and Firehose's streams as templated targets.
#pragma once

#include "base/arn.h"
#include "services/scheduler/target.h"

namespace orrery::scheduler {

bool is_stream(const Arn& arn);
// Of such an ARN. Error: ValidationException.
Result<Invocation> stream_target(const Target& target, const Arn& arn, const std::string& input);

}  // namespace orrery::scheduler
