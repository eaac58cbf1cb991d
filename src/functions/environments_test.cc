#include "functions/environments.h"

#include "base/json.h"
#include "functions/testing/pool_fixture.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using Kind = Outcome::Kind;

class EnvironmentsTest : public PoolTest {};

TEST_F(EnvironmentsTest, RunsColdThenWarm) {
  const auto spec = python("echo",
                           "count = 0\ndef handler(event, context):\n  global count\n  count += 1\n"
                           "  print('seen', event['a'])\n  return {'event': event, 'count': count}\n");
  const Outcome cold = invoke(spec, R"({"a":"ü"})");
  EXPECT_EQ(cold.kind, Kind::Ok) << cold.payload << log();
  EXPECT_EQ(cold.payload, R"({"event": {"a": "\u00fc"}, "count": 1})");
  EXPECT_EQ(cold.function_error, "");
  EXPECT_TRUE(cold.init_ms.has_value());
  EXPECT_GT(cold.max_memory_mb, 0);
  EXPECT_THAT(cold.log_stream, MatchesRegex("20[0-9][0-9]/[0-9][0-9]/[0-9][0-9]/\\[\\$LATEST\\][0-9a-f]+"));
  EXPECT_THAT(cold.log_tail,
              AllOf(HasSubstr("START RequestId: " + last_id_ + " Version: $LATEST\nseen ü\nEND RequestId: " + last_id_ +
                              "\nREPORT RequestId: " + last_id_ + "\tDuration: "),
                    HasSubstr("\tInit Duration: ")));
  const Outcome warm = invoke(spec, R"({"a":2})");
  EXPECT_EQ(warm.payload, R"({"event": {"a": 2}, "count": 2})");
  EXPECT_FALSE(warm.init_ms.has_value());
  EXPECT_EQ(warm.log_stream, cold.log_stream);
  EXPECT_THAT(warm.log_tail, StartsWith("START RequestId: " + last_id_));
  EXPECT_EQ(pool_->environments(), 1);
  for (int i = 0; i < 100 && pool_->in_flight() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(pool_->in_flight(), 0);
}

TEST_F(EnvironmentsTest, GivesTheWholeContext) {
  const auto spec = python("context", R"(
import os
def handler(event, c):
  assert 2000 < c.get_remaining_time_in_millis() <= 3000, c.get_remaining_time_in_millis()
  c.log("logged\n")
  return [c.aws_request_id, c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb,
          c.log_group_name, c.log_stream_name == os.environ["AWS_LAMBDA_LOG_STREAM_NAME"], c.client_context.custom["k"],
          c.client_context.client.app_title, c.identity.cognito_identity_id, os.environ["_X_AMZN_TRACE_ID"][:6],
          os.environ["AWS_SECRET_ACCESS_KEY"], os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_EXECUTION_ENV"], os.getcwd()]
)");
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.payload,
            "[\"" + last_id_ + "\", \"context\", \"$LATEST\", \"" + spec->arn +
                "\", \"128\", \"/aws/lambda/context\", true, \"v\", \"t\", null, \"Root=1\", \"secret\", "
                "\"http://127.0.0.1:4566\", \"AWS_Lambda_python3.11\", \"/var/task\"]");
  EXPECT_THAT(outcome.log_tail, HasSubstr("\nlogged\n"));
}

TEST_F(EnvironmentsTest, ReportsExceptions) {
  const auto spec =
      python("raises", "def inner():\n  raise ValueError('boom')\ndef handler(event, context):\n  inner()\n");
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.kind, Kind::FunctionError);
  EXPECT_EQ(outcome.function_error, "Unhandled");
  EXPECT_EQ(outcome.payload,
            R"({"errorMessage": "boom", "errorType": "ValueError", "requestId": ")" + last_id_ +
                R"(", "stackTrace": ["  File \"/var/task/app.py\", line 4, in handler\n    inner()\n", )"
                R"("  File \"/var/task/app.py\", line 2, in inner\n    raise ValueError('boom')\n"]})");
  EXPECT_THAT(outcome.log_tail, HasSubstr("[ERROR] ValueError: boom\nTraceback (most recent call last):\n"));
  EXPECT_EQ(invoke(spec).kind, Kind::FunctionError);
  EXPECT_EQ(pool_->environments(), 1);  // an exception does not end the environment
}

