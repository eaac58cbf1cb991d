// The HTTP/1.1 server: one io_context a thread, connections spread over them by SO_REUSEPORT.
#pragma once

#include "base/result.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace orrery::http {

struct Limits {
  std::size_t header_bytes = 64 * 1024;   // request line and fields; more: 431 (414 when the target alone is longer)
  std::size_t header_count = 256;         // more: 431
  int header_timeout_ms = 10'000;         // from the first byte of a request to the end of its head; then 408
  int body_idle_timeout_ms = 30'000;      // without a byte of a body (or of a response taken); then "RequestTimeout"
  int keep_alive_idle_ms = 75'000;        // without a request; then closed silently
  std::size_t max_connections = 100'000;  // over all threads; further ones get 503 and are closed
};

// PEM files.
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;
};

struct Options {
  std::string address = "127.0.0.1";  // an IP address, no name
  std::uint16_t port = 0;             // 0: any free one
  unsigned threads = 1;
  Limits limits{};
  std::optional<TlsFiles> tls{};  // for the main address; listen() is plain
};

// Of a further port, see Server::listen and Server::adopt.
struct PortOptions {
  std::size_t max_connections = 0;  // open at once; further ones get 503 and are closed. 0: as many as the server takes
  // Asked of each connection: the user at its other end (Request::peer_user; never of adopted sockets). False: it is
  // closed, unanswered and uncounted. Null: everybody. Called on the port's thread.
  std::function<bool(std::optional<std::uint32_t> user)> admits{};
};

struct ListenerState;

// An address of its own with a handler of its own, see Server::listen. Closed by its destructor.
class Listener {
 public:
  Listener() = default;
  explicit Listener(std::shared_ptr<ListenerState> state) : state_(std::move(state)) {}
  Listener(Listener&&) = default;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener() { close(); }

  std::uint16_t port() const;
  // Stops accepting and closes idle connections; the others are closed behind their response. Any thread; does not
  // wait.
  void close();

 private:
  std::shared_ptr<ListenerState> state_;
};

class Server {
 public:
  // Nothing happens before start(); the io_contexts exist at once.
  Server(Options options, Handler handler);
  // Stops without grace when still running. Destroys suspended handlers' frames: what those refer to must outlive the
  // server.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, listens, starts the threads. Fails with "AddressInUse", "InvalidAddress", "InvalidCertificate" or an
  // internal error.
  Result<> start();
  std::uint16_t port() const;  // after start()

  // A further port on one of the threads (taken in turn), plain HTTP. Any thread, before or after start().
  Result<Listener> listen(const std::string& address, std::uint16_t port, Handler handler);
  Result<Listener> listen(const std::string& address, std::uint16_t port, Handler handler, PortOptions options);

  // A TCP socket (IPv4) that listens already, perhaps in another network namespace: whose its peers are cannot be known
  // (Request::peer_user). Takes the descriptor. Any thread.
  Result<Listener> adopt(int listening_socket, Handler handler);
  Result<Listener> adopt(int listening_socket, Handler handler, PortOptions options);

  // Stops accepting, closes idle connections, lets requests in flight finish for at most `grace_ms`, cuts the rest,
  // joins the threads. Not from a server thread. Later calls do nothing.
  void stop(int grace_ms);

  unsigned threads() const;
  boost::asio::io_context& context(unsigned thread);
  std::size_t connections() const;  // open now

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orrery::http
