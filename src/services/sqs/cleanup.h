// What goes by itself: messages at the end of the retention period, and those of purged and deleted queues.
#pragma once

#include "services/sqs/queues/records.h"

namespace orrery::sqs {

// In steps, after the transaction: messages with numbers below `below`, or all that the queue has.
Result<> clear_messages(Sqs& sqs, Transaction& tx, const Queue& queue, std::optional<std::uint64_t> below, Instant now);

void register_cleanup(Sqs& sqs);

}  // namespace orrery::sqs
