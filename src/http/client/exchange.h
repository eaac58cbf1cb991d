// One request on its way, and its answer; private to the client.
#pragma once

#include "http/client/border.h"
#include "http/client/client.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace orrery::http {

class Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Socket = boost::asio::basic_stream_socket<Tcp, Executor>;
  using TlsStream = boost::asio::ssl::stream<Socket&>;

  Exchange(boost::asio::io_context& context, boost::asio::ssl::context& tls, const Border& border, Outgoing request,
           Url url, Client::Done done);

  const Url& url() const { return url_; }
  // Sends the request; calls `ended` once, after `done`.
  void begin(std::function<void()> ended);
  // Ends it, when it has not ended; also before it has begun.
  void end(Result<Answer> outcome);

 private:
  static awaitable<void> run(std::shared_ptr<Exchange> self);
  awaitable<void> converse();
  awaitable<Result<std::vector<Tcp::endpoint>>> resolve();
  awaitable<Result<>> connect();
  template <class Stream>
  awaitable<Result<Answer>> ask(Stream& stream);
  template <class Stream>
  awaitable<Result<Answer>> read_answer(Stream& stream);
  std::string head() const;

  boost::asio::io_context& context_;
  boost::asio::ssl::context& tls_;
  const Border& border_;
  const Outgoing request_;
  const Url url_;
  Client::Done done_;
  std::function<void()> ended_;
  bool over_ = false;

  Socket socket_;
  boost::asio::ip::basic_resolver<Tcp, Executor> resolver_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      deadline_;
};

}  // namespace orrery::http
