#include "cli/http_call.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace orrery::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Request = beast::http::request<beast::http::string_body>;
using Reply = beast::http::response<beast::http::string_body>;

template <class Stream>
HttpReply send_and_read(Stream& stream, const Request& request) {
  beast::http::write(stream, request);
  beast::flat_buffer buffer;
  Reply reply;
  beast::http::read(stream, buffer, reply);
  return {static_cast<int>(reply.result_int()), std::move(reply.body())};
}

}  // namespace

std::string authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find('/')));
}

Result<HttpReply> http_call(std::string_view url, std::string_view method, std::string_view path,
                            const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body) {
  const std::string authority = authority_of(url);
  const auto colon = authority.rfind(':');
  const bool tls = url.starts_with("https://");
  const std::string host = authority.substr(0, colon);
  const std::string port = colon == std::string::npos ? (tls ? "443" : "80") : authority.substr(colon + 1);

  Request request;
  request.version(11);
  request.method_string(std::string(method));
  request.target(std::string(path));
  request.set("Host", authority);
  request.set("Connection", "close");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = body;
  request.prepare_payload();
  try {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    asio::connect(socket, asio::ip::tcp::resolver(context).resolve(host, port));
    if (!tls) return send_and_read(socket, request);
    asio::ssl::context client(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket&> stream(socket, client);
    stream.handshake(asio::ssl::stream_base::client);
    return send_and_read(stream, request);
  } catch (const std::exception& problem) {
    return fail(api_error("Usage", "no answer from " + std::string(url) + ": " + problem.what()));
  }
}

}  // namespace orrery::cli
