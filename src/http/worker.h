// One server thread: its io_context, its connections, their deadlines, and buffers that idle connections do without.
#pragma once

#include "http/head_parser.h"
#include "http/server.h"
#include "http/timer_wheel.h"
#include "http/transport.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace orrery::http {

class Connection;
class Worker;

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;

// A growable array without initialisation.
struct Buffer {
  explicit Buffer(std::size_t size) : data(new char[size]), capacity(size) {}
  void grow(std::size_t size, std::size_t keep_bytes);
  std::unique_ptr<char[]> data;
  std::size_t capacity;
};

// What a connection needs while it has a request; lent by its worker.
struct Scratch {
  static constexpr std::size_t kSize = 16 * 1024;
  Buffer input{kSize};
  Head head;
  HeadParser parser;
  std::string output;  // a response's head
};

// Counts connections over all workers, so that stop() can wait for none.
class Census {
 public:
  void arrive() { ++count_; }
  void leave();
  std::size_t count() const { return count_; }
  bool wait_for_none(int timeout_ms);

 private:
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
};

class Worker {
 public:
  static constexpr std::size_t kLargeBuffer = 256 * 1024;

  Worker(const Limits& limits, Census& census);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  const Limits& limits() const { return limits_; }
  Census& census() { return census_; }
  boost::asio::io_context& context() { return context_; }
  bool stopping() const { return stopping_; }

  // All below: on the worker's thread only.
  std::unique_ptr<Scratch> borrow_scratch();
  void give_back(std::unique_ptr<Scratch> scratch);
  std::unique_ptr<Buffer> borrow_large();
  void give_back(std::unique_ptr<Buffer> large);
  void set_deadline(TimerWheel::Entry& entry, int after_ms);
  void clear_deadline(TimerWheel::Entry& entry) { wheel_.disarm(entry); }
  void add(Connection& connection);
  void remove(Connection& connection);
  // Idle connections are closed, the others after their response; of one listener, or of all (null).
  void retire(const ListenerState* listener);
  void cut_all();
  void begin_stop();

 private:
  void schedule_tick();

  const Limits limits_;
  Census& census_;
  bool stopping_ = false;
  bool ticking_ = false;
  TimerWheel wheel_;
  std::vector<Connection*> connections_;
  std::vector<std::unique_ptr<Scratch>> scratch_;
  std::vector<std::unique_ptr<Buffer>> large_;
  // Destroyed first of these two: the context ends suspended coroutines, whose connections use all of the above.
  boost::asio::io_context context_{1};
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      tick_{context_};
};

// One address and its handler. The ports are emptied when the server goes before its listeners.
struct ListenerState {
  struct Port {
    Worker* worker;
    std::unique_ptr<Acceptor> acceptor;
  };
  Handler handler;
  std::shared_ptr<TlsContext> tls;
  std::uint16_t port = 0;
  PortOptions options;
  std::atomic<std::size_t> open = 0;  // connections
  bool foreign = false;               // in another network namespace: our kernel tables do not know its peers
  std::atomic<bool> closed = false;
  std::mutex mutex;  // of `ports` as a whole
  std::vector<Port> ports;
};

}  // namespace orrery::http
