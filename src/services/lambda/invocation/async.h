// Events that wait for their function: a queue in the store, tried again by the clock, whose last word goes to
// destinations and dead-letter queues (docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
#pragma once

#include "services/lambda/invocation/invoke_config.h"
#include "services/lambda/invocation/run.h"

namespace orrery::lambda {

// Adds an event for the function, in the transaction of its cause. Error: ResourceNotFoundException.
Result<> enqueue(Lambda& lambda, Transaction& tx, const Call& call, const FunctionName& name,
                 const std::string& payload);

void register_queue(Lambda& lambda);

// What is stored of an event; pure, for the tests.
struct QueuedEvent {
  FunctionName name;  // as it was asked for
  std::string payload;
  std::string trace_id;  // of its cause
  int runs = 0;          // times that the function ran
  json::value last;      // of the last run: {"version", "error", "payload"}; null: none yet
};
std::string encode_event(const QueuedEvent& event);
std::optional<QueuedEvent> decode_event(const std::string& text);

// What follows from one attempt.
struct Verdict {
  std::optional<Instant> retry_at;
  std::string condition;  // "Success", "RetriesExhausted", "EventAgeExceeded"; of an event that is not tried again
};
enum class Attempt : std::uint8_t { Succeeded, Failed, NotRun };
Verdict judge(Attempt attempt, int runs, int attempts, Instant created, Instant now, const EventPolicy& policy);

// The document that destinations get, version 1.0.
std::string invocation_record(const QueuedEvent& event, const std::string& request_id, const std::string& condition,
                              Instant now);

}  // namespace orrery::lambda
