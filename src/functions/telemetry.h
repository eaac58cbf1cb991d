// The Telemetry API of one environment (docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html): what happens there,
// in batches, to the extensions that have asked for it. On the pool's thread.
#pragma once

#include "base/clock.h"
#include "functions/sandbox/fd.h"
#include "functions/telemetry_subscription.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace orrery::functions {

class Telemetry {
 public:
  // Asks the sandbox for a socket of its own; called back on the pool's thread, with an invalid one when there is none.
  using Dial = std::function<void(std::function<void(Fd)> made)>;

  Telemetry(boost::asio::io_context& context, const Clock& clock, Dial dial);

  // Something happened: "platform.start" or the name of the kind; `record` is JSON already. Before extensions have had
  // their chance to subscribe it is kept for them.
  void add(TelemetryKind kind, std::string_view type, std::string_view record);
  // A line of output: text, or an object where the line is one and `json` says that lines are.
  void add_line(TelemetryKind kind, std::string_view line, bool json);
  // False: what is added goes nowhere.
  bool listens() const { return open_ || !subscribers_.empty(); }

  // False: the initialisation is over, and with it the time to subscribe.
  bool subscribe(const std::string& extension, TelemetrySubscription subscription);
  void close_subscriptions();

  // All that there is leaves now.
  void flush();
  // Something is on its way, or waits to be tried again.
  bool busy() const;
  // Nothing more is sent.
  void stop();

 private:
  struct Event {
    TelemetryKind kind;
    std::string type, record, time;
  };
  struct Subscriber {
    explicit Subscriber(boost::asio::io_context& context) : timer(context) {}
    std::string extension;
    TelemetrySubscription wants;
    std::deque<std::string> waiting;  // events as they are sent
    std::size_t waiting_bytes = 0;
    std::vector<std::string> sending;
    int failures = 0;
    bool timed = false;        // the timer runs: for the batch, or for the next attempt
    std::uint64_t timing = 0;  // its number: an expiry that is queued already cannot be cancelled
    std::size_t dropped_records = 0, dropped_bytes = 0;
    boost::asio::steady_timer timer;
  };
  using Held = std::shared_ptr<Subscriber>;

  void give(const Held& to, const Event& event);
  void push(const Held& to, std::string text);
  void note_dropped(const Held& to);
  void arm(const Held& to, int after_ms);
  void send(const Held& to);
  void dial(const Held& to);
  void sent(const Held& to, bool taken);

  boost::asio::io_context& context_;
  const Clock& clock_;
  const Dial dial_;
  std::deque<Event> before_;  // what happened before anybody could subscribe
  std::size_t before_bytes_ = 0;
  std::vector<Held> subscribers_;
  bool open_ = true;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace orrery::functions
