#include "replay.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace orrery::bench {
namespace {

double now_s() {
  timespec at{};
  ::clock_gettime(CLOCK_MONOTONIC, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

// User and system time of all threads, from /proc/PID/stat (fields 14 and 15, in ticks).
double cpu_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(text.substr(name_end + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  long user = 0;
  long system = 0;
  rest >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Size of the reply at the front of `bytes`, 0 while it is incomplete.
std::size_t reply_size(std::string_view bytes) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return 0;
  std::string head(bytes.substr(0, head_end));
  std::transform(head.begin(), head.end(), head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c | 32 : c; });
  const std::size_t start = head_end + 4;
  if (const auto at = head.find("\r\ncontent-length: "); at != std::string::npos) {
    std::size_t length = 0;
    std::from_chars(head.data() + at + 18, head.data() + head.size(), length);
    return bytes.size() >= start + length ? start + length : 0;
  }
  if (head.find("\r\ntransfer-encoding: chunked") == std::string::npos) return start;
  return bytes.ends_with("0\r\n\r\n") ? bytes.size() : 0;
}

class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)), in_(std::size_t{1} << 20) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd_); }

  int fd() const { return fd_; }
  bool connected() const { return connected_; }
  double sent_at() const { return sent_at_; }

  bool send(std::string_view request) {
    filled_ = 0;
    sent_at_ = now_s();
    return ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
  }
  // The whole reply; empty while more is to come; nullptr data when the connection has ended.
  std::string_view receive() {
    const ssize_t n = ::recv(fd_, in_.data() + filled_, in_.size() - filled_, 0);
    if (n <= 0) return {};
    filled_ += static_cast<std::size_t>(n);
    const std::string_view all(in_.data(), filled_);
    return all.substr(0, reply_size(all));
  }

 private:
  int fd_;
  bool connected_ = false;
  double sent_at_ = 0;
  std::size_t filled_ = 0;
  std::vector<char> in_;
};

class Replay {
 public:
  Replay(const Load& load, const std::vector<std::string>& requests) : load_(load), requests_(requests) {}

  Measured run() {
    if (!connect()) return std::move(measured_);
    begun_ = now_s();
    measuring_ = load_.count != 0;
    if (measuring_) begin_measuring();
    for (auto& connection : connections_) send(*connection);
    epoll_event events[64];
    while (outstanding_ > 0 && measured_.failure.empty()) {
      const int ready = ::epoll_wait(epoll_, events, 64, 10'000);
      if (ready <= 0) measured_.failure = "no reply within ten seconds";
      for (int i = 0; i < ready && measured_.failure.empty(); ++i) serve(*static_cast<Connection*>(events[i].data.ptr));
    }
    ::close(epoll_);
    return std::move(measured_);
  }

 private:
  bool connect() {
    epoll_ = ::epoll_create1(0);
    for (std::size_t i = 0; i < load_.connections; ++i) {
      auto& one = connections_.emplace_back(std::make_unique<Connection>(load_.port));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = one.get();
      if (!one->connected() || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, one->fd(), &event) != 0) {
        measured_.failure = "cannot connect";
        return false;
      }
    }
    return true;
  }

  void begin_measuring() {
    measuring_ = true;
    begun_ = now_s();
    cpu_before_ = cpu_of(load_.server_pid);
  }

  void end_measuring() {
    measured_.seconds = now_s() - begun_;
    measured_.server_cpu_s = cpu_of(load_.server_pid) - cpu_before_;
    done_ = true;
  }

  void send(Connection& connection) {
    if (done_ || (load_.count != 0 && next_ == load_.count)) return;
    if (!connection.send(requests_[next_++ % requests_.size()])) {
      measured_.failure = "cannot send";
      return;
    }
    ++outstanding_;
  }

  void serve(Connection& connection) {
    const std::string_view reply = connection.receive();
    if (reply.empty()) {
      if (reply.data() == nullptr) measured_.failure = "the server closed the connection";
      return;
    }
    --outstanding_;
    const double now = now_s();
    if (!reply.starts_with("HTTP/1.1 2")) {
      measured_.failure = std::string(reply);
      return;
    }
    measured_.reply_bytes = reply.size();
    if (measuring_ && !done_) {
      ++measured_.requests;
      measured_.latencies_us.push_back(static_cast<std::uint32_t>((now - connection.sent_at()) * 1e6));
      const bool all = load_.count != 0 ? measured_.requests == load_.count : now - begun_ >= load_.seconds;
      if (all) end_measuring();
    } else if (!measuring_ && now - begun_ >= load_.warmup_s) {
      begin_measuring();
    }
    send(connection);
  }

  const Load& load_;
  const std::vector<std::string>& requests_;
  std::vector<std::unique_ptr<Connection>> connections_;
  Measured measured_;
  int epoll_ = -1;
  std::size_t next_ = 0;
  std::size_t outstanding_ = 0;
  bool measuring_ = false;
  bool done_ = false;
  double begun_ = 0;
  double cpu_before_ = 0;
};

}  // namespace

Measured replay(const Load& load, const std::vector<std::string>& requests) { return Replay(load, requests).run(); }

}  // namespace orrery::bench