TEST_F(EnvironmentsTest, ReportsWhatCannotBeMarshalled) {
  const auto spec = python("marshal",
                           "import decimal\ndef handler(event, context):\n"
                           "  return {'d': decimal.Decimal('1.10')} if event else {'o': object()}\n");
  EXPECT_EQ(invoke(spec, "[1]").payload, R"({"d": 1.10})");
  const Outcome outcome = invoke(spec, "[]");
  EXPECT_THAT(outcome.payload,
              StartsWith(R"({"errorMessage": "Unable to marshal response: Object of type object is not )"
                         R"(JSON serializable", "errorType": "Runtime.MarshalError", )"));
}

struct BadHandler {
  const char* handler;
  const char* code;
  const char* type;
  const char* message;
};

TEST_F(EnvironmentsTest, ReportsFunctionsThatCannotBeLoaded) {
  const BadHandler cases[] = {
      {"nowhere.handler", "", "Runtime.ImportModuleError",
       "Unable to import module 'nowhere': No module named 'nowhere'"},
      {"app.missing", "x = 1", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"},
      {"app", "x = 1", "Runtime.MalformedHandlerName",
       "Bad handler 'app': not enough values to unpack (expected 2, got 1)"},
      {"app.handler", "def handler(:", "Runtime.UserCodeSyntaxError",
       "Syntax error in module 'app': invalid syntax (app.py, line 1)"},
      {"app.handler", "1/0", "ZeroDivisionError", "division by zero"},
      {"sys.exit", "", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"},
  };
  int number = 0;
  for (const BadHandler& bad : cases) {
    auto spec = python("bad" + std::to_string(number++), bad.code);
    spec->handler = bad.handler;
    const Outcome outcome = invoke(spec);
    EXPECT_EQ(outcome.kind, Kind::InitError);
    EXPECT_EQ(outcome.function_error, "Unhandled");
    const auto error = parse_json(outcome.payload);
    ASSERT_TRUE(error.ok()) << outcome.payload;
    EXPECT_EQ(find_string(*error, "errorType"), bad.type);
    EXPECT_EQ(find_string(*error, "errorMessage"), bad.message);
    EXPECT_THAT(outcome.log_tail, AllOf(HasSubstr("[ERROR] " + std::string(bad.type)), HasSubstr("START RequestId: "),
                                        HasSubstr("Status: error\tError Type: " + std::string(bad.type))));
  }
}

TEST_F(EnvironmentsTest, FindsHandlersInFolders) {
  auto spec = python("folders", "");
  scratch_.write("folders/a/b.py", "def f(e, c): return 'here'");
  spec->handler = "a/b.f";
  EXPECT_EQ(invoke(spec).payload, "\"here\"");
  spec = std::make_shared<FunctionSpec>(*spec);
  spec->key = "folders2";
  spec->handler = "a.b.f";
  EXPECT_EQ(invoke(spec).payload, "\"here\"");
}

TEST_F(EnvironmentsTest, KillsWhatTakesTooLong) {
  auto spec =
      python("slow", "import time\ndef handler(event, context):\n  print('begun')\n  time.sleep(60 if event else 0)\n");
  spec->timeout_ms = 1000;
  const Outcome outcome = invoke(spec, "[1]");
  EXPECT_EQ(outcome.kind, Kind::Timeout);
  EXPECT_EQ(outcome.function_error, "Unhandled");
  EXPECT_EQ(outcome.payload, R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: )" + last_id_ +
                                 R"( Error: Task timed out after 1.00 seconds"})");
  EXPECT_THAT(outcome.log_tail,
              AllOf(HasSubstr("\nbegun\n"), HasSubstr("Z " + last_id_ + " Task timed out after 1.00 seconds\n"),
                    HasSubstr("\tDuration: 1000.00 ms\t"), HasSubstr("\tStatus: timeout\n")));
  EXPECT_EQ(invoke(spec, "[]").kind, Kind::Ok);  // in a new environment
}

