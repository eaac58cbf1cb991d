// A message that another service sends to a queue: a target's, or a dead letter.
#pragma once

#include "services/dispatcher.h"

#include <map>
#include <string>

namespace orrery {

struct QueueLetter {
  std::string queue_arn, body;
  std::string group;                                // of a FIFO queue; empty: none
  std::map<std::string, std::string> attributes{};  // empty ones are left out
};

// In the name of `caller`, whom the queue's policy or its own has to let in; its region does not matter. Errors are
// those of sqs:SendMessage; InvalidAddress for what is no queue.
Result<> send_letter(Dispatcher& dispatcher, Transaction& tx, Caller caller, const QueueLetter& letter);

}  // namespace orrery
