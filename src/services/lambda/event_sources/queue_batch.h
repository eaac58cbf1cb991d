// Batches of a queue's messages: what the function gets, and what its answer says of them. Pure functions.
#pragma once

#include "functions/invocation.h"
#include "services/lambda/event_sources/mapping.h"

#include <set>
#include <string>
#include <vector>

namespace orrery::lambda {

struct QueuedMessage {
  std::string id, handle, trace_header;
  std::string group;     // of a FIFO queue's message
  json::value document;  // as the function gets it
  json::value filtered;  // what filters see: with the body parsed, where it is JSON
  Instant received;
  std::size_t bytes = 0;  // of the document
};
// `message`: one of ReceiveMessage's.
QueuedMessage queued_message(const Mapping& mapping, const json::value& message, Instant now);

// Takes the next batch out of what is held: at most `most` messages and about `most_bytes`, of a FIFO queue none whose
// group is `flying`. "Messages with the same message group ID are always processed in order"
// (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). Empty: there is none now.
std::vector<QueuedMessage> next_batch(std::vector<QueuedMessage>& held, std::size_t most, std::size_t most_bytes,
                                      const std::multiset<std::string>& flying);

// The event as JSON text.
std::string queue_event(const std::vector<QueuedMessage>& batch);

struct QueueVerdict {
  bool ran = true;         // false: throttled, or the function could not be run at all
  std::vector<bool> done;  // of each message: it is handled, and goes
  bool all_done() const;
};
// docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: without ReportBatchItemFailures all or none;
// with it those that are not named. An answer that names nothing, or what is not of the batch, fails all of it.
QueueVerdict queue_verdict(const functions::Outcome& outcome, const std::vector<QueuedMessage>& batch,
                           bool reports_item_failures);

// What CreateEventSourceMapping and UpdateEventSourceMapping refuse of a queue's settings. Error:
// InvalidParameterValueException.
Result<> check_queue_settings(const EventSourceMappingConfiguration& wanted, bool fifo);

}  // namespace orrery::lambda
