#include "http/client/client.h"

#include "http/client/border.h"
#include "http/server.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace orrery::http {
namespace {

using boost::asio::ip::make_address;

TEST(Url, Parts) {
  const auto url = parse_url("HTTPS://Example.com:8443/a?b=c%20d");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, Scheme::Https);
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a?b=c%20d");
  EXPECT_EQ(url->authority(), "example.com:8443");
  EXPECT_EQ(parse_url("http://a")->target, "/");
  EXPECT_EQ(parse_url("http://a?q")->target, "/?q");
  EXPECT_EQ(parse_url("http://a:80/")->authority(), "a");
  EXPECT_EQ(parse_url("http://[::1]:81/")->authority(), "[::1]:81");
}

TEST(Url, WhatIsNone) {
  for (const char* text : {"", "a", "/a", "ftp://a/", "http://", "http:///a", "http://u@a/", "http://a:0/",
                           "http://a:x/", "http://a:99999/", "http://[::1/", "http://[a]b/", "http://a/#f",
                           "http://a b/", "http://a/\r\n", "http://a\\b/", "http://[g]/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Border, WhatMayBeReached) {
  const auto may = [](Reach reach, Scheme scheme, const char* address, std::uint16_t port = 443) {
    return !Border(reach, {4566}).why_not(scheme, make_address(address), port);
  };
  EXPECT_TRUE(may(Reach::Local, Scheme::Http, "127.0.0.1", 80));
  EXPECT_TRUE(may(Reach::Local, Scheme::Http, "::1"));
  EXPECT_FALSE(may(Reach::Local, Scheme::Http, "10.0.0.1"));
  EXPECT_TRUE(may(Reach::Local, Scheme::Https, "10.0.0.1"));
  EXPECT_TRUE(may(Reach::Any, Scheme::Http, "10.0.0.1"));
  EXPECT_FALSE(may(Reach::Https, Scheme::Https, "127.0.0.1"));
  EXPECT_FALSE(may(Reach::Https, Scheme::Https, "::ffff:127.0.0.1"));
  EXPECT_TRUE(may(Reach::Https, Scheme::Https, "93.184.216.34"));
  EXPECT_FALSE(may(Reach::None, Scheme::Https, "93.184.216.34"));
}

TEST(Border, WhatNobodyReaches) {
  const Border border(Reach::Any, {4566});
  for (const char* address : {"169.254.169.254", "fe80::1", "fd00:ec2::254", "224.0.0.1", "255.255.255.255", "0.0.0.0",
                              "0.1.2.3", "::", "ff02::1", "::ffff:169.254.169.254"}) {
    EXPECT_TRUE(border.why_not(Scheme::Https, make_address(address), 443)) << address;
  }
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(border.why_not(Scheme::Http, make_address(address), 4566)) << address;
  }
  // An address of this machine's network card: the kernel gives both ends the same one.
  EXPECT_FALSE(border.why_not(Scheme::Http, make_address("192.0.2.1"), 4566));
  EXPECT_TRUE(border.why_not_after_all(make_address("192.0.2.1"), make_address("192.0.2.1"), 4566));
  EXPECT_FALSE(border.why_not_after_all(make_address("192.0.2.1"), make_address("192.0.2.1"), 80));
  EXPECT_FALSE(border.why_not_after_all(make_address("192.0.2.1"), make_address("192.0.2.9"), 4566));
}

Result<Answer> fetch(Client& client, Outgoing request) {
  std::promise<Result<Answer>> promise;
  auto future = promise.get_future();
  client.send(std::move(request), [&](Result<Answer> answer) { promise.set_value(std::move(answer)); });
  return future.get();
}

Outgoing get(const std::string& url) {
  Outgoing request;
  request.method = "GET";
  request.url = url;
  return request;
}

std::string url_of(const Server& server, const std::string& target) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + target;
}

