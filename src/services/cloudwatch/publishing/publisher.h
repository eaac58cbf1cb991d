// What the services publish is gathered in memory, a sum a metric and minute, and written to the store in one
// transaction about once a second, when the clock is set, before anything is read, and when the server stops. A crash
// loses what was not written: as much as a second, or ten where there are thousands of metrics.
#pragma once

#include "base/clock.h"
#include "services/cloudwatch/publishing/gathering.h"
#include "services/metric_sink.h"
#include "services/observer.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace orrery::cloudwatch {

class Publisher : public MetricSink, public Observer {
 public:
  Publisher(Store& store, const Clock& clock) : store_(store), clock_(clock), writer_([this] { run(); }) {}
  ~Publisher() override { stop(); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void publish(const PublishedMetric& metric, double value) override;
  // Requests to DynamoDB.
  void answered(const Answered& answered) override;
  // Writes what there is; whoever reads afterwards sees it.
  void flush();
  // Writes what there is, and no more by itself.
  void stop();

 private:
  void run();
  std::size_t gathered();

  Store& store_;
  const Clock& clock_;
  // Each thread gathers in a place of its own, as far as there are: nobody waits for another but for a moment, when it
  // is flushed.
  struct alignas(64) Place {
    std::mutex mutex;
    Gathering gathering;
  };
  std::array<Place, 16> places_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> full_ = false;
  std::mutex mutex_;  // of the writer's sleep
  std::condition_variable changed_;
  std::mutex flushing_;  // one at a time: whoever waits for it sees what the other has written
  std::thread writer_;   // last: starts when the rest is there
};

}  // namespace orrery::cloudwatch
