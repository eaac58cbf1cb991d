#pragma once

#include "services/firehose/firehose.h"

namespace orrery::firehose {

// The handler of a batch's message: transforms it, writes it to the bucket in the name of the stream's role, and erases
// its records in the transaction that does. Tried again for 24 hours.
void deliver(Firehose& firehose, const Message& message, std::function<void(Delivered)> done);

}  // namespace orrery::firehose
