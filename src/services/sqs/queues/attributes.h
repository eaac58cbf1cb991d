// The attributes of a queue that can be set: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
// API_SetQueueAttributes.html.
#pragma once

#include "services/call.h"
#include "services/sqs/queues/records.h"

namespace orrery::sqs {

// Those of a new queue for which nothing was said.
Attributes default_attributes(bool fifo);

// Puts `given` into `attributes` after checking each. Errors: InvalidAttributeName, InvalidAttributeValue, and
// InvalidParameterValue for redrive policies.
Result<> apply_attributes(Sqs& sqs, const Call& call, Reader& reader, const QueueName& name, const Attributes& given,
                          Attributes& attributes);

// The first attribute of `given` that a queue has with another value.
std::optional<std::string> first_difference(const Attributes& given, const Attributes& has);

}  // namespace orrery::sqs
