// The table of operations as it is: what each asks policies for, found by running its authorization rule on example
// input whose texts are the names of their members. docs/compatibility/authorization.md is made of it.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "services/operation.h"

#include <span>

namespace orrery::gateway {

// [{"service", "operation", "kind", "action", "accesses": [{"action", "resource", "when"}], "keys": […], "error"}]
json::value describe_operations(std::span<const Service> services, Store& store, Random& random);

}  // namespace orrery::gateway
