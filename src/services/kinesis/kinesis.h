// Amazon Kinesis Data Streams: streams of records, kept in order in shards.
#pragma once

#include "background/background.h"
#include "services/kinesis/streams/known_streams.h"
#include "services/metric_sink.h"
#include "services/operation.h"
#include "services/sequencer.h"
#include "services/wakes.h"

#include <memory>

namespace orrery::kinesis {

class Subscriptions;

// What the service needs from outside; it owns none of it but what it remembers.
struct Kinesis {
  Kinesis(Store& store, Background& background, const Clock& clock);
  Kinesis(const Kinesis&) = delete;
  Kinesis& operator=(const Kinesis&) = delete;
  ~Kinesis();
  // Ends what consumers are subscribed to.
  void stop();

  Store& store;
  Background& background;
  const Clock& clock;
  Wakes* wakes = nullptr;         // told of records by the ARN of the stream, and "ARN/SHARD ID"
  MetricSink* metrics = nullptr;  // may be nullptr
  Sequencer sequencer;
  KnownStreams streams;
  std::unique_ptr<Subscriptions> subscriptions;
};

// `kinesis` must outlive the service.
Service kinesis_service(Kinesis& kinesis);
// The handler of the timer "kinesis.trim" (records whose time is over). Before background.start().
void register_background(Kinesis& kinesis);

}  // namespace orrery::kinesis
