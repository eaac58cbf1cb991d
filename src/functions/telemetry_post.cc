#include "functions/telemetry_post.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace orrery::functions {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kPatience = std::chrono::seconds(3);
constexpr std::size_t kMostAnswerBytes = 4096;  // the status line is what counts

// "HTTP/1.1 200 OK"
bool is_success(const std::string& answer) {
  const auto space = answer.find(' ');
  return answer.starts_with("HTTP/1.") && space != std::string::npos && answer.size() > space + 1 &&
         answer[space + 1] == '2';
}

}  // namespace

TelemetryPost::TelemetryPost(asio::io_context& context, std::function<void(bool)> done)
    : socket_(context), patience_(context), done_(std::move(done)) {}

void TelemetryPost::start(asio::io_context& context, Fd socket, const TelemetrySubscription& to,
                          const std::string& body, std::function<void(bool)> done) {
  auto post = std::make_shared<TelemetryPost>(context, std::move(done));
  post->answers_ = to.protocol == TelemetrySubscription::Protocol::Http;
  if (post->answers_) {
    post->request_ = to.method + " " + to.path + " HTTP/1.1\r\nHost: " + to.host + ":" + std::to_string(to.port) +
                     "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\nConnection: close\r\n\r\n";
  }
  post->request_ += body;
  post->connect(std::move(socket), to);
}

void TelemetryPost::connect(Fd socket, const TelemetrySubscription& to) {
  error_code failed;
  socket_.assign(tcp::v4(), socket.get(), failed);
  const auto self = shared_from_this();
  if (failed) return asio::post(socket_.get_executor(), [self] { self->end(false); });
  socket.release();
  patience_.expires_after(kPatience);
  patience_.async_wait([self](const error_code& cancelled) {
    if (!cancelled) self->end(false);
  });
  socket_.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), to.port), [self](const error_code& refused) {
    if (refused) return self->end(false);
    self->write();
  });
}

void TelemetryPost::write() {
  asio::async_write(socket_, asio::buffer(request_),
                    [self = shared_from_this()](const error_code& cut, std::size_t /*bytes*/) {
                      if (cut || !self->answers_) return self->end(!cut);
                      self->read();
                    });
}

void TelemetryPost::read() {
  asio::async_read_until(socket_, asio::dynamic_buffer(answer_, kMostAnswerBytes), "\r\n",
                         [self = shared_from_this()](const error_code& /*cut*/, std::size_t /*bytes*/) {
                           self->end(is_success(self->answer_));
                         });
}

void TelemetryPost::end(bool taken) {
  if (!done_) return;
  patience_.cancel();
  error_code ignored;
  socket_.close(ignored);
  std::exchange(done_, nullptr)(taken);
}

}  // namespace orrery::functions
