// Events that a target did not get, for its dead-letter queue
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
#pragma once

#include "services/events/delivery/parcel.h"
#include "services/events/events.h"

namespace orrery::events {

struct LastWord {
  std::string code, message;  // of the last error, as our services name it; empty: not known any more
  std::string exhausted;      // "MaximumRetryAttempts", "MaximumEventAgeInSeconds"; empty: it was not tried again
  std::int64_t retries = 0;
};

// Nothing when the target has no dead-letter queue. As the service itself: the queue's policy has to let it in. What
// the queue refuses is lost, and said in the log. Error: a conflict, to be passed on.
Result<> bury(Events& events, Transaction& tx, const Parcel& parcel, const LastWord& last);

// "NO_PERMISSIONS", "NO_RESOURCE", …: what the documentation calls the error.
std::string_view dead_letter_code(std::string_view code);

}  // namespace orrery::events
