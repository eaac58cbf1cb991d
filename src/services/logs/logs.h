// Amazon CloudWatch Logs: groups, streams, events, retention, filters, Insights queries, subscriptions, exports.
#pragma once

#include "background/background.h"
#include "base/worker.h"
#include "services/dispatcher.h"
#include "services/logs/live_tail/live_tails.h"
#include "services/metric_sink.h"
#include "services/operation.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace orrery::logs {

// How far a running query is. Any thread.
struct Progress {
  std::atomic<std::int64_t> scanned = 0, matched = 0, bytes = 0;
  std::atomic<std::int64_t> skipped = 0, skipped_bytes = 0;  // could not match, by the filters of the chunks
  std::atomic<bool> cancelled = false;
};

// What the service needs from outside, of which it owns none; and what is under way.
struct Logs {
  Logs(Store& s, Background& g, Dispatcher& d, Clock& c) : store(s), background(g), dispatcher(d), clock(c) {}
  ~Logs() { stop(); }
  Logs(const Logs&) = delete;
  Logs& operator=(const Logs&) = delete;

  // Queries and exports under way leave off, to be begun anew after the next start; Live Tail sessions end. Before the
  // store goes.
  void stop() {
    stopping = true;
    tails.stop();
    queries.stop();
    exports.stop();
  }

  Store& store;
  Background& background;
  Dispatcher& dispatcher;
  Clock& clock;
  MetricSink* metrics = nullptr;  // of metric filters; without it they count nothing. Set before the first request

  LiveTails tails;

  std::atomic<bool> stopping = false;
  std::mutex mutex;                                                        // of the next two
  std::map<std::string, std::shared_ptr<Progress>> running;                // by query id
  std::map<std::pair<std::uint64_t, std::string>, std::int64_t> defaults;  // group, metric filter -> last minute
  Worker queries, exports;  // a thread each: requests do not wait for them. Last: jobs use all of the above
};

// `logs` must outlive the service.
Service logs_service(Logs& logs);
// The handlers of the timers "logs.retention" (drops what has expired) and "logs.query-expiry", and of the messages
// "logs.erase" (what a deleted group or stream leaves), "logs.query", "logs.deliver" (events for a subscriber) and
// "logs.export". Before background.start().
void register_background(Logs& logs);

}  // namespace orrery::logs
