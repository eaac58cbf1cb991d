// Amazon Data Firehose: records are gathered, perhaps transformed by a function, and written to a bucket.
#pragma once

#include "background/background.h"
#include "base/random.h"
#include "base/worker.h"
#include "services/dispatcher.h"
#include "services/metric_sink.h"
#include "services/operation.h"
#include "services/sequencer.h"
#include "services/wakes.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace orrery::firehose {

class Sources;
struct StreamRow;

// Runs a function in the caller's name and waits for what it answers; `done` is called once, on any thread. Errors:
// those of Invoke, and what the function itself has failed with.
using InvokeFunction = std::function<void(const Caller& caller, const std::string& function_arn,
                                          const std::string& payload, std::function<void(Result<std::string>)> done)>;

// What of a stream's buffer is known without asking the store; read and written with its counter locked.
struct Gathered {
  std::size_t bytes = 0;  // since the buffer was cut last, or since the start
  bool armed = false;     // its timer runs
  std::uint64_t cuts = 0;
};

// A stream as it was read last: its record is parsed once for each of its versions, not for each put.
struct KnownStream {
  std::string bytes;
  std::shared_ptr<const StreamRow> row;
};

// What the service needs from outside; it owns none of it but what it remembers.
struct Firehose {
  Firehose(Store& s, Background& b, Dispatcher& d, Clock& c, Random& r)
      : store(s), background(b), dispatcher(d), clock(c), random(r) {}

  Store& store;
  Background& background;
  Dispatcher& dispatcher;
  Clock& clock;
  Random& random;
  MetricSink* metrics = nullptr;     // may be nullptr
  Authorizer* authorizer = nullptr;  // says whether a stream's role may invoke a function
  InvokeFunction invoke;             // set before background work begins
  Sequencer sequencer;

  std::mutex mutex;                          // of the next two
  std::map<std::string, Gathered> gathered;  // by the stream's id
  std::map<std::string, KnownStream> known;  // by its key

  std::shared_ptr<Sources> sources;  // between start_sources() and the end
  Worker worker;                     // deliveries; last: jobs use all of the above
};

// `firehose` must outlive the service.
Service firehose_service(Firehose& firehose);
// The handlers of the timers "firehose.cut" and "firehose.source", and of the messages "firehose.deliver/STREAM".
// Before background.start().
void register_background(Firehose& firehose);
// Begins to read the Kinesis streams that delivery streams have as sources; ends it.
void start_sources(Firehose& firehose, Wakes& wakes);
void stop(Firehose& firehose);

}  // namespace orrery::firehose
