// A raw socket for tests: says exactly the bytes it is told, and reads responses.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace orrery::http {

struct Reply {
  int status = 0;
  std::string head;  // with its empty line
  std::string body;  // unchunked
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  TestClient(TestClient&& other) noexcept : connected(other.connected), fd_(std::exchange(other.fd_, -1)) {}
  ~TestClient() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int fd() const { return fd_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void finish() { ::shutdown(fd_, SHUT_WR); }

  // More bytes into the buffer; false at the end, on an error, or after `timeout_ms`.
  bool fill(int timeout_ms = 10'000) {
    pollfd p{fd_, POLLIN, 0};
    if (::poll(&p, 1, timeout_ms) <= 0) return false;
    char chunk[65536];
    const auto n = ::recv(fd_, chunk, sizeof chunk, 0);
    if (n <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(n));
    return true;
  }
  // True when the server closes without sending anything more.
  bool at_end(int timeout_ms = 10'000) {
    pollfd p{fd_, POLLIN, 0};
    if (!buffer.empty() || ::poll(&p, 1, timeout_ms) <= 0) return false;
    char byte;
    return ::recv(fd_, &byte, 1, 0) <= 0;
  }

  // The next response; status 0 when none comes whole.
  Reply reply(bool head_only = false) {
    Reply reply;
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
      if (!fill()) return {};
    reply.head = take(end + 4);
    reply.status = std::atoi(reply.head.c_str() + 9);
    if (head_only || reply.status < 200 || reply.status == 204 || reply.status == 304) return reply;
    if (const auto at = reply.head.find("Content-Length: "); at != std::string::npos) {
      const auto size = static_cast<std::size_t>(std::atoll(reply.head.c_str() + at + 16));
      if (!need(size)) return {};
      reply.body = take(size);
    } else if (reply.head.find("Transfer-Encoding: chunked") != std::string::npos) {
      for (std::size_t size = 1; size != 0;) {
        while ((end = buffer.find("\r\n")) == std::string::npos)
          if (!fill()) return {};
        size = std::strtoull(take(end + 2).c_str(), nullptr, 16);
        if (!need(size + 2)) return {};
        reply.body += take(size);
        take(2);
      }
    } else {
      while (fill()) {
      }
      reply.body = take(buffer.size());
    }
    return reply;
  }
  Reply ask(std::string_view request) { return send(request) ? reply() : Reply{}; }

  bool connected = false;
  std::string buffer;

 private:
  bool need(std::size_t size) {
    while (buffer.size() < size)
      if (!fill()) return false;
    return true;
  }
  std::string take(std::size_t size) {
    std::string front = buffer.substr(0, size);
    buffer.erase(0, size);
    return front;
  }

  int fd_;
};

}  // namespace orrery::http
