// Requests that leave the server: an asynchronous client with bounds on everything. Each request has a connection of
// its own, which is closed after the answer. TLS (1.2 and up) with the system's certificate authorities and the host's
// name checked; no redirects are followed, no proxy is used, and what may be reached is limited (docs/decisions/016).
#pragma once

#include "base/result.h"
#include "http/client/reach.h"
#include "http/message.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace orrery::http {

struct Outgoing {
  std::string method = "POST";
  std::string url;     // absolute: "https://example.com/a?b=c", already percent-encoded
  HeaderList headers;  // Host, Content-Length and Connection are the client's own
  std::string body;
  int timeout_ms = 5'000;                              // from when its turn has come to the answer's last byte
  std::size_t limit_bytes = std::size_t{1024} * 1024;  // of the answer's body
};

struct Answer {
  int status = 0;
  HeaderList headers;
  std::string body;
};

struct ClientOptions {
  Reach reach = Reach::Local;
  std::vector<std::uint16_t> own_ports;  // where this server listens: never connected to on this machine
  std::size_t connections = 64;          // at once
  std::size_t connections_per_host = 16;
  std::size_t waiting = 1'000;  // requests that wait for their turn; more are refused
  std::string authorities{};    // a PEM file, instead of the system's: for tests
};

class Client {
 public:
  // Called once, on the client's thread (or within send() and the destructor): be short, post elsewhere. An HTTP status
  // of whatever kind is an answer. Errors: "InvalidUrl", "NotReachable" (refused by the border, whatever the time),
  // "ConnectionFailed" (name, network or TLS), "Timeout", "InvalidAnswer", "AnswerTooLarge", "Busy" (too many wait),
  // "Stopped".
  using Done = std::function<void(Result<Answer>)>;

  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Thread-safe.
  void send(Outgoing request, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orrery::http
