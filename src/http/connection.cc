#include "http/connection.h"

#include "base/log.h"
#include "http/peer_user.h"

#include <charconv>
#include <cstring>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orrery::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr asio::use_awaitable_t<Executor> kAwait;
constexpr int kWarmMs = 1'000;
constexpr int kLingerMs = 2'000;
constexpr std::size_t kLingerBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kYieldBytes = std::size_t{1024} * 1024;

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, end);
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

Connection::Connection(Socket socket, Worker& worker, std::shared_ptr<ListenerState> listener)
    : socket_(std::move(socket)),
      worker_(worker),
      listener_(std::move(listener)),
      transport_(socket_.native_handle(), listener_->tls.get()) {
  error_code ec;
  const auto peer = socket_.remote_endpoint(ec);
  if (!ec) remote_ = {peer.address().to_string(), peer.port()};
  worker_.add(*this);
  worker_.census().arrive();
  ++listener_->open;
}

Connection::~Connection() {
  worker_.remove(*this);
  if (scratch_) worker_.give_back(std::move(scratch_));
  if (large_) worker_.give_back(std::move(large_));
  worker_.census().leave();
  --listener_->open;
}

awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  // What cannot be allocated or is wrong in a library ends this connection, never the thread.
  try {
    co_await self->run();
  } catch (const std::exception& e) {
    log::error("connection ended by an exception", {{"what", e.what()}});
  }
}