awaitable<Response> echo(Request& request) {
  const Result<std::string_view> body = co_await request.body.read_all(1 << 20);
  if (request.path == "/moved") {
    Response response = Response::text(302, "");
    response.headers.add("Location", "/elsewhere");
    co_return response;
  }
  if (request.path == "/large") co_return Response::text(200, std::string(100'000, 'x'));
  std::string text(request.method);
  text.append(" ").append(request.target).append(" ").append(request.headers.get("x-a")).append(" ");
  text.append(request.headers.get("content-length")).append(" ").append(body ? *body : "none");
  co_return Response::text(request.path == "/teapot" ? 418 : 200, std::move(text));
}

TEST(Client, AsksAndIsAnswered) {
  Server server(Options{}, echo);
  ASSERT_TRUE(server.start().ok());
  Client client(ClientOptions{});
  Outgoing request;
  request.url = url_of(server, "/a?b=c");
  request.headers.add("X-A", "1\r\nX-B: 2");
  request.headers.add("Content-Length", "7");
  request.body = "hello";
  const auto answer = fetch(client, request);
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /a?b=c 1  X-B: 2 5 hello");
  EXPECT_EQ(answer->headers.find("content-type"), "text/plain");
  EXPECT_EQ(fetch(client, get(url_of(server, "/teapot")))->status, 418);
  EXPECT_EQ(fetch(client, get(url_of(server, "/moved")))->status, 302);
  Outgoing head = get(url_of(server, "/a"));
  head.method = "HEAD";
  EXPECT_EQ(fetch(client, head)->body, "");
}

TEST(Client, RefusesAnAnswerThatIsTooLarge) {
  Server server(Options{}, echo);
  ASSERT_TRUE(server.start().ok());
  Client client(ClientOptions{});
  Outgoing request = get(url_of(server, "/large"));
  request.limit_bytes = 99'999;
  EXPECT_EQ(fetch(client, request).error().code, "AnswerTooLarge");
  request.limit_bytes = 100'000;
  EXPECT_EQ(fetch(client, request)->body.size(), 100'000U);
}

TEST(Client, NeverAsksItsOwnServer) {
  Server server(Options{}, echo);
  ASSERT_TRUE(server.start().ok());
  ClientOptions options;
  options.own_ports = {server.port()};
  options.reach = Reach::Any;
  Client client(options);
  const std::string port = std::to_string(server.port());
  for (const char* host : {"127.0.0.1", "127.0.0.2", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    EXPECT_EQ(fetch(client, get("http://" + std::string(host) + ":" + port + "/")).error().code, "NotReachable")
        << host;
  }
}

// Listens and does with each connection what a test says.
class Peer {
 public:
  explicit Peer(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(fd_, 64);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Peer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
    for (const int one : open_) ::close(one);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port) + "/"; }

  std::uint16_t port = 0;
  std::atomic<int> arrived = 0;

 private:
  void run() {
    for (int one = 0; (one = ::accept(fd_, nullptr, nullptr)) >= 0;) {
      ++arrived;
      char bytes[4096];
      if (answer_.empty()) {
        open_.push_back(one);
        continue;
      }
      (void)!::recv(one, bytes, sizeof bytes, 0);
      (void)!::send(one, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      ::close(one);
    }
  }

  int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::string answer_;
  std::vector<int> open_;
  std::thread thread_;
};

TEST(Client, PassesOverInterimAnswers) {
  const Peer peer("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\nuntil the end");
  Client client(ClientOptions{});
  EXPECT_EQ(fetch(client, get(peer.url()))->body, "until the end");
}

TEST(Client, SaysWhatWentWrong) {
  Client client(ClientOptions{});
  EXPECT_EQ(fetch(client, get("nonsense")).error().code, "InvalidUrl");
  const Peer garbage("SSH-2.0-OpenSSH\r\n\r\n");
  EXPECT_EQ(fetch(client, get(garbage.url())).error().code, "InvalidAnswer");
  const Peer cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_FALSE(fetch(client, get(cut.url())).ok());
  std::uint16_t nobody = 0;
  {
    const Peer gone("x");
    nobody = gone.port;
  }
  EXPECT_EQ(fetch(client, get("http://127.0.0.1:" + std::to_string(nobody) + "/")).error().code, "ConnectionFailed");
}

TEST(Client, DoesNotWaitForEver) {
  const Peer silent("");
  Client client(ClientOptions{});
  Outgoing request = get(silent.url());
  request.timeout_ms = 50;
  EXPECT_EQ(fetch(client, request).error().code, "Timeout");
}

TEST(Client, HasBounds) {
  const Peer silent("");
  std::atomic<int> busy = 0;
  std::atomic<int> stopped = 0;
  {
    ClientOptions options;
    options.connections_per_host = 2;
    options.waiting = 3;
    Client client(options);
    Outgoing request = get(silent.url());
    request.timeout_ms = 60'000;
    for (int i = 0; i < 7; ++i) {
      client.send(request, [&](const Result<Answer>& answer) {
        if (answer.error().code == "Busy") ++busy;
        if (answer.error().code == "Stopped") ++stopped;
      });
    }
    for (int i = 0; i < 1'000 && (busy < 2 || silent.arrived < 2); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(busy, 2);
    EXPECT_EQ(silent.arrived, 2);
  }
  EXPECT_EQ(stopped, 5);
}

// A certificate for 127.0.0.1 of its own authority, and one more authority that has signed nothing.
struct Certificates {
  Certificates() {
    folder = std::filesystem::temp_directory_path() / ("orrery-client-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    make("server", "127.0.0.1");
    make("other", "127.0.0.1");
  }
  ~Certificates() { std::filesystem::remove_all(folder); }
  void make(const std::string& name, const std::string& ip) const {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=IP:" + ip + " -keyout " + path(name + ".key") + " -out " + path(name + ".pem") +
        " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  std::string path(const std::string& file) const { return (folder / file).string(); }
  std::filesystem::path folder;
};

TEST(Client, TrustsOnlyWhomItKnows) {
  const Certificates certificates;
  Options served;
  served.tls = TlsFiles{certificates.path("server.pem"), certificates.path("server.key")};
  Server server(served, echo);
  ASSERT_TRUE(server.start().ok());
  const std::string port = std::to_string(server.port());
  const auto ask = [&](const std::string& authorities, const std::string& host) {
    ClientOptions options;
    options.authorities = authorities;
    Client client(options);
    return fetch(client, get("https://" + host + ":" + port + "/a"));
  };
  const auto good = ask(certificates.path("server.pem"), "127.0.0.1");
  ASSERT_TRUE(good.ok()) << good.error().message;
  EXPECT_EQ(good->status, 200);
  EXPECT_EQ(ask(certificates.path("other.pem"), "127.0.0.1").error().code, "ConnectionFailed");
  EXPECT_EQ(ask("", "127.0.0.1").error().code, "ConnectionFailed");
  EXPECT_EQ(ask(certificates.path("server.pem"), "localhost").error().code, "ConnectionFailed");  // another name
}

}  // namespace
}  // namespace orrery::http
