// The input of a universal target: the request of the operation in JSON, its members in PascalCase whatever the
// service's own spelling ("LogGroupName"), blobs as plain text.
// docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
#pragma once

#include "base/json.h"
#include "wire/shape.h"

namespace orrery::universal {

// The request in the names and forms of the model, as the Dispatcher takes it. Error: ValidationException "Invalid
// RequestJson provided. Reason …".
Result<json::value> fit_request(const wire::Shape& shape, const json::value& request);

Error invalid_request(const std::string& reason);

}  // namespace orrery::universal
