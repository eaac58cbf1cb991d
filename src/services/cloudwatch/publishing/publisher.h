// What the services publish is gathered in memory, a sum a metric and minute, and written to the store in one
// transaction about once a second, when the clock is set, before anything is read, and when the server stops. A crash
// loses what was not written: as much as a second.
#pragma once

#include "base/clock.h"
#include "services/cloudwatch/data/store.h"
#include "services/metric_sink.h"
#include "services/observer.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace orrery::cloudwatch {

class Publisher : public MetricSink, public Observer {
 public:
  Publisher(Store& store, const Clock& clock) : store_(store), clock_(clock), writer_([this] { run(); }) {}
  ~Publisher() override { stop(); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void publish(const PublishedMetric& metric, double value) override;
  // Requests to DynamoDB and Lambda, and what EventBridge's rules hand over.
  void answered(const Answered& answered) override;
  // Writes what there is; whoever reads afterwards sees it.
  void flush();
  // Writes what there is, and no more by itself.
  void stop();

 private:
  void run();

  Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  struct Gathered {
    MetricName name;
    Arrival arrival;
  };
  std::unordered_map<std::string, Gathered> gathered_;
  bool stopping_ = false;
  std::mutex flushing_;  // one at a time: whoever waits for it sees what the other has written
  std::thread writer_;   // last: starts when the rest is there
};

}  // namespace orrery::cloudwatch