TEST_F(EnvironmentsTest, ReportsExits) {
  const auto spec = python("exits",
                           "import os, sys, signal\ndef handler(event, context):\n  print('last words')\n"
                           "  if event == 1: sys.exit(1)\n  if event == 2: os.kill(os.getpid(), signal.SIGSEGV)\n"
                           "  os._exit(0)\n");
  const std::pair<const char*, const char*> cases[] = {
      {"1", "Runtime exited with error: exit status 1"},
      {"2", "Runtime exited with error: signal: segmentation fault"},
      {"3", "Runtime exited without providing a reason"},
  };
  for (const auto& [event, message] : cases) {
    const Outcome outcome = invoke(spec, event);
    EXPECT_EQ(outcome.kind, Kind::Crashed);
    EXPECT_EQ(outcome.payload, R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" + last_id_ +
                                   " Error: " + message + "\"}");
    EXPECT_THAT(outcome.log_tail, AllOf(HasSubstr("last words\nRequestId: " + last_id_ + " Error: " + message +
                                                  "\nRuntime.ExitError\nEND"),
                                        EndsWith("\tStatus: error\tError Type: Runtime.ExitError\n")));
  }
}

TEST_F(EnvironmentsTest, StopsMemoryBombs) {
  auto spec = python("bomb", "def handler(event, context):\n  b = []\n  while True: b.append(bytearray(1 << 20))\n");
  spec->timeout_ms = 20'000;
  const Outcome outcome = invoke(spec);
  EXPECT_THAT(outcome.log_tail, HasSubstr("Max Memory Used: 128 MB\t"));
  const auto& all = pool_->protections();
  if (std::none_of(all.begin(), all.end(), [](const auto& one) { return one.name == "memory limit" && one.active; })) {
    EXPECT_THAT(outcome.payload, HasSubstr("MemoryError"));  // no control group here: the process is told, not killed
    return;
  }
  EXPECT_EQ(outcome.kind, Kind::Crashed);
  EXPECT_THAT(outcome.payload, HasSubstr("Error: Runtime exited with error: signal: killed"));
  EXPECT_THAT(outcome.log_tail, EndsWith("Status: error\tError Type: Runtime.OutOfMemory\n"));
}

TEST_F(EnvironmentsTest, DoesNotCountTmpAsMemory) {
  const auto spec = python("tmp",
                           "def handler(event, context):\n  with open('/tmp/f', 'wb') as f:\n"
                           "    for i in range(200): f.write(bytes(1 << 20))\n  return 'written'\n");
  EXPECT_EQ(invoke(spec).payload, "\"written\"");
}

TEST_F(EnvironmentsTest, SurvivesFloodsAndBinaryOutput) {
  const auto spec = python("flood",
                           "import os\ndef handler(event, context):\n  for i in range(50000): print('line', i)\n"
                           "  os.write(1, bytes(range(256)) + b'\\n')\n  print('x' * 1000000)\n  return 'done'\n");
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.payload, "\"done\"");
  EXPECT_LE(outcome.log_tail.size(), 4096U);
  EXPECT_THAT(outcome.log_tail, HasSubstr("REPORT RequestId"));
  const std::string all = log();
  EXPECT_THAT(all, HasSubstr("line 0\n"));
  EXPECT_THAT(all, HasSubstr("line 49999\n"));
  EXPECT_THAT(all, HasSubstr(" !\"#$%&'()*+,"));
  EXPECT_GE(std::count(all.begin(), all.end(), 'x'), 1'000'000);
}

TEST_F(EnvironmentsTest, FormatsTheLoggingModule) {
  const auto spec = python("logging",
                           "import logging\nlogging.getLogger().setLevel('INFO')\n"
                           "def handler(event, context):\n  logging.info('two\\nlines')\n  logging.debug('hidden')\n");
  const Outcome outcome = invoke(spec);
  EXPECT_THAT(outcome.log_tail,
              ::testing::ContainsRegex("\\[INFO\\]\t20[0-9-]+T[0-9:]+\\.[0-9]+Z\t" + last_id_ + "\ttwo\nlines\n"));
  EXPECT_THAT(outcome.log_tail, Not(HasSubstr("hidden")));
}

