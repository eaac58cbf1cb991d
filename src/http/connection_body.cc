// The body of a request, read from its connection: sized and chunked.
#include "http/connection.h"

#include <cstring>

namespace orrery::http {
namespace {

constexpr std::size_t kYieldBytes = std::size_t{1024} * 1024;
constexpr std::size_t kDrainBytes =
    std::size_t{1024} * 1024;  // an unread rest up to this is read to keep the connection
constexpr std::size_t kFramingBytes = std::size_t{16} * 1024;  // a chunk's size line, or all trailer fields
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Error incomplete_body() {
  return api_error("IncompleteBody",
                   "You did not provide the number of bytes specified by the Content-Length HTTP header");
}
Error request_timeout() {
  return api_error("RequestTimeout",
                   "Your socket connection to the server was not read from or written to within the timeout period. "
                   "Idle connections will be closed.");
}
Error bad_chunk() { return api_error("InvalidRequest", "The chunked encoding of the request body is malformed"); }

}  // namespace

void Connection::Body::begin(const Head& head, std::size_t start, std::size_t end) {
  length_ = head.content_length;
  remaining_ = length_.value_or(0);
  chunked_ = head.chunked;
  if (!chunked_ && !length_) length_ = 0;  // RFC 9112 section 6.3: a request without either has no body
  finished_ = !chunked_ && remaining_ == 0;
  malformed_ = failed_ = false;
  decoded_ = {};
  data_ = connection_.scratch_->input.data.get();
  capacity_ = connection_.scratch_->input.capacity;
  position_ = start;
  end_ = end;
  since_yield_ = 0;
  // RFC 9110 section 10.1.1: nothing to answer in HTTP/1.0, or when the body has begun to arrive.
  awaits_continue_ = head.expects_continue && head.minor_version == 1 && !finished_ && start == end;
}

Failure Connection::Body::broken(Error error) {
  failed_ = true;
  connection_.keep_ = false;
  return fail(std::move(error));
}

std::string_view Connection::Body::take(std::size_t size) {
  const std::string_view piece(data_ + position_, size);
  position_ += size;
  remaining_ -= size;
  finished_ = remaining_ == 0;
  return piece;
}

awaitable<Result<std::size_t>> Connection::Body::receive(char* into, std::size_t size) {
  if (std::exchange(awaits_continue_, false)) {
    const bool sent = co_await connection_.send({iovec{const_cast<char*>(kContinue.data()), kContinue.size()}}, 1);
    if (!sent) co_return broken(incomplete_body());
  }
  if (since_yield_ >= kYieldBytes) {
    since_yield_ = 0;
    co_await connection_.yield();
  }
  connection_.set_deadline(connection_.worker_.limits().body_idle_timeout_ms);
  const Io io = co_await connection_.receive(into, size, true);
  if (io.status != Io::Status::Done) {
    const bool timed_out = connection_.expired_ && !connection_.cut_;
    connection_.expired_ = false;  // the error is answered
    co_return broken(timed_out ? request_timeout() : incomplete_body());
  }
  connection_.clear_deadline();
  since_yield_ += io.bytes;
  co_return io.bytes;
}

awaitable<Result<std::string_view>> Connection::Body::read() { return chunked_ ? read_chunked() : read_sized(); }

awaitable<Result<std::string_view>> Connection::Body::read_sized() {
  if (failed_) co_return fail(incomplete_body());
  if (finished_) co_return std::string_view();
  if (position_ == end_) {
    // Small rests fit behind the head; never read beyond the body, so that nothing has to be moved afterwards.
    if (remaining_ > capacity_ - position_ && !connection_.large_) {
      connection_.large_ = connection_.worker_.borrow_large();
      data_ = connection_.large_->data.get();
      capacity_ = connection_.large_->capacity;
    }
    if (connection_.large_) position_ = end_ = 0;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_ - end_, remaining_));
    const Result<std::size_t> got = co_await receive(data_ + end_, size);
    if (!got) co_return fail(got.error());
    end_ += *got;
  }
  co_return take(static_cast<std::size_t>(std::min<std::uint64_t>(end_ - position_, remaining_)));
}

// Takes the framing off what has arrived. Pieces are joined in place: each moves down onto the framing before it.
void Connection::Body::decode() {
  while (!finished_ && !malformed_) {
    const HeadParser::Step step = connection_.scratch_->parser.step(rest());
    position_ += step.consumed;
    switch (step.kind) {
      case HeadParser::Step::Kind::NeedMore:
        return;
      case HeadParser::Step::Kind::Bad:
        malformed_ = true;
        break;
      case HeadParser::Step::Kind::End:
        finished_ = true;
        break;
      case HeadParser::Step::Kind::Data:
        if (decoded_.empty()) {
          decoded_ = step.data;
        } else {
          std::memmove(const_cast<char*>(decoded_.end()), step.data.data(), step.data.size());
          decoded_ = {decoded_.data(), decoded_.size() + step.data.size()};
        }
    }
  }
}

// Moves what is left to the front of the large buffer.
void Connection::Body::make_room() {
  const std::size_t left = end_ - position_;
  const char* from = data_ + position_;
  if (!connection_.large_) {
    connection_.large_ = connection_.worker_.borrow_large();
    data_ = connection_.large_->data.get();
    capacity_ = connection_.large_->capacity;
  }
  std::memmove(data_, from, left);
  position_ = 0;
  end_ = left;
}

awaitable<Result<std::string_view>> Connection::Body::read_chunked() {
  if (failed_) co_return fail(incomplete_body());
  for (;;) {
    decode();
    if (!decoded_.empty()) co_return std::exchange(decoded_, std::string_view());
    if (finished_) co_return std::string_view();
    if (malformed_ || end_ - position_ > kFramingBytes) co_return broken(bad_chunk());
    make_room();
    const Result<std::size_t> got = co_await receive(data_ + end_, capacity_ - end_);
    if (!got) co_return fail(got.error());
    end_ += *got;
  }
}

std::optional<std::string_view> Connection::Body::buffered() {
  if (failed_) return std::nullopt;
  if (chunked_) {
    decode();
    if (!finished_) return std::nullopt;
    return std::exchange(decoded_, std::string_view());
  }
  if (remaining_ > end_ - position_) return std::nullopt;
  return take(static_cast<std::size_t>(remaining_));
}

awaitable<Result<std::string_view>> Connection::Body::read_all(std::size_t limit_bytes) {
  const bool fits = !chunked_ && !failed_ && remaining_ <= capacity_ - position_;
  if (fits && remaining_ <= limit_bytes) {  // common: head and body came in two segments; join them where they are
    while (remaining_ > end_ - position_) {
      const Result<std::size_t> got =
          co_await receive(data_ + end_, static_cast<std::size_t>(remaining_) - (end_ - position_));
      if (!got) co_return fail(got.error());
      end_ += *got;
    }
    co_return take(static_cast<std::size_t>(remaining_));
  }
  Result<std::string_view> all = co_await BodyReader::read_all(limit_bytes);
  co_return all;
}

std::string_view Connection::Body::trailer(std::string_view name) const {
  return chunked_ && finished_ ? connection_.scratch_->parser.trailer(name) : std::string_view();
}

bool Connection::Body::abandoned() {
  if (finished_) return false;
  if (failed_ || awaits_continue_) return true;
  if (!chunked_) return remaining_ > kDrainBytes;
  decode();
  decoded_ = {};
  return !finished_;
}

awaitable<bool> Connection::Body::drain() {
  while (!finished_) {
    const Result<std::string_view> piece = co_await read();
    if (!piece) co_return false;
  }
  co_return true;
}

}  // namespace orrery::http
