#pragma once

#include "services/sqs/queues/records.h"
#include "services/tags.h"

namespace orrery::sqs {

// Adds and replaces. Error: InvalidParameterValue.
Result<> put_tags(Transaction& tx, const Queue& queue, const TagMap& tags);

}  // namespace orrery::sqs