TEST_F(EnvironmentsTest, PointsBoto3AtTheEndpoint) {
  if (!std::filesystem::exists("/usr/lib/python3/dist-packages/boto3"))
    GTEST_SKIP() << "this machine has no python3-boto3";
  auto spec = python("sdk", R"(
import boto3
def handler(event, context):
  s3, own = boto3.client("s3"), boto3.client("s3", endpoint_url="http://127.0.0.1:9")
  url = s3.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "k"})
  return [s3.meta.endpoint_url, own.meta.endpoint_url, boto3.resource("dynamodb").meta.client.meta.endpoint_url,
          url.split("?")[0], s3._request_signer._credentials.token]
)");
  spec->timeout_ms = 20'000;
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.payload, R"(["http://127.0.0.1:4566", "http://127.0.0.1:9", "http://127.0.0.1:4566", )"
                             R"("http://127.0.0.1:4566/photos/k", "token"])")
      << log();
}

TEST_F(EnvironmentsTest, SeesNothingOfTheHost) {
  const std::string secret = scratch_.write("data/secret", "top secret");
  const auto spec = python("spy", R"(
import os
usual = "bin dev etc lib lib32 lib64 libx32 opt proc sbin tmp usr var".split()
def handler(event, context):
  pids = [name for name in os.listdir("/proc") if name.isdigit()]
  return [os.path.exists(event), len(pids), [name for name in os.listdir("/") if name not in usual], "HOME" in os.environ]
)");
  EXPECT_EQ(invoke(spec, "\"" + secret + "\"").payload, "[false, 2, [], false]");
}

TEST_F(EnvironmentsTest, RunsCustomRuntimes) {
  const auto spec = provided("custom", R"(#!/usr/bin/python3
import http.client, os
c = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
  c.request("GET", "/2018-06-01/runtime/invocation/next")
  r = c.getresponse()
  body = r.read()
  print("got", body.decode())
  c.request("POST", "/2018-06-01/runtime/invocation/%s/response" % r.headers["Lambda-Runtime-Aws-Request-Id"], body.upper())
  assert c.getresponse().read() == b'{"status":"OK"}\n'
)");
  EXPECT_EQ(invoke(spec, "\"abc\"").payload, "\"ABC\"") << log();
  EXPECT_EQ(invoke(spec, "\"def\"").payload, "\"DEF\"");
}

TEST_F(EnvironmentsTest, KeepsOthersFromItsRuntimeApi) {
  if (::geteuid() != 0) GTEST_SKIP() << "without root all sandboxes run as one user and cannot be told apart";
  const auto victim =
      python("victim", "import os\ndef handler(event, context):\n  return os.environ['AWS_LAMBDA_RUNTIME_API']\n");
  const auto thief = python("thief",
                            "import urllib.request, urllib.error\ndef handler(event, context):\n  try:\n"
                            "    return urllib.request.urlopen('http://' + event + "
                            "'/2018-06-01/runtime/invocation/next', timeout=1).read().decode()\n"
                            "  except OSError as e:\n    return 'cut'\n");
  EXPECT_EQ(invoke(thief, invoke(victim).payload).payload, "\"cut\"");
}

TEST_F(EnvironmentsTest, ReportsMissingBootstraps) {
  auto spec = function("nothing");
  spec->runtime = "provided.al2023";
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.kind, Kind::InitError);
  EXPECT_EQ(outcome.payload, R"({"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: )" + last_id_ +
                                 R"( Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"})");
  EXPECT_EQ(invoke(provided("dies", "#!/bin/sh\nexit 7\n")).kind, Kind::Crashed);
  EXPECT_EQ(invoke(provided("garbage", "\x01\x02")).kind, Kind::InitError);
}

TEST_F(EnvironmentsTest, RefusesResponsesThatAreTooLarge) {
  const auto spec = python("large", "def handler(event, context):\n  return 'x' * event\n");
  EXPECT_EQ(invoke(spec, "6291554").payload.size(), 6'291'556U);
  const Outcome outcome = invoke(spec, "6291555");
  EXPECT_EQ(outcome.kind, Kind::FunctionError);
  EXPECT_THAT(outcome.payload, HasSubstr("Function.ResponseSizeTooLarge"));
  EXPECT_EQ(invoke(spec, "1").payload, "\"x\"");
}

