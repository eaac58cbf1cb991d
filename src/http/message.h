// What a handler sees of HTTP: a request as views into the connection's buffer, its body as a stream with
// back-pressure, and the response it returns. Nothing of sockets, nothing of AWS.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace orrery::http {

using Executor = boost::asio::io_context::executor_type;
template <class T>
using awaitable = boost::asio::awaitable<T, Executor>;

struct Header {
  std::string_view name, value;  // the value without surrounding white space
};

// ASCII letters compare without case (RFC 9110 section 5.1).
bool equals_ignoring_case(std::string_view a, std::string_view b);
// True when a comma-separated field value has this member, without case ("keep-alive, Upgrade" has "upgrade").
bool has_token(std::string_view field_value, std::string_view token);

// A request's header fields in the order sent. Views: they live as long as the request.
class Headers {
 public:
  Headers() = default;
  explicit Headers(std::span<const Header> fields) : fields_(fields) {}

  // The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  // find(), or "" when absent.
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }
  // Calls `visit(value)` for every field of that name, in order.
  template <class Visit>
  void all(std::string_view name, Visit&& visit) const {
    for (const Header& field : fields_)
      if (equals_ignoring_case(field.name, name)) visit(field.value);
  }

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::span<const Header> fields_;
};

// A request's body. Errors of both reads: "IncompleteBody" (the peer closed before the end), "RequestTimeout" (nothing
// came for Limits::body_idle_timeout_ms), "InvalidRequest" (broken chunked framing). After an error the connection is
// closed behind the response.
class BodyReader {
 public:
  virtual ~BodyReader() = default;

  // The next piece, at most 256 KiB; an empty view is the end. Valid until the next read. The first read answers
  // `Expect: 100-continue`. A peer that sends faster than the handler reads is held back by TCP.
  virtual awaitable<Result<std::string_view>> read() = 0;

  // All of the body (from where reading stands) when it already lies in memory in one piece: no suspension, no copy.
  // Valid until the response is returned.
  virtual std::optional<std::string_view> buffered() = 0;

  // What Content-Length says; nullopt for a chunked body.
  virtual std::optional<std::uint64_t> content_length() const = 0;

  // The whole body; error "EntityTooLarge" (413) as soon as it is known to exceed `limit_bytes`. Valid until the
  // response is returned.
  virtual awaitable<Result<std::string_view>> read_all(std::size_t limit_bytes);

  // A trailer field of a chunked body that was read to its end; empty when there is none. Valid until the response is
  // returned.
  virtual std::string_view trailer(std::string_view) const { return {}; }

 private:
  std::string all_;
};

// A body that is already in memory: for requests that come from within the process, and for tests.
class MemoryBody final : public BodyReader {
 public:
  explicit MemoryBody(std::string_view bytes = {}) : bytes_(bytes), size_(bytes.size()) {}
  awaitable<Result<std::string_view>> read() override;
  std::optional<std::string_view> buffered() override;
  std::optional<std::uint64_t> content_length() const override { return size_; }

 private:
  std::string_view bytes_;
  std::size_t size_;
};

struct Address {
  std::string ip;  // "127.0.0.1", "::1"
  std::uint16_t port = 0;
};

// Lives until the handler has returned its response.
struct Request {
  std::string_view method;  // as sent, case-sensitive
  std::string_view target;  // as sent
  std::string_view path;    // raw, before '?'; of an absolute-form target the part after the authority; "*" for OPTIONS
  std::string_view query;   // raw, after '?'
  int minor_version = 1;    // HTTP/1.minor_version
  bool tls = false;
  Headers headers;
  const Address& remote;
  BodyReader& body;

  // Calls `gone` on the connection's thread, at most once, when the peer closes while the handler is suspended (a long
  // poll). Null for requests that come from within the process. Must not be used together with unfinished body reads.
  std::function<void(std::function<void()> gone)> on_disconnect = nullptr;

  // The user whose process on this machine sent it; nullopt: another machine's, gone, or not known (http/peer_user.h).
  // The kernel is asked once a connection. Null for requests that come from within the process.
  std::function<std::optional<std::uint32_t>()> peer_user = nullptr;
};

// A response's header fields: owned, kept in wire form.
class HeaderList {
 public:
  // CR, LF and NUL in a value become spaces (no response splitting). Content-Length, Transfer-Encoding and Connection
  // are the server's own: never add them.
  void add(std::string_view name, std::string_view value);
  // Removes the fields of that name first.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  std::optional<std::string_view> find(std::string_view name) const;
  // Calls `visit(name, value)` for each, in order.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::string_view rest = wire_; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n') - 1);
      const std::size_t colon = line.find(':');
      visit(line.substr(0, colon), line.substr(colon + 2));
      rest.remove_prefix(line.size() + 2);
    }
  }
  const std::string& wire() const { return wire_; }  // "Name: value\r\n" each

 private:
  std::string wire_;
};

// A response body that is pulled piece by piece; only what the peer takes is read.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Known before the first piece: sent as Content-Length; otherwise the body is chunked (HTTP/1.0: ends with the
  // connection).
  virtual std::optional<std::uint64_t> length() const = 0;
  // The next piece, valid until the next call; empty at the end. 64 KiB to 1 MiB is a good size. It runs on the
  // connection's thread: a read of a local file is fine, a wait is not. An error cuts the connection, so that the peer
  // sees an incomplete body rather than a wrong one.
  virtual Result<std::string_view> next() = 0;
  // For a body that somebody else is still making: whether next() answers at once, and somebody to call, once and on
  // any thread, when it does.
  virtual bool ready() const { return true; }
  virtual void when_ready(const std::function<void()>& call) { call(); }
};

struct Response {
  int status = 200;
  HeaderList headers;
  std::string body;                    // sent when there is no `stream`
  std::unique_ptr<BodySource> stream;  // wins over `body`
  // For an answer to HEAD (and a 304): the Content-Length that GET would have, when neither body nor stream says it.
  std::optional<std::uint64_t> head_length;
  bool close = false;  // close the connection afterwards

  static Response text(int status, std::string body, std::string_view content_type = "text/plain");
};

// Called for each request on the connection's io_context thread. It may suspend for as long as it likes, and must be
// resumed on that same io_context (boost::asio::this_coro::executor gives it).
using Handler = std::function<awaitable<Response>(Request&)>;

std::string_view reason_phrase(int status);

}  // namespace orrery::http
