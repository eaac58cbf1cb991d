#include "http/client/exchange.h"

#include "base/log.h"
#include "http/token.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace orrery::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr asio::use_awaitable_t<Executor> kAwait;
constexpr std::uint32_t kMostHeaderBytes = 64 * 1024;
constexpr int kMostInterimAnswers = 8;  // 100, 102, 103

Error failed(const std::string& what, const error_code& ec) {
  return api_error("ConnectionFailed", what + ": " + ec.message(), 502);
}

// Its address where the name is one; "localhost" is never asked of the network (RFC 6761 section 6.3).
std::vector<asio::ip::address> known_addresses(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) {
    return {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
  }
  error_code not_one;
  const auto address = asio::ip::make_address(host, not_one);
  return not_one ? std::vector<asio::ip::address>() : std::vector<asio::ip::address>{address};
}

bool client_owns(std::string_view name) {
  for (const std::string_view own : {"host", "content-length", "connection", "transfer-encoding"}) {
    if (equals_ignoring_case(name, own)) return true;
  }
  return false;
}

std::string why_untrusted(SSL* ssl, const error_code& ec) {
  const long verdict = SSL_get_verify_result(ssl);
  return verdict == X509_V_OK ? ec.message() : X509_verify_cert_error_string(verdict);
}

}  // namespace

Exchange::Exchange(asio::io_context& context, asio::ssl::context& tls, const Border& border, Outgoing request, Url url,
                   Client::Done done)
    : context_(context),
      tls_(tls),
      border_(border),
      request_(std::move(request)),
      url_(std::move(url)),
      done_(std::move(done)),
      socket_(context),
      resolver_(context),
      deadline_(context) {}

void Exchange::begin(std::function<void()> ended) {
  ended_ = std::move(ended);
  deadline_.expires_after(std::chrono::milliseconds(request_.timeout_ms));
  deadline_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (cancelled) return;
    self->end(fail(api_error(
        "Timeout",
        "no answer from " + self->url_.authority() + " within " + std::to_string(self->request_.timeout_ms) + " ms",
        504)));
  });
  asio::co_spawn(context_, run(shared_from_this()), asio::detached);
}

// Whatever waits on the socket, the resolver or the clock comes back, and finds that it is over.
void Exchange::end(Result<Answer> outcome) {
  if (std::exchange(over_, true)) return;
  error_code ignored;
  deadline_.cancel();
  resolver_.cancel();
  socket_.close(ignored);
  std::exchange(done_, nullptr)(std::move(outcome));
  if (ended_) std::exchange(ended_, nullptr)();
}

awaitable<void> Exchange::run(std::shared_ptr<Exchange> self) {
  // What cannot be allocated or is wrong in a library ends this request, never the thread.
  try {
    co_await self->converse();
  } catch (const std::exception& e) {
    log::error("a request to the outside ended by an exception", {{"what", e.what()}});
    self->end(fail(internal_error(e.what())));
  }
}

awaitable<void> Exchange::converse() {
  const Result<> connected = co_await connect();
  if (over_) co_return;
  if (!connected) {
    end(fail(connected.error()));
    co_return;
  }
  if (url_.scheme == Scheme::Http) {
    Result<Answer> answer = co_await ask(socket_);
    end(std::move(answer));
    co_return;
  }
  TlsStream stream(socket_, tls_);
  SSL* const ssl = stream.native_handle();
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // An address is checked as one, and is never sent as a name (RFC 6066 section 3).
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url_.host.c_str()) != 1) {
    if (SSL_set1_host(ssl, url_.host.c_str()) != 1 || SSL_set_tlsext_host_name(ssl, url_.host.c_str()) != 1) {
      end(fail(api_error("ConnectionFailed", "not a host's name: " + url_.host, 502)));
      co_return;
    }
  }
  error_code ec;
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(kAwait, ec));
  if (over_) co_return;
  if (ec) {
    end(fail(api_error("ConnectionFailed", "TLS with " + url_.authority() + ": " + why_untrusted(ssl, ec), 502)));
    co_return;
  }
  Result<Answer> answer = co_await ask(stream);
  end(std::move(answer));
}

