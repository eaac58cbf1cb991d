// The example in examples/cpp_function, and custom runtimes that behave badly.
#include "base/clock.h"
#include "functions/testing/pool_fixture.h"

#include <algorithm>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using ::testing::HasSubstr;
using Kind = Outcome::Kind;

class CustomRuntimeTest : public PoolTest {
 protected:
  // A runtime in Python that may use call(method, path, body) and next().
  std::shared_ptr<FunctionSpec> runtime(const std::string& name, const std::string& code) {
    auto spec = provided(name, R"(#!/usr/bin/python3
import http.client, os, sys, time
c = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None, headers={}):
  c.request(method, "/2018-06-01/runtime/" + path, body, headers)
  r = c.getresponse()
  r.text = r.read()
  return r
def next():
  r = call("GET", "invocation/next")
  return r.headers["Lambda-Runtime-Aws-Request-Id"], r.text
)" + code);
    spec->timeout_ms = 4000;
    return spec;
  }
};

TEST_F(CustomRuntimeTest, RunsTheExampleInCpp) {
  const auto spec = provided("cpp", "");
  std::filesystem::copy_file(CPP_FUNCTION, spec->code_dir + "/bootstrap",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(invoke(spec, R"({"text": "three small words"})").payload, R"({"words":3})") << log();
  const Outcome failed = invoke(spec, "{}");
  EXPECT_EQ(failed.kind, Kind::FunctionError);
  EXPECT_EQ(failed.payload, R"({"errorType":"Error","errorMessage":"the event has no member \"text\""})");
  std::vector<std::int64_t> took;
  for (int i = 0; i < 200; ++i) {
    const auto begun = clock_.monotonic_us();
    ASSERT_EQ(invoke(spec, R"({"text": "a b"})").kind, Kind::Ok);
    took.push_back(clock_.monotonic_us() - begun);
  }
  std::nth_element(took.begin(), took.begin() + 100, took.end());
  RecordProperty("warm_invoke_median_us", std::to_string(took[100]));
}

TEST_F(CustomRuntimeTest, MayAnswerWhatIsNoJson) {
  // Lambda hands on what a custom runtime says.
  EXPECT_EQ(
      invoke(runtime("text", "i, _ = next()\ncall('POST', f'invocation/{i}/response', 'no json')\nnext()\n")).payload,
      "no json");
}

TEST_F(CustomRuntimeTest, MayCloseTheConnectionInTheMiddle) {
  const Outcome outcome = invoke(runtime("cut", R"(
import socket
i, _ = next()
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
s = socket.create_connection((host, int(port)))
s.sendall(b"POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc" % i.encode())
s.close()
time.sleep(0.2)
sys.exit(4)
)"));
  EXPECT_EQ(outcome.kind, Kind::Crashed);
  EXPECT_THAT(outcome.payload, HasSubstr("exit status 4"));
}

TEST_F(CustomRuntimeTest, MayAnswerOnlyItsOwnInvocationAndOnce) {
  const auto spec = runtime("twice", R"(
while True:
  i, _ = next()
  wrong = call("POST", "invocation/other/response", "1").status
  first = call("POST", f"invocation/{i}/response", "1").status
  again = call("POST", f"invocation/{i}/response", "2").status
  print(wrong, first, again, call("GET", "nothing").status, call("POST", "init/error", "{}").status, flush=True)
)");
  EXPECT_EQ(invoke(spec).payload, "1");
  EXPECT_EQ(invoke(spec).payload, "1");
  pool_.reset();
  EXPECT_THAT(log(), HasSubstr("400 202 400 404 403\n"));
}

TEST_F(CustomRuntimeTest, MayHangInItsInitialisation) {
  const Outcome outcome = invoke(runtime("hangs", "time.sleep(600)\n"));
  EXPECT_EQ(outcome.kind, Kind::Timeout);
  EXPECT_THAT(outcome.payload, HasSubstr("Task timed out after 4.00 seconds"));
  EXPECT_THAT(log(), HasSubstr("Phase: init\tStatus: timeout"));
}

}  // namespace
}  // namespace orrery::functions
