#include "functions/extensions.h"

#include "functions/testing/pool_fixture.h"

#include <thread>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using ::testing::HasSubstr;
using Kind = Outcome::Kind;

class ExtensionsTest : public PoolTest {
 protected:
  // A function with one external extension: Python that may use call(method, path, headers, body) and `name`.
  std::shared_ptr<FunctionSpec> with_extension(const std::string& name, const std::string& extension) {
    auto spec = python(name, "def handler(event, context):\n  print('handling')\n  return event\n");
    scratch_.write(name + "-layer/extensions/watcher", R"(#!/usr/bin/python3 -u
import http.client, json, os, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, headers={}, body=None):
  api.request(method, "/2020-01-01/extension/" + path, body, headers)
  reply = api.getresponse()
  return reply.status, reply.headers, json.loads(reply.read())
def print(*parts):  # in one piece, as others write too
  os.write(1, (" ".join(map(str, parts)) + "\n").encode())
def register(*events):
  return call("POST", "register", {"Lambda-Extension-Name": "watcher"}, json.dumps({"events": events}))
)" + extension,
                   true);
    spec->layer_dirs = {scratch_.path() + "/" + name + "-layer"};
    spec->timeout_ms = 10'000;
    return spec;
  }
  bool logged(const std::string& text) {
    for (int i = 0; i < 500; ++i) {
      if (log().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
};

TEST_F(ExtensionsTest, HearsOfInvocationsAndOfTheEnd) {
  const auto spec = with_extension("life", R"(
status, headers, about = register("INVOKE", "SHUTDOWN")
print("registered", status, about)
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
print("unknown", call("GET", "event/next", {"Lambda-Extension-Identifier": "me"})[0])
print("twice", register("INVOKE")[0])
while True:
  _, _, event = call("GET", "event/next", me)
  print("event", event["eventType"], event.get("requestId"), event.get("shutdownReason"), event["deadlineMs"] > 1e12)
  if event["eventType"] == "SHUTDOWN": sys.exit(0)
)");
  const Outcome outcome = invoke(spec, "1");
  EXPECT_EQ(outcome.payload, "1") << log();
  const std::string id = last_id_;
  EXPECT_EQ(invoke(spec, "2").payload, "2");
  EXPECT_TRUE(logged("event INVOKE " + last_id_ + " None True\n"));
  const std::string all = log();
  EXPECT_THAT(all, HasSubstr("registered 200 {'functionName': 'life', 'functionVersion': '$LATEST', 'handler': "
                             "'app.handler'}\n"));
  EXPECT_THAT(all, HasSubstr("EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n"));
  EXPECT_THAT(all, HasSubstr("event INVOKE " + id + " None True\n"));
  EXPECT_THAT(all, HasSubstr("unknown 403\n"));
  EXPECT_THAT(all, HasSubstr("twice 403\n"));
  pool_->retire_function("life");
  EXPECT_TRUE(logged("event SHUTDOWN None spindown True\n"));
  for (int i = 0; i < 300 && pool_->environments() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(pool_->environments(), 0);
}

TEST_F(ExtensionsTest, HearsOfATimeout) {
  auto spec = with_extension("late", R"(
me = {"Lambda-Extension-Identifier": register("SHUTDOWN")[1]["Lambda-Extension-Identifier"]}
print("event", call("GET", "event/next", me)[2].get("shutdownReason"))
)");
  scratch_.write("late/app.py", "import time\ndef handler(event, context):\n  time.sleep(60)\n");
  spec->timeout_ms = 2000;
  EXPECT_EQ(invoke(spec).kind, Kind::Timeout);
  EXPECT_TRUE(logged("event timeout\n"));
}

TEST_F(ExtensionsTest, FailsWithItsExtensions) {
  const Outcome crashed = invoke(with_extension("crash", "sys.exit(3)\n"));
  EXPECT_EQ(crashed.kind, Kind::Crashed);
  EXPECT_THAT(crashed.payload, HasSubstr("\"Extension.Crash\""));
  EXPECT_THAT(crashed.payload, HasSubstr("watcher: exit 3"));
  const Outcome refused = invoke(with_extension("error", R"(
me = {"Lambda-Extension-Identifier": register()[1]["Lambda-Extension-Identifier"]}
call("POST", "init/error", {**me, "Lambda-Extension-Function-Error-Type": "Extension.Config"})
)"));
  EXPECT_EQ(refused.kind, Kind::InitError);
  EXPECT_THAT(refused.payload, HasSubstr("\"Extension.InitError\""));
}

TEST_F(ExtensionsTest, TelemetryIsForExtensions) {
  const auto spec = python("telemetry",
                           "import http.client, os\ndef handler(event, context):\n"
                           "  c = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
                           "  c.request('PUT', '/2022-07-01/telemetry', '{}')\n  r = c.getresponse()\n"
                           "  return [r.status, r.read().decode()]\n");
  EXPECT_THAT(invoke(spec).payload,
              HasSubstr("[403, \"{\\\"errorType\\\":\\\"Extension.InvalidExtensionIdentifier\\\""));
}

}  // namespace
}  // namespace orrery::functions