awaitable<Result<std::vector<Exchange::Tcp::endpoint>>> Exchange::resolve() {
  std::vector<Tcp::endpoint> endpoints;
  for (const auto& address : known_addresses(url_.host)) endpoints.emplace_back(address, url_.port);
  if (!endpoints.empty()) co_return endpoints;
  error_code ec;
  const auto found = co_await resolver_.async_resolve(
      url_.host, std::to_string(url_.port), asio::ip::resolver_base::numeric_service, asio::redirect_error(kAwait, ec));
  if (ec) co_return fail(failed("the name " + url_.host, ec));
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

// To the first address that takes it. The border judges addresses, not names: what a name means now counts.
awaitable<Result<>> Exchange::connect() {
  const auto endpoints = co_await resolve();
  if (!endpoints) co_return fail(endpoints.error());
  Error why = api_error("ConnectionFailed", "no address of " + url_.host, 502);
  for (const auto& endpoint : *endpoints) {
    if (over_) co_return fail(why);
    if (const auto refusal = border_.why_not(url_.scheme, endpoint.address(), endpoint.port())) {
      why = api_error("NotReachable", *refusal, 403);
      continue;
    }
    error_code ec;
    socket_.close(ec);
    co_await socket_.async_connect(endpoint, asio::redirect_error(kAwait, ec));
    if (over_) co_return fail(why);
    const auto here = ec ? Tcp::endpoint() : socket_.local_endpoint(ec);
    if (ec) {
      why = failed("connecting to " + url_.authority(), ec);
      continue;
    }
    const auto refusal = border_.why_not_after_all(here.address(), endpoint.address(), endpoint.port());
    if (!refusal) co_return Result<>();
    why = api_error("NotReachable", *refusal, 403);
  }
  co_return fail(why);
}

std::string Exchange::head() const {
  std::string out = request_.method + " " + url_.target + " HTTP/1.1\r\nHost: " + url_.authority() + "\r\n";
  request_.headers.each([&](std::string_view name, std::string_view value) {
    if (!is_token(name) || client_owns(name)) return;
    out.append(name).append(": ").append(value).append("\r\n");
  });
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH") {
    out.append("Content-Length: ").append(std::to_string(request_.body.size())).append("\r\n");
  }
  out.append("Connection: close\r\n\r\n");
  return out;
}

template <class Stream>
awaitable<Result<Answer>> Exchange::ask(Stream& stream) {
  const std::string text = head() + request_.body;
  error_code ec;
  co_await asio::async_write(stream, asio::buffer(text), asio::redirect_error(kAwait, ec));
  // A peer that has answered without reading everything (413, 401) closes: its answer counts.
  if (ec && ec != asio::error::broken_pipe && ec != asio::error::connection_reset) {
    co_return fail(failed("sending to " + url_.authority(), ec));
  }
  Result<Answer> answer = co_await read_answer(stream);
  co_return answer;
}

template <class Stream>
awaitable<Result<Answer>> Exchange::read_answer(Stream& stream) {
  beast::flat_buffer buffer(kMostHeaderBytes + 65536);
  for (int interim = 0; interim <= kMostInterimAnswers; ++interim) {
    beast::http::response_parser<beast::http::string_body> parser;
    parser.header_limit(kMostHeaderBytes);
    parser.body_limit(request_.limit_bytes);
    parser.skip(request_.method == "HEAD");
    error_code ec;
    co_await beast::http::async_read(stream, buffer, parser, asio::redirect_error(kAwait, ec));
    if (ec == beast::http::error::body_limit) {
      co_return fail(api_error(
          "AnswerTooLarge",
          "the answer of " + url_.authority() + " has more than " + std::to_string(request_.limit_bytes) + " bytes",
          502));
    }
    if (ec && ec.category() == make_error_code(beast::http::error::bad_version).category()) {
      co_return fail(api_error("InvalidAnswer", "the answer of " + url_.authority() + ": " + ec.message(), 502));
    }
    if (ec) co_return fail(failed("the answer of " + url_.authority(), ec));
    auto& message = parser.get();
    Answer answer;
    answer.status = static_cast<int>(message.result_int());
    if (answer.status >= 100 && answer.status < 200) continue;
    for (const auto& field : message) {
      const auto name = field.name_string();
      const auto value = field.value();
      answer.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    }
    answer.body = std::move(message.body());
    co_return answer;
  }
  co_return fail(api_error("InvalidAnswer", url_.authority() + " does not come to an answer", 502));
}

}  // namespace orrery::http
