// A Lambda custom runtime in one header: the public Runtime API (version 2018-06-01,
// docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) over one kept-alive connection. C++17, POSIX sockets, nothing
// else to link. Works in Orrery and in AWS Lambda (runtime provided.al2023, built statically).
//
//   int main() {
//     return lambda_runtime::run([](const lambda_runtime::Event& event) { return event.payload; });
//   }
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lambda_runtime {

struct Event {
  std::string payload;  // JSON
  std::string request_id, invoked_function_arn, trace_id, client_context;
  long long deadline_ms = 0;  // since 1970
};

// Takes an event, returns the response as JSON; what it throws becomes the error that the caller sees.
using Handler = std::function<std::string(const Event&)>;

namespace detail {

inline std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    }
  }
  return out;
}

struct Reply {
  int status = 0;
  std::string head, body;

  std::string header(std::string_view name) const {
    for (std::size_t at = head.find('\n'); at != std::string::npos; at = head.find('\n', at + 1)) {
      const char* line = head.c_str() + at + 1;
      if (::strncasecmp(line, name.data(), name.size()) != 0 || line[name.size()] != ':') continue;
      const std::string_view rest(line + name.size() + 1);
      std::string_view value = rest.substr(0, rest.find('\r'));
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      return std::string(value);
    }
    return {};
  }
};

class Connection {
 public:
  explicit Connection(const std::string& address) : host_(address), input_(64 * 1024, '\0') {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Reply call(std::string_view method, std::string_view path, std::string_view headers, std::string_view body) {
    std::string request;
    request.reserve(256 + headers.size() + body.size());
    request.append(method).append(" /2018-06-01/runtime/").append(path).append(" HTTP/1.1\r\nHost: ").append(host_);
    request.append("\r\n").append(headers);
    if (method != "GET") request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    request.append("\r\n").append(body);
    if (socket_ < 0) open();
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t n = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw std::runtime_error("the Runtime API has gone");
      sent += static_cast<std::size_t>(n);
    }
    return receive();
  }

 private:
  void open() {
    const auto colon = host_.rfind(':');
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<unsigned short>(std::atoi(host_.c_str() + colon + 1)));
    if (colon == std::string::npos || ::inet_pton(AF_INET, host_.substr(0, colon).c_str(), &address.sin_addr) != 1) {
      throw std::runtime_error("AWS_LAMBDA_RUNTIME_API is no address: " + host_);
    }
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
      throw std::runtime_error("the Runtime API cannot be reached");
    }
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  void more(std::string& into) {
    while (true) {
      const ssize_t n = ::recv(socket_, input_.data(), input_.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw std::runtime_error("the Runtime API has gone");
      into.append(input_.data(), static_cast<std::size_t>(n));
      return;
    }
  }

  Reply receive() {
    Reply reply;
    std::size_t end = std::string::npos;
    while ((end = reply.head.find("\r\n\r\n")) == std::string::npos) more(reply.head);
    reply.body = reply.head.substr(end + 4);
    reply.head.resize(end + 2);
    reply.status = std::atoi(reply.head.c_str() + sizeof "HTTP/1.1");
    const auto length = static_cast<std::size_t>(std::atoll(reply.header("Content-Length").c_str()));
    reply.body.reserve(length);
    while (reply.body.size() < length) more(reply.body);
    return reply;
  }

  const std::string host_;
  std::string input_;
  int socket_ = -1;
};

inline Event event_of(detail::Reply reply) {
  Event event;
  event.request_id = reply.header("Lambda-Runtime-Aws-Request-Id");
  event.invoked_function_arn = reply.header("Lambda-Runtime-Invoked-Function-Arn");
  event.trace_id = reply.header("Lambda-Runtime-Trace-Id");
  event.client_context = reply.header("Lambda-Runtime-Client-Context");
  event.deadline_ms = std::atoll(reply.header("Lambda-Runtime-Deadline-Ms").c_str());
  event.payload = std::move(reply.body);
  return event;
}

}  // namespace detail

// Serves until the environment ends; returns only when the Runtime API has gone.
inline int run(const Handler& handler) {
  const char* address = std::getenv("AWS_LAMBDA_RUNTIME_API");
  if (address == nullptr) return std::fputs("AWS_LAMBDA_RUNTIME_API is not set\n", stderr), 1;
  detail::Connection api(address);
  try {
    while (true) {
      detail::Reply next = api.call("GET", "invocation/next", "", "");
      if (next.status != 200) return 1;
      const Event event = detail::event_of(std::move(next));
      const std::string path = "invocation/" + event.request_id;
      std::string response, failure;
      try {
        response = handler(event);
      } catch (const std::exception& error) {
        failure = "{\"errorType\":\"Error\",\"errorMessage\":\"" + detail::escaped(error.what()) + "\"}";
        std::fprintf(stderr, "[ERROR] %s\n", error.what());
      }
      if (failure.empty()) {
        api.call("POST", path + "/response", "Content-Type: application/json\r\n", response);
      } else {
        api.call("POST", path + "/error",
                 "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: Unhandled\r\n", failure);
      }
    }
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}

}  // namespace lambda_runtime
