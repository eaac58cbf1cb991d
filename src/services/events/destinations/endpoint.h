// What may be an endpoint.
#pragma once

#include "base/result.h"

#include <string>

namespace orrery::events {

// ValidationException: not an absolute URL. Whether it may be reached is known once it is asked (docs/decisions/016).
Result<> check_endpoint(const std::string& parameter, const std::string& endpoint);

}  // namespace orrery::events
