// Functions in a network of their own.
#include "functions/testing/pool_fixture.h"
#include "http/server.h"

#include <algorithm>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

class NetworkTest : public PoolTest {
 protected:
  void SetUp() override {
    server_ =
        std::make_unique<http::Server>(http::Options{}, [this](http::Request& request) { return serve(request); });
    ASSERT_TRUE(server_->start().ok());
    Environments::Options options;
    options.serve_endpoint = [this](int socket) -> Result<std::shared_ptr<void>> {
      http::Listener listener = TRY(server_->adopt(socket, [this](http::Request& request) { return serve(request); }));
      return std::make_shared<http::Listener>(std::move(listener));
    };
    open(std::move(options));
    const auto& all = pool_->protections();
    if (std::none_of(all.begin(), all.end(), [](const auto& one) { return one.name == "network" && one.active; })) {
      GTEST_SKIP() << "this machine allows no network namespaces";
    }
  }
  void TearDown() override {
    PoolTest::TearDown();
    server_->stop(0);
  }
  http::awaitable<http::Response> serve(http::Request& request) {
    co_return http::Response::text(200, request.peer_user().has_value() ? "known" : "unknown");
  }
  std::unique_ptr<http::Server> server_;
};

constexpr const char* kReach = R"(
import os, socket, urllib.request
def reach(host, port):
  try:
    socket.create_connection((host, port), 2).close()
    return "reached"
  except OSError as error:
    return type(error).__name__
def handler(event, context):
  host = reach("127.0.0.1", event)
  try:
    endpoint = urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"], timeout=5).read().decode()
  except Exception as error:
    endpoint = str(error)
  return [host, endpoint, reach("192.0.2.1", 80), os.environ["AWS_LAMBDA_RUNTIME_API"],
          sorted(name for _, name in socket.if_nameindex())]
)";

TEST_F(NetworkTest, NoneHasTheServerAndNothingElse) {
  auto spec = python("alone", kReach);
  spec->network = Network::None;
  spec->timeout_ms = 20'000;
  const Outcome outcome = invoke(spec, std::to_string(server_->port()));
  // What answers is the server; who asks it cannot know by the kernel's tables, and takes nobody for root.
  EXPECT_EQ(outcome.payload, "[\"ConnectionRefusedError\", \"unknown\", \"OSError\", \"127.0.0.1:9001\", [\"lo\"]]")
      << log();
  auto other = python("other", "def handler(event, context):\n  return 'beside'\n");
  other->network = Network::None;
  EXPECT_EQ(invoke(other).payload, "\"beside\"");  // the same port, in another network
  EXPECT_EQ(invoke(spec, "1").kind, Outcome::Kind::Ok);
}

TEST_F(NetworkTest, HostReachesWhatTheHostReaches) {
  auto spec = python("open",
                     "import socket\ndef handler(event, context):\n"
                     "  socket.create_connection(('127.0.0.1', event), 2).close()\n  return 'reached'\n");
  EXPECT_EQ(invoke(spec, std::to_string(server_->port())).payload, "\"reached\"");
}

}  // namespace
}  // namespace orrery::functions
