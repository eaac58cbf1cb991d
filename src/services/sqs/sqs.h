// Amazon SQS: standard and FIFO queues, dead-letter queues and moving their messages back, long polling.
#pragma once

#include "background/background.h"
#include "base/clock.h"
#include "services/operation.h"

#include <memory>

namespace orrery {
class MetricSink;
class Wakes;
}  // namespace orrery

namespace orrery::sqs {

class QueueCache;
class Shelves;
class LongPolls;
std::shared_ptr<QueueCache> make_queue_cache();
std::shared_ptr<Shelves> make_shelves(Wakes& wakes);
std::shared_ptr<LongPolls> make_long_polls(Background& background, Clock& clock, Wakes& wakes);

// What the service needs from outside, of which it owns none; and what it keeps in memory of what the store says.
struct Sqs {
  Sqs(Store& s, Background& b, Clock& c, Wakes& w)
      : store(s),
        background(b),
        clock(c),
        wakes(w),
        queues(make_queue_cache()),
        shelves(make_shelves(w)),
        polls(make_long_polls(b, c, w)) {}

  Store& store;
  Background& background;
  Clock& clock;
  Wakes& wakes;  // told of a queue's ARN when it has messages to give

  const std::shared_ptr<QueueCache> queues;
  const std::shared_ptr<Shelves> shelves;
  MetricSink* metrics = nullptr;           // null: nothing is published
  const std::shared_ptr<LongPolls> polls;  // last: its thread uses the rest
};

// `sqs` must outlive the service.
Service sqs_service(Sqs& sqs);
// The timers "sqs.due" (messages of a queue that somebody waits at become visible) and "sqs.sweep" (messages older than
// the retention period), and the messages "sqs.clear" (what a purged or deleted queue leaves behind) and "sqs.move"
// (a step of a message move task). Before background.start().
void register_background(Sqs& sqs);
// Receivers that wait get their empty answers now, and later ones at once.
void stop(Sqs& sqs);

}  // namespace orrery::sqs
