#include "http/server.h"

#include "http/test_client.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace orrery::http {
namespace {

awaitable<void> sleep_ms(int ms) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(ms));
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>());
}

class Pieces final : public BodySource {
 public:
  Pieces(std::vector<std::string> pieces, std::optional<std::uint64_t> length)
      : pieces_(std::move(pieces)), length_(length) {}
  std::optional<std::uint64_t> length() const override { return length_; }
  Result<std::string_view> next() override {
    if (at_ == pieces_.size()) return std::string_view();
    return std::string_view(pieces_[at_++]);
  }

 private:
  std::vector<std::string> pieces_;
  std::optional<std::uint64_t> length_;
  std::size_t at_ = 0;
};

// /echo: the body, read in pieces; /all: read_all of up to 100,000 bytes; /unread: answers without reading; and others.
awaitable<Response> demo(Request& request) {
  std::string body;
  if (request.path == "/echo") {
    for (;;) {
      Result<std::string_view> piece = co_await request.body.read();
      if (!piece) co_return Response::text(piece.error().status, piece.error().code);
      if (piece->empty()) co_return Response::text(200, body);
      body.append(*piece);
    }
  }
  if (request.path == "/all") {
    Result<std::string_view> all = co_await request.body.read_all(100'000);
    if (!all) co_return Response::text(all.error().status, all.error().code);
    co_return Response::text(200, std::string(*all));
  }
  if (request.path == "/slow") {
    co_await sleep_ms(500);
    co_return Response::text(200, "slow");
  }
  if (request.path == "/throw") throw std::runtime_error("thrown");
  if (request.path == "/headers") {
    for (const Header& field : request.headers) body.append(field.name).append("=").append(field.value).append(";");
    co_return Response::text(200, body);
  }
  Response response = Response::text(200, std::string(request.method) + " " + std::string(request.target));
  if (request.path == "/chunked") {
    response.stream = std::make_unique<Pieces>(std::vector<std::string>{"one", "two", "three"}, std::nullopt);
  }
  if (request.path == "/sized")
    response.stream = std::make_unique<Pieces>(std::vector<std::string>{"one", "two"}, std::uint64_t{6});
  if (request.path == "/short")
    response.stream = std::make_unique<Pieces>(std::vector<std::string>{"one", "two"}, std::uint64_t{7});
  if (request.path == "/empty") response.status = 204;
  if (request.path == "/object") response.head_length = 5'000'000'000;
  co_return response;
}

class ServerTest : public testing::Test {
 protected:
  void start(Limits limits = {}, unsigned threads = 1) {
    server_ = std::make_unique<Server>(Options{.threads = threads, .limits = limits}, demo);
    const auto started = server_->start();
    ASSERT_TRUE(started.ok()) << started.error().message;
  }
  TestClient connect() { return TestClient(server_->port()); }

  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, KeepsAlive) {
  start();
  TestClient client = connect();
  for (int i = 0; i < 3; ++i) {
    const Reply reply = client.ask("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "GET /a?b=c");
    EXPECT_EQ(reply.head.find("Connection"), std::string::npos);
  }
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status, 200);
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, Http10ClosesUnlessAskedToStay) {
  start();
  TestClient stay = connect();
  EXPECT_NE(stay.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.find("Connection: keep-alive"),
            std::string::npos);
  EXPECT_EQ(stay.ask("GET /chunked HTTP/1.0\r\n\r\n").body, "onetwothree");
  TestClient go = connect();
  EXPECT_EQ(go.ask("GET / HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(go.at_end());
}

TEST_F(ServerTest, Pipelines) {
  start();
  TestClient client = connect();
  std::string all;
  for (int i = 0; i < 500; ++i) {
    all += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n" + std::to_string(1000 + i);
    all += "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
  }
  std::thread writer([&] { client.send(all); });
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(client.reply().body, std::to_string(1000 + i));
    ASSERT_EQ(client.reply().body, "abc");
  }
  writer.join();
}

TEST_F(ServerTest, ReadsEveryByteByItself) {
  start();
  TestClient client = connect();
  for (const char* framing : {"Content-Length: 5\r\n\r\nhello",
                              "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nT: x\r\n\r\n"}) {
    for (const char c : std::string("\r\nPOST /echo HTTP/1.1\r\nHost: x\r\n") + framing) {
      ASSERT_TRUE(client.send({&c, 1}));
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    EXPECT_EQ(client.reply().body, "hello");
  }
}

TEST_F(ServerTest, ReadAllJoinsSegmentsAndLimits) {
  start();
  TestClient client = connect();
  client.send("POST /all HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(client.ask("56789").body, "0123456789");
  const std::string large(100'000, 'l');
  EXPECT_EQ(client.ask("POST /all HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + large).body, large);
  EXPECT_EQ(
      client
          .ask("POST /all HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large + "\r\n0\r\n\r\n")
          .body,
      large);
  EXPECT_EQ(client
                .ask("POST /all HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large +
                     "\r\n1\r\nx\r\n0\r\n\r\n")
                .status,
            413);
  TestClient other = connect();
  EXPECT_EQ(other.ask("POST /all HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n").status, 413);
}

TEST_F(ServerTest, StreamsResponses) {
  start();
  TestClient client = connect();
  const Reply chunked = client.ask("GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(chunked.body, "onetwothree");
  EXPECT_NE(chunked.head.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(client.ask("GET /sized HTTP/1.1\r\nHost: x\r\n\r\n").body, "onetwo");
  // A source shorter than it said: the client sees the connection cut.
  EXPECT_EQ(client.ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n").status, 0);
}

TEST_F(ServerTest, HeadAndNoContentHaveNoBody) {
  start();
  TestClient client = connect();
  client.send("HEAD /object HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.reply(true).head.find("Content-Length: 5000000000\r\n"), std::string::npos);
  client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.reply(true).head.find("Content-Length: 9\r\n"), std::string::npos);
  const Reply none = client.ask("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /");
}

TEST_F(ServerTest, SendsContinueWhenTheBodyIsRead) {
  start();
  TestClient client = connect();
  client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.reply().status, 100);
  EXPECT_EQ(client.ask("hello").body, "hello");
  // The body came along: nothing to continue.
  EXPECT_EQ(client.ask("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi").body,
            "hi");
  // Answered without reading: final status at once, and the connection ends, because a body may or may not follow.
  EXPECT_NE(client.ask("PUT /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                .head.find("Connection: close"),
            std::string::npos);
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, UnreadBodies) {
  start();
  TestClient client = connect();
  EXPECT_EQ(client.ask("PUT /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'u'))
                .status,
            200);
  EXPECT_EQ(
      client.ask("PUT /unread HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n").status,
      200);
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /");
  // Too much to read for nothing: the response arrives nevertheless, then the end.
  TestClient large = connect();
  large.send("PUT /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n" + std::string(4'000'000, 'u'));
  EXPECT_EQ(large.reply().status, 200);
  EXPECT_TRUE(large.at_end());
}

TEST_F(ServerTest, HalfABody) {
  start();
  for (const char* framing : {"Content-Length: 10\r\n\r\n01234", "Transfer-Encoding: chunked\r\n\r\n5\r\n012"}) {
    TestClient client = connect();
    client.send(std::string("POST /echo HTTP/1.1\r\nHost: x\r\n") + framing);
    client.finish();
    EXPECT_EQ(client.reply().body, "IncompleteBody");
    EXPECT_TRUE(client.at_end());
  }
}

TEST_F(ServerTest, SlowClientsAreLetGo) {
  start({.header_timeout_ms = 300, .body_idle_timeout_ms = 300, .keep_alive_idle_ms = 300});
  TestClient head = connect();
  head.send("GET / HTTP/1.1\r\nHo");
  TestClient body = connect();
  body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234");
  TestClient idle = connect();
  TestClient trickle = connect();
  for (int i = 0; i < 12; ++i) {  // progress does not put the end of the head off
    trickle.send("G");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(head.reply().status, 408);
  EXPECT_TRUE(head.at_end());
  EXPECT_EQ(body.reply().body, "RequestTimeout");
  EXPECT_TRUE(body.at_end());
  EXPECT_TRUE(idle.at_end());
  EXPECT_EQ(trickle.reply().status, 408);
}

TEST_F(ServerTest, RefusesOversizeHeads) {
  start({.header_bytes = 32 * 1024, .header_count = 10});
  EXPECT_EQ(connect().ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").status, 200);
  EXPECT_EQ(connect().ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n").status, 431);
  EXPECT_EQ(connect().ask("GET /" + std::string(300'000, 'x')).status, 414);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 10; ++i) many += "A: b\r\n";
  EXPECT_EQ(connect().ask(many + "\r\n").status, 431);
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
  start();
  const std::string get = "GET / HTTP/1.1\r\n";
  const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  const std::pair<std::string, int> cases[] = {
      {std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400},
      {std::string("GET /\0 HTTP/1.1\r\n", 17), 400},
      {get + "Host: x\r\nA: b" + std::string(1, '\0') + "c\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {get + "\r\n", 400},
      {get + "Host: x\r\nHost: y\r\n\r\n", 400},
      {get + "Host: x\r\nA: b\r\n c\r\n\r\n", 400},
      {get + "Host: x\r\nA:\r\n c\r\n\r\n", 400},
      {get + "Host : x\r\n\r\n", 400},
      {get + "Host: x\nA: b\r\n\r\n", 400},
      {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
      {post + "Content-Length: 3, 3\r\n\r\n", 400},
      {post + "Content-Length: +3\r\n\r\n", 400},
      {post + "Content-Length: 0x3\r\n\r\n", 400},
      {post + "Content-Length: \r\n\r\n", 400},
      {post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n", 501},
      {post + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
  };
  for (const auto& [bytes, status] : cases) {
    TestClient client = connect();
    EXPECT_EQ(client.ask(bytes).status, status) << bytes;
    client.finish();
    EXPECT_TRUE(client.at_end()) << bytes;
  }
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (const char* bad : {"zz\r\n", "\r\n", "-1\r\n", "0x5\r\nhello\r\n\r\n", "fffffffffffffffff\r\n",
                          "3\r\nabcd\r\n0\r\n\r\n", "3 \nabc\r\n", "3\nabc\n0\n\n\r\n"}) {
    TestClient client = connect();
    EXPECT_EQ(client.ask(chunked + bad).body, "InvalidRequest") << bad;
    EXPECT_TRUE(client.at_end());
  }
  TestClient client = connect();
  EXPECT_EQ(client.ask(chunked + "1;" + std::string(100'000, 'x')).body, "InvalidRequest");
}

TEST_F(ServerTest, HandlersThatThrow) {
  start();
  TestClient client = connect();
  EXPECT_EQ(client.ask("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n").status, 500);
  EXPECT_EQ(connect().ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

TEST_F(ServerTest, HeadersInOrder) {
  start();
  EXPECT_EQ(connect().ask("GET /headers HTTP/1.1\r\nhOST: x\r\nA:\t b c \t\r\nB:\r\nA: 2\r\n\r\n").body,
            "hOST=x;A=b c;B=;A=2;");
}

TEST_F(ServerTest, HoldsIdleConnections) {
  start({}, 2);
  std::vector<TestClient> clients;
  for (int i = 0; i < 400; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(clients.back().connected);
  }
  for (TestClient& client : clients) ASSERT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_EQ(server_->connections(), 400U);
  server_->stop(1000);
  for (TestClient& client : clients) EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, RefusesBeyondMaxConnections) {
  start({.max_connections = 1});
  TestClient first = connect();
  EXPECT_EQ(first.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_EQ(connect().reply().status, 503);
  EXPECT_EQ(first.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

TEST_F(ServerTest, StopFinishesWhatIsInFlight) {
  start({}, 2);
  TestClient busy = connect();
  TestClient idle = connect();
  EXPECT_EQ(idle.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::thread stopper([&] { server_->stop(5000); });
  EXPECT_TRUE(idle.at_end());
  const Reply reply = busy.reply();
  EXPECT_EQ(reply.body, "slow");
  EXPECT_NE(reply.head.find("Connection: close"), std::string::npos);
  stopper.join();
  EXPECT_FALSE(connect().connected);
}

TEST_F(ServerTest, StopCutsWhatTakesTooLong) {
  start();
  TestClient busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server_->stop(50);
  server_.reset();
  EXPECT_TRUE(busy.at_end());
}

TEST_F(ServerTest, PortInUse) {
  start({}, 2);
  Server second(Options{.port = server_->port(), .threads = 2}, demo);
  const auto started = second.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, "AddressInUse");
  Server nowhere(Options{.address = "localhost"}, demo);
  EXPECT_EQ(nowhere.start().error().code, "InvalidAddress");
}

TEST_F(ServerTest, ListenersOfTheirOwn) {
  start({}, 2);
  std::atomic<int> gone = 0;
  auto opened = server_->listen("127.0.0.1", 0, [&](Request& request) -> awaitable<Response> {
    if (request.path == "/poll") {
      request.on_disconnect([&] { ++gone; });
      co_await sleep_ms(700);
    }
    co_return Response::text(200, "own " + std::string(request.path));
  });
  ASSERT_TRUE(opened.ok());
  Listener listener = *std::move(opened);
  TestClient client(listener.port());
  EXPECT_EQ(client.ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").body, "own /x");
  {
    TestClient leaving(listener.port());
    leaving.send("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(client.ask("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n").body, "own /poll");
  EXPECT_EQ(client.ask("GET /y HTTP/1.1\r\nHost: x\r\n\r\n").body, "own /y");
  EXPECT_EQ(gone, 1);
  const std::uint16_t port = listener.port();
  listener.close();
  EXPECT_TRUE(client.at_end());
  EXPECT_FALSE(TestClient(port).connected);
  EXPECT_EQ(connect().ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

}  // namespace
}  // namespace orrery::http
