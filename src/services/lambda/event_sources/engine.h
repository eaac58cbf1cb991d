// Reads event sources and gives what is in them to functions. One thread, which never waits for a function: steps are
// short, each ends with what can be done at once being done. A mapping's next step is taken when something calls for
// it (services/called_steps.h): a commit that adds to its source (services/wakes.h), the end of an invocation, a timer,
// a change of the mapping.
#pragma once

#include "services/called_steps.h"
#include "services/lambda/event_sources/batch.h"
#include "services/lambda/event_sources/queue_batch.h"
#include "services/wakes.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace orrery::lambda {

class EventSources {
 public:
  EventSources(Lambda& lambda, Wakes& wakes)
      : lambda_(lambda), wakes_(wakes), steps_(lambda.background, [this](const std::string& key) { step(key); }) {}

  // Looks at every mapping: after a start nobody knows what came meanwhile.
  void start();
  // Ends the step under way; invocations that end later are repeated after the next start.
  void stop() { steps_.stop(); }
  // There may be something to do for the mapping of this key (mapping_key). Any thread.
  void call(const std::string& key) { steps_.call(key); }

 private:
  using LaneName = std::pair<std::string, std::int64_t>;  // shard and number
  struct LaneWork {
    bool busy = false;                   // an invocation is under way
    std::optional<Instant> gathered_by;  // a batch that is not full goes then
  };
  // Of a queue.
  struct QueueWork {
    std::size_t flying = 0;              // invocations under way
    std::multiset<std::string> groups;   // of a FIFO queue: those of the messages under way
    std::vector<QueuedMessage> held;     // received, and not handed over
    std::optional<Instant> gathered_by;  // a batch that is not full goes then
    std::optional<Instant> rests_until;  // the function could not be run
    int rests = 0;                       // in a row
    Millis visibility{0};                // the queue's timeout
  };
  struct Poller {
    std::string listening_to;
    std::shared_ptr<void> listening;
    std::map<LaneName, LaneWork> lanes;
    QueueWork queue;
    bool busy() const;
  };
  // An invocation with messages of a queue.
  struct QueueFlight {
    std::string key;
    Mapping mapping;
    std::vector<QueuedMessage> batch;
    functions::Outcome outcome;
  };
  // An invocation of one batch.
  struct Flight {
    std::string key;
    LaneName name;
    Lane lane;
    Batch batch;
    std::string event, request_id, version, role_arn, trace_id;
    WindowPhase phase = WindowPhase::None;
    Instant window_start;
    Mapping mapping;
    functions::Outcome outcome;
  };

  void step(const std::string& key);
  // Brings the state to what is wanted. False: nothing is to be read.
  Result<bool> settle_state(const std::string& key, Mapping& mapping, Poller& poller);
  Result<> erase(const std::string& key, const Mapping& mapping);
  void listen(const std::string& key, const Mapping& mapping, Poller& poller);
  Result<std::vector<LaneName>> lanes_to_read(const Mapping& mapping);
  Result<std::vector<Lane>> lanes_of(Transaction& tx, const Mapping& mapping, const std::string& shard);
  // True: something was done, look again.
  Result<bool> run_lane(const std::string& key, const Mapping& mapping, const LaneName& name, LaneWork& work);
  Result<bool> without_records(const std::string& key, const Mapping& mapping, const LaneName& name, const Lane& lane,
                               const Batch& batch);
  Result<bool> must_wait(const std::string& key, const Mapping& mapping, const LaneName& name, const Batch& batch,
                         const Lane& lane, LaneWork& work);
  Result<> drop_old(const Mapping& mapping, const LaneName& name, const Lane& lane, const Batch& batch,
                    const std::string& role_arn);
  void launch(const std::shared_ptr<Flight>& flight);
  void land(const std::shared_ptr<Flight>& flight);
  Result<> record_landing(const Flight& flight);
  Result<> post_failure(Transaction& tx, const Flight& flight, std::size_t from, int invocations);
  // queue_flights.cc
  Result<> step_queue(const std::string& key, const Mapping& mapping, Poller& poller);
  Result<> fill(const Mapping& mapping, QueueWork& work);
  Result<std::vector<QueuedMessage>> receive(const Mapping& mapping, std::size_t most, Millis& visibility);
  void launch_queue(const std::shared_ptr<QueueFlight>& flight);
  void land_queue(const std::shared_ptr<QueueFlight>& flight);
  void rest(QueueFlight& flight, QueueWork& work);
  Result<> wake_at(Transaction& tx, const std::string& key, const LaneName& name, Instant due);
  Result<> save_lane(const Mapping& mapping, const LaneName& name, const Lane& lane);
  Result<std::string> role_of(Reader& reader, const Mapping& mapping);
  void trouble(const std::string& key, const Error& error);

  Lambda& lambda_;
  Wakes& wakes_;
  bool call_again_ = false;                // the steps': messages were deleted, others may be behind them
  std::map<std::string, Poller> pollers_;  // the steps'
  CalledSteps steps_;                      // last: they use all of the above
};

inline constexpr std::string_view kSourceTimer = "lambda.source";

}  // namespace orrery::lambda