void Connection::on_deadline() {
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::set_deadline(int after_ms) {
  expired_ = false;
  worker_.set_deadline(*this, after_ms);
}

void Connection::retire() {
  retired_ = true;
  if (idle_) cut();
}

void Connection::cut() {
  cut_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

awaitable<Connection::Wait> Connection::wait(Socket::wait_type what) {
  if (!cut_ && !expired_) {
    error_code ec;
    co_await socket_.async_wait(what, asio::redirect_error(kAwait, ec));
    if (ec && ec != asio::error::operation_aborted) cut_ = true;
  }
  co_return cut_ ? Wait::Cut : expired_ ? Wait::TimedOut : Wait::Ready;
}

awaitable<void> Connection::yield() { co_await asio::post(socket_.get_executor(), kAwait); }

awaitable<Io> Connection::receive(char* into, std::size_t size, bool at_once) {
  Io io{Io::Status::WantRead};
  if (at_once || transport_.pending()) io = transport_.read(into, size);
  while (io.status == Io::Status::WantRead || io.status == Io::Status::WantWrite) {
    if (!transport_.tls()) co_return co_await receive_plain(into, size);
    const Wait woken = co_await wait(io.status == Io::Status::WantRead ? Socket::wait_read : Socket::wait_write);
    if (woken != Wait::Ready) co_return Io{Io::Status::Failed};
    io = transport_.read(into, size);
  }
  co_return io;
}

// Asio's own read: unlike a wait it needs no epoll_ctl, which is one system call less for each small request.
awaitable<Io> Connection::receive_plain(char* into, std::size_t size) {
  error_code ec = asio::error::operation_aborted;
  while (ec == asio::error::operation_aborted) {
    if (cut_ || expired_) co_return Io{Io::Status::Failed};
    const std::size_t n = co_await socket_.async_read_some(asio::buffer(into, size), asio::redirect_error(kAwait, ec));
    if (!ec) co_return Io{Io::Status::Done, n};
  }
  co_return Io{ec == asio::error::eof ? Io::Status::Closed : Io::Status::Failed};
}

awaitable<bool> Connection::send(std::array<iovec, 3> parts, int count) {
  int first = 0;
  for (;;) {
    while (first < count && parts[static_cast<std::size_t>(first)].iov_len == 0) ++first;
    if (first == count) co_return true;
    Io io = transport_.write(parts.data() + first, count - first);
    if (io.status == Io::Status::Done) {
      for (auto i = static_cast<std::size_t>(first); io.bytes > 0; ++i) {
        const std::size_t n = std::min(io.bytes, parts[i].iov_len);
        parts[i].iov_base = static_cast<char*>(parts[i].iov_base) + n;
        parts[i].iov_len -= n;
        io.bytes -= n;
      }
      continue;
    }
    if (io.status != Io::Status::WantRead && io.status != Io::Status::WantWrite) co_return false;
    set_deadline(worker_.limits().body_idle_timeout_ms);
    const Wait woken = co_await wait(io.status == Io::Status::WantRead ? Socket::wait_read : Socket::wait_write);
    if (woken != Wait::Ready) co_return false;
    clear_deadline();
  }
}

awaitable<void> Connection::run() {
  for (;;) {
    const Incoming incoming = co_await next_request();
    if (incoming == Incoming::Close) co_return;
    if (incoming == Incoming::Refused) {
      co_await refuse(refusal_);
      co_await linger();
      co_return;
    }
    const bool sent = co_await answer();
    if (!sent) co_return;
    if (!keep_) {
      if (body_.finished())
        transport_.finish();
      else
        co_await linger();
      co_return;
    }
    end_request();
  }
}

// RFC 9112 section 2.2: empty lines before a request line are ignored.
void Connection::skip_empty_lines() {
  const char* bytes = scratch_->input.data.get();
  while (begin_ < end_ && (bytes[begin_] == '\r' || bytes[begin_] == '\n')) ++begin_;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::optional<HeadError> Connection::head_overflow() const {
  const std::string_view bytes(scratch_->input.data.get() + begin_, end_ - begin_);
  if (bytes.size() < worker_.limits().header_bytes) return std::nullopt;
  if (bytes.find('\n') == std::string_view::npos) return HeadError{414, "request target too long"};
  return HeadError{431, "header too large"};
}

// Request: the head is parsed, the body set up. Close: more bytes are needed.
Connection::Incoming Connection::parse() {
  const std::string_view bytes(scratch_->input.data.get() + begin_, end_ - begin_);
  const std::size_t checked = scanned_;
  if (bytes.empty()) return Incoming::Close;
  const std::size_t size = find_head_end(bytes, scanned_);
  std::optional<HeadError> error;
  if (is_hopeless(bytes.substr(0, size == 0 ? bytes.size() : size), std::min(checked, size == 0 ? checked : size)))
    error = HeadError{400, "malformed request"};
  else if (size > worker_.limits().header_bytes)
    error = HeadError{431, "header too large"};
  else if (size == 0)
    error = head_overflow();
  else
    error = scratch_->parser.parse_head(bytes.substr(0, size), worker_.limits().header_count, scratch_->head);
  if (error) {
    refusal_ = *error;
    return Incoming::Refused;
  }
  if (size == 0) return Incoming::Close;
  scanned_ = 0;
  keep_ = scratch_->head.keep_alive;
  body_.begin(scratch_->head, begin_ + size, end_);
  return Incoming::Request;
}

// Waits for a request's first bytes; false when none come. A connection that has just been served keeps its buffer for
// a while; then, and when new, it waits without one.
awaitable<bool> Connection::first_bytes() {
  idle_ = true;
  const int patience_ms = worker_.limits().keep_alive_idle_ms;
  if (scratch_) {
    set_deadline(std::min(kWarmMs, patience_ms));
    Buffer& input = scratch_->input;
    const Io io = co_await receive(input.data.get(), input.capacity, false);
    if (io.status == Io::Status::Done) {
      idle_ = false;
      end_ = io.bytes;
      co_return true;
    }
    if (!expired_ || cut_ || patience_ms <= kWarmMs) co_return false;
    worker_.give_back(std::move(scratch_));
    set_deadline(patience_ms - kWarmMs);
  } else {
    set_deadline(patience_ms);
  }
  Wait woken = Wait::Ready;
  if (!transport_.pending()) woken = co_await wait(Socket::wait_read);
  if (woken != Wait::Ready) co_return false;
  idle_ = false;
  scratch_ = worker_.borrow_scratch();
  co_return true;
}

awaitable<Connection::Incoming> Connection::next_request() {
  bool timed = false;
  if (begin_ == end_) {
    begin_ = end_ = 0;
    const bool came = co_await first_bytes();
    if (!came) co_return Incoming::Close;
  }
  for (bool first = true;; first = false) {
    skip_empty_lines();
    const Incoming found = parse();
    if (found != Incoming::Close) {
      clear_deadline();
      co_return found;
    }
    if ((end_ > 0 || !first || transport_.tls()) && !timed) {
      timed = true;
      set_deadline(worker_.limits().header_timeout_ms);
    }
    Buffer& input = scratch_->input;
    if (end_ == input.capacity && begin_ > 0) {
      std::memmove(input.data.get(), input.data.get() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    } else if (end_ == input.capacity) {
      input.grow(std::min(input.capacity * 2, worker_.limits().header_bytes + Scratch::kSize), end_);
    }
    const Io io = co_await receive(input.data.get() + end_, input.capacity - end_, first);
    if (io.status == Io::Status::Done) {
      end_ += io.bytes;
    } else if (expired_ && !cut_ && end_ > 0) {
      refusal_ = {408, "the request's head took too long"};
      co_return Incoming::Refused;
    } else {
      co_return Incoming::Close;
    }
  }
}

void Connection::watch(std::function<void()> gone) {
  if (std::exchange(watching_, true)) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this(), gone = std::move(gone)](const error_code& ec) {
    if (!ec && self->watching_ && self->transport_.peer_closed()) gone();
  });
}

awaitable<Response> Connection::handle(Request& request) {
  std::string what;
  try {
    co_return co_await listener_->handler(request);
  } catch (const std::exception& e) {
    what = e.what();
  }
  log::error("a request handler threw", {{"what", what}, {"target", std::string(request.target)}});
  Response response = Response::text(500, "internal failure\n");
  response.close = true;
  co_return response;
}

std::optional<std::uint32_t> Connection::known_peer_user() {
  if (!peer_user_ && !listener_->foreign) peer_user_ = peer_user(socket_.native_handle());
  return peer_user_;
}

awaitable<bool> Connection::answer() {
  const Head& head = scratch_->head;
  Request request{.method = head.method,
                  .target = head.target,
                  .path = head.parts.path,
                  .query = head.parts.query,
                  .minor_version = head.minor_version,
                  .tls = transport_.tls(),
                  .headers = Headers(head.fields),
                  .remote = remote_,
                  .body = body_,
                  .on_disconnect = [this](std::function<void()> gone) { watch(std::move(gone)); },
                  .peer_user = [this] { return known_peer_user(); }};
  Response response = co_await handle(request);
  if (std::exchange(watching_, false)) {
    error_code ignored;
    socket_.cancel(ignored);
  }
  if (cut_) co_return false;
  if (response.close || retired_ || worker_.stopping() || body_.abandoned()) keep_ = false;
  const bool sent = co_await respond(response, head.method == "HEAD");
  if (!sent || !keep_) co_return sent;
  const bool drained = co_await body_.drain();
  co_return drained;
}

void Connection::write_head(const Response& response, std::optional<std::uint64_t> length, bool chunked) {
  std::string& out = scratch_->output;
  out.assign("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  out.append(response.headers.wire());
  if (length) {
    out.append("Content-Length: ");
    append_number(out, *length);
    out.append("\r\n");
  } else if (chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!keep_)
    out.append("Connection: close\r\n");
  else if (scratch_->head.minor_version == 0)
    out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

awaitable<bool> Connection::respond(Response& response, bool head_only) {
  std::optional<std::uint64_t> length = response.body.size();
  if (response.stream) length = response.stream->length();
  if (has_no_body(response.status)) {
    write_head(response, response.status == 304 ? response.head_length : std::nullopt, false);
    return send({part(scratch_->output)}, 1);
  }
  if (head_only) {
    write_head(response, response.head_length ? response.head_length : length, false);
    return send({part(scratch_->output)}, 1);
  }
  if (!response.stream) {
    write_head(response, length, false);
    return send({part(scratch_->output), part(response.body)}, 2);
  }
  const bool chunked = !length && scratch_->head.minor_version == 1;
  if (!length && !chunked) keep_ = false;
  write_head(response, length, chunked);
  return respond_stream(*response.stream, chunked);
}

// Until the source has a piece. What lies in scratch_->output (the head) leaves before a wait. False: the peer is gone.
awaitable<bool> Connection::await_piece(BodySource& source) {
  auto initiate = [this, &source](auto handler) {
    source.when_ready(
        [executor = socket_.get_executor(), resume = std::make_shared<decltype(handler)>(std::move(handler))] {
          asio::post(executor, [resume] { (*resume)(); });
        });
  };
  if (!scratch_->output.empty()) {
    const bool sent = co_await send({part(scratch_->output)}, 1);
    if (!sent) co_return false;
    scratch_->output.clear();
  }
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(initiate, kAwait);
  co_return !cut_;
}

// The head is in scratch_->output; it leaves together with the first piece, unless that is still to be made.
awaitable<bool> Connection::respond_stream(BodySource& source, bool chunked) {
  const std::optional<std::uint64_t> length = source.length();
  std::string& prefix = scratch_->output;
  std::uint64_t total = 0;
  std::size_t since_yield = 0;
  for (;;) {
    if (!source.ready()) {
      const bool there = co_await await_piece(source);
      if (!there) co_return false;
    }
    const Result<std::string_view> piece = source.next();
    if (!piece) {
      log::warning("a response body failed", {{"code", piece.error().code}, {"message", piece.error().message}});
      co_return false;
    }
    total += piece->size();
    if (length && (total > *length || (piece->empty() && total < *length))) {
      log::error("a response body is not as long as it said");
      co_return false;
    }
    if (chunked) {
      append_number(prefix, piece->size(), 16);
      prefix.append("\r\n");
    }
    const bool sent = co_await send({part(prefix), part(*piece), part(chunked ? "\r\n" : "")}, 3);
    if (!sent) co_return false;
    if (piece->empty() || (length && total == *length)) co_return true;
    prefix.clear();
    since_yield += piece->size();
    if (since_yield >= kYieldBytes) {
      since_yield = 0;
      co_await yield();
    }
  }
}

awaitable<void> Connection::refuse(HeadError error) {
  keep_ = false;
  expired_ = false;
  scratch_->head.clear();
  scratch_->head.minor_version = 1;
  Response response = Response::text(error.status, std::string(error.reason) + "\n");
  const bool sent = co_await respond(response, false);
  if (!sent) cut_ = true;
}

// Closing a socket with unread input resets the connection, which may destroy the response on its way: read on for a
// while (RFC 9112 section 9.6).
awaitable<void> Connection::linger() {
  transport_.finish();
  set_deadline(kLingerMs);
  for (std::size_t total = 0; total < kLingerBytes;) {
    const Io io = co_await receive(scratch_->input.data.get(), scratch_->input.capacity, true);
    if (io.status != Io::Status::Done) co_return;
    if ((total += io.bytes) % kYieldBytes < io.bytes) co_await yield();
  }
}

void Connection::end_request() {
  const std::string_view rest = body_.rest();
  Buffer& input = scratch_->input;
  if (large_) {
    if (rest.size() > input.capacity) input.grow(rest.size(), 0);
    std::memcpy(input.data.get(), rest.data(), rest.size());
    begin_ = 0;
    worker_.give_back(std::move(large_));
  } else {
    begin_ = rest.empty() ? 0 : static_cast<std::size_t>(rest.data() - input.data.get());
  }
  end_ = begin_ + rest.size();
  if (rest.empty() && input.capacity > Scratch::kSize) scratch_.reset();
}

}  // namespace orrery::http
