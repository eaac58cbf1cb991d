// What goes by itself: messages at the end of the retention period, those of purged and deleted queues, and what says
// that there was such a queue.
#pragma once

#include "services/sqs/queues/records.h"

namespace orrery::sqs {

inline constexpr Millis kRest = std::chrono::seconds(60);  // between two purges, and of a deleted queue's name

// In steps, after the transaction: messages with numbers below `below`, or all that the queue has.
Result<> clear_messages(Sqs& sqs, Transaction& tx, const Queue& queue, std::optional<std::uint64_t> below, Instant now);

void register_cleanup(Sqs& sqs);

}  // namespace orrery::sqs