TEST_F(EnvironmentsTest, RunsSideBySideWithinTheLimits) {
  Environments::Options options;
  options.concurrency = 3;
  open(std::move(options));
  auto spec = python("parallel", "import time\ndef handler(event, context):\n  time.sleep(0.3)\n  return 1\n");
  auto limited = python("limited", "def handler(event, context):\n  return 1\n");
  limited->reserved_concurrency = 0;
  std::vector<std::future<Outcome>> running;
  for (int i = 0; i < 4; ++i) running.push_back(begin(spec));
  EXPECT_EQ(running[3].get().payload, "ConcurrentInvocationLimitExceeded");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(running[static_cast<std::size_t>(i)].get().kind, Kind::Ok);
  EXPECT_EQ(pool_->environments(), 3);
  const Outcome throttled = invoke(limited);
  EXPECT_EQ(throttled.kind, Kind::Throttled);
  EXPECT_EQ(throttled.payload, "ReservedFunctionConcurrentInvocationLimitExceeded");
}

TEST_F(EnvironmentsTest, QueuesStarts) {
  Environments::Options options;
  options.starting = 1;
  open(std::move(options));
  const auto spec = python("queue", "import os\ndef handler(event, context):\n  return 1\n");
  std::vector<std::future<Outcome>> running;
  for (int i = 0; i < 20; ++i) running.push_back(begin(spec));
  for (auto& one : running) EXPECT_EQ(one.get().kind, Kind::Ok);
  EXPECT_LT(pool_->environments(), 20);
}

TEST_F(EnvironmentsTest, RetiresOnDemandWhenIdleAndWithItsCredentials) {
  const auto spec =
      python("retire", "import os\nme = os.urandom(8).hex()\ndef handler(event, context):\n  return me\n");
  const std::string first = invoke(spec).payload;
  EXPECT_EQ(invoke(spec).payload, first);
  pool_->retire_function("retire");
  const std::string second = invoke(spec).payload;
  EXPECT_NE(second, first);
  pool_->retire_key("retire");
  const std::string third = invoke(spec).payload;
  EXPECT_NE(third, second);
  clock_.freeze(clock_.now() + credentials_last_);
  EXPECT_NE(invoke(spec).payload, third);
  clock_.run();

  Environments::Options options;
  options.idle_retire_ms = 200;
  open(std::move(options));
  invoke(spec);
  EXPECT_EQ(pool_->environments(), 1);
  for (int i = 0; i < 100 && pool_->environments() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pool_->environments(), 0);
}

TEST_F(EnvironmentsTest, ShutsDown) {
  auto spec = python("down", "import time\ndef handler(event, context):\n  time.sleep(event)\n  return 1\n");
  spec->timeout_ms = 60'000;
  auto quick = begin(spec, "0.2"), slow = begin(spec, "50");
  pool_->shutdown(Millis(1000));
  EXPECT_EQ(quick.get().kind, Kind::Ok);
  EXPECT_EQ(slow.get().kind, Kind::Internal);
  EXPECT_EQ(invoke(spec).kind, Kind::Internal);
  EXPECT_EQ(pool_->environments(), 0);
}

TEST_F(EnvironmentsTest, KnowsWhatItCanRun) {
  EXPECT_TRUE(pool_->supports("python3.12"));
  EXPECT_TRUE(pool_->supports("provided.al2"));
  EXPECT_FALSE(pool_->supports("ruby3.3"));
  auto spec = python("other", "def handler(event, context):\n  return 1\n");
  spec->runtime = "ruby3.3";
  EXPECT_EQ(invoke(spec).kind, Kind::Internal);
  spec = python("newer", "def handler(event, context):\n  return 'ü'\n");
  spec->runtime = "python3.14";
  EXPECT_EQ(invoke(spec).payload, "\"ü\"");
  EXPECT_THAT(log(), HasSubstr("This machine has no python3.14; the function runs on Python 3."));
}

}  // namespace
}  // namespace orrery::functions
