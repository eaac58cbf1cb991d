#include "http/server.h"

#include "base/log.h"
#include "http/connection.h"
#include "http/peer_user.h"
#include "http/post.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

namespace orrery::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr asio::use_awaitable_t<Executor> kAwait;
constexpr int kBacklog = 4096;
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

enum class Sharing : unsigned char { Exclusive, ReusePort };

Error bind_error(const tcp::endpoint& endpoint, const error_code& ec) {
  const std::string where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  if (ec == asio::error::address_in_use)
    return api_error("AddressInUse", where + " is already in use: choose another port or stop its owner", 500);
  return internal_error("cannot listen on " + where + ": " + ec.message());
}

Result<std::unique_ptr<Acceptor>> bind(Worker& worker, const tcp::endpoint& endpoint, Sharing sharing) {
  error_code ec;
  auto acceptor = std::make_unique<Acceptor>(worker.context().get_executor());
  acceptor->open(endpoint.protocol(), ec);
  if (ec) return fail(bind_error(endpoint, ec));
  const int on = 1;
  ::setsockopt(acceptor->native_handle(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (sharing == Sharing::ReusePort) ::setsockopt(acceptor->native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  acceptor->set_option(tcp::no_delay(true), ec);  // accepted sockets inherit it on Linux
  acceptor->bind(endpoint, ec);
  if (ec) return fail(bind_error(endpoint, ec));
  return acceptor;
}

Result<tcp::endpoint> endpoint_of(const std::string& address, std::uint16_t port) {
  error_code ec;
  const auto ip = asio::ip::make_address(address, ec);
  if (ec) return fail(api_error("InvalidAddress", "'" + address + "' is not an IP address", 500));
  return tcp::endpoint(ip, port);
}

awaitable<void> accept_connections(std::shared_ptr<ListenerState> listener, Worker& worker, Acceptor& acceptor) {
  while (!listener->closed && !worker.stopping()) {
    error_code ec;
    Socket socket = co_await acceptor.async_accept(asio::redirect_error(kAwait, ec));
    if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
    if (ec) {  // out of descriptors, or the peer was gone before us: do not spin
      log::warning("cannot accept a connection", {{"reason", ec.message()}});
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>
          pause(worker.context().get_executor(), std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(kAwait, ec));
      continue;
    }
    if (listener->options.admits && !listener->foreign &&
        !listener->options.admits(peer_user(socket.native_handle()))) {
      continue;
    }
    const std::size_t most = listener->options.max_connections;
    if (worker.census().count() >= worker.limits().max_connections || (most > 0 && listener->open >= most)) {
      ::send(socket.native_handle(), kTooMany.data(), kTooMany.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      continue;
    }
    auto connection = std::make_shared<Connection>(std::move(socket), worker, listener);
    asio::co_spawn(worker.context().get_executor(), Connection::serve(std::move(connection)), asio::detached);
  }
}

// Binds on all of `workers`; the port is the same on each.
Result<> open_ports(ListenerState& listener, tcp::endpoint endpoint, const std::vector<Worker*>& workers) {
  // SO_REUSEPORT would quietly share the port with another server of the same user: see first whether it is free.
  if (workers.size() > 1 && endpoint.port() != 0) {
    auto probe = TRY(bind(*workers.front(), endpoint, Sharing::Exclusive));
    error_code ec;
    probe->listen(1, ec);
    if (ec) return fail(bind_error(endpoint, ec));
  }
  const Sharing sharing = workers.size() > 1 ? Sharing::ReusePort : Sharing::Exclusive;
  for (Worker* worker : workers) {
    auto acceptor = TRY(bind(*worker, endpoint, sharing));
    error_code ec;
    acceptor->listen(kBacklog, ec);
    if (ec) return fail(bind_error(endpoint, ec));
    endpoint.port(acceptor->local_endpoint(ec).port());
    listener.ports.push_back({worker, std::move(acceptor)});
  }
  listener.port = endpoint.port();
  return {};
}

void start_accepting(const std::shared_ptr<ListenerState>& listener) {
  for (ListenerState::Port& port : listener->ports)
    asio::co_spawn(port.worker->context().get_executor(), accept_connections(listener, *port.worker, *port.acceptor),
                   asio::detached);
}

void close_listener(const std::shared_ptr<ListenerState>& listener) {
  if (listener->closed.exchange(true)) return;
  const std::lock_guard lock(listener->mutex);
  for (ListenerState::Port& port : listener->ports)
    post_or_crash(port.worker->context(), [listener, worker = port.worker, acceptor = port.acceptor.get()] {
      error_code ignored;
      acceptor->close(ignored);
      worker->retire(listener.get());
    });
}

}  // namespace

std::uint16_t Listener::port() const { return state_ ? state_->port : 0; }

void Listener::close() {
  if (state_) close_listener(state_);
  state_.reset();
}

Listener& Listener::operator=(Listener&& other) noexcept {
  if (this != &other) {
    close();
    state_ = std::move(other.state_);
  }
  return *this;
}

struct Server::Impl {
  Options options;
  Census census;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<asio::executor_work_guard<Executor>> guards;
  std::vector<std::thread> threads;
  std::shared_ptr<ListenerState> main = std::make_shared<ListenerState>();
  std::mutex mutex;  // of what follows
  std::vector<std::weak_ptr<ListenerState>> listeners;
  std::size_t next_worker = 0;
  bool stopped = false;

  std::vector<std::shared_ptr<ListenerState>> all_listeners() {
    const std::lock_guard lock(mutex);
    std::vector<std::shared_ptr<ListenerState>> all;
    for (const auto& weak : listeners)
      if (auto listener = weak.lock()) all.push_back(std::move(listener));
    return all;
  }
};

Server::Server(Options options, Handler handler) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->main->handler = std::move(handler);
  impl_->listeners.push_back(impl_->main);
  for (unsigned i = 0; i < std::max(1U, impl_->options.threads); ++i) {
    impl_->workers.push_back(std::make_unique<Worker>(impl_->options.limits, impl_->census));
    impl_->guards.emplace_back(impl_->workers.back()->context().get_executor());
  }
}

Server::~Server() {
  stop(0);
  // Acceptors go before their contexts, whoever still holds the listener.
  for (const auto& listener : impl_->all_listeners()) {
    listener->closed = true;
    const std::lock_guard lock(listener->mutex);
    listener->ports.clear();
  }
  impl_->guards.clear();
  impl_->workers.clear();
}

Result<> Server::start() {
  if (const auto& files = impl_->options.tls)
    impl_->main->tls = TRY(TlsContext::load(files->certificate_chain, files->private_key));
  std::vector<Worker*> workers;
  for (const auto& worker : impl_->workers) workers.push_back(worker.get());
  const tcp::endpoint endpoint = TRY(endpoint_of(impl_->options.address, impl_->options.port));
  TRY(open_ports(*impl_->main, endpoint, workers));
  start_accepting(impl_->main);
  for (Worker* worker : workers) impl_->threads.emplace_back([worker] { worker->context().run(); });
  return {};
}

std::uint16_t Server::port() const { return impl_->main->port; }

Result<Listener> Server::listen(const std::string& address, std::uint16_t port, Handler handler) {
  return listen(address, port, std::move(handler), PortOptions{});
}

Result<Listener> Server::adopt(int listening_socket, Handler handler) {
  return adopt(listening_socket, std::move(handler), PortOptions{});
}

Result<Listener> Server::adopt(int listening_socket, Handler handler, PortOptions options) {
  auto listener = std::make_shared<ListenerState>();
  listener->handler = std::move(handler);
  listener->options = std::move(options);
  listener->foreign = true;
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopped) {
    ::close(listening_socket);
    return fail(internal_error("the server is stopped"));
  }
  Worker* worker = impl_->workers[impl_->next_worker++ % impl_->workers.size()].get();
  auto acceptor = std::make_unique<Acceptor>(worker->context().get_executor());
  error_code ec;
  acceptor->assign(tcp::v4(), listening_socket, ec);
  if (ec) {
    ::close(listening_socket);
    return fail(internal_error("cannot adopt a listening socket: " + ec.message()));
  }
  listener->port = acceptor->local_endpoint(ec).port();
  listener->ports.push_back({worker, std::move(acceptor)});
  std::erase_if(impl_->listeners, [](const auto& weak) { return weak.expired(); });
  impl_->listeners.push_back(listener);
  start_accepting(listener);
  return Listener(std::move(listener));
}

Result<Listener> Server::listen(const std::string& address, std::uint16_t port, Handler handler, PortOptions options) {
  const tcp::endpoint endpoint = TRY(endpoint_of(address, port));
  auto listener = std::make_shared<ListenerState>();
  listener->handler = std::move(handler);
  listener->options = std::move(options);
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopped) return fail(internal_error("the server is stopped"));
  Worker* worker = impl_->workers[impl_->next_worker++ % impl_->workers.size()].get();
  TRY(open_ports(*listener, endpoint, {worker}));
  std::erase_if(impl_->listeners, [](const auto& weak) { return weak.expired(); });
  impl_->listeners.push_back(listener);
  start_accepting(listener);
  return Listener(std::move(listener));
}

void Server::stop(int grace_ms) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (std::exchange(impl_->stopped, true)) return;
  }
  for (const auto& listener : impl_->all_listeners()) close_listener(listener);
  for (const auto& worker : impl_->workers) post_or_crash(worker->context(), [w = worker.get()] { w->begin_stop(); });
  if (!impl_->threads.empty() && grace_ms > 0 && !impl_->census.wait_for_none(grace_ms))
    log::warning("requests in flight are cut", {{"count", std::to_string(impl_->census.count())}});
  for (const auto& worker : impl_->workers) {
    post_or_crash(worker->context(), [w = worker.get()] {
      w->cut_all();
      post_or_crash(w->context(), [w] { w->context().stop(); });
    });
  }
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

unsigned Server::threads() const { return static_cast<unsigned>(impl_->workers.size()); }
boost::asio::io_context& Server::context(unsigned thread) { return impl_->workers.at(thread)->context(); }
std::size_t Server::connections() const { return impl_->census.count(); }

}  // namespace orrery::http
