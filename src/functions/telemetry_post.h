// One batch of telemetry on its way into a sandbox: over a socket that was made inside it, and which therefore reaches
// what the sandbox reaches, as the user that the sandbox is.
#pragma once

#include "functions/sandbox/fd.h"
#include "functions/telemetry_subscription.h"

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace orrery::functions {

class TelemetryPost : public std::enable_shared_from_this<TelemetryPost> {
 public:
  // `done` is called once, on the context's thread: whether the destination has taken it.
  static void start(boost::asio::io_context& context, Fd socket, const TelemetrySubscription& to,
                    const std::string& body, std::function<void(bool taken)> done);

  TelemetryPost(boost::asio::io_context& context, std::function<void(bool taken)> done);

 private:
  void connect(Fd socket, const TelemetrySubscription& to);
  void write();
  void read();
  void end(bool taken);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer patience_;
  std::function<void(bool taken)> done_;
  std::string request_, answer_;
  bool answers_ = true;
};

}  // namespace orrery::functions
