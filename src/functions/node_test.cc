// The Node.js runtime, runtimes/node/bootstrap.cjs.
#include "base/json.h"
#include "functions/testing/pool_fixture.h"

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = Outcome::Kind;

class NodeTest : public PoolTest {
 protected:
  void SetUp() override {
    PoolTest::SetUp();
    if (!pool_->supports("nodejs20.x")) GTEST_SKIP() << "this machine has no Node.js";
  }
  std::shared_ptr<FunctionSpec> patient(std::shared_ptr<FunctionSpec> spec) {
    spec->timeout_ms = 20'000;
    return spec;
  }
};

// Collects what a function streams.
class Collected final : public ResponseStream {
 public:
  void begin(std::string_view content_type) override { type = content_type; }
  void chunk(std::string bytes) override { pieces.push_back(std::move(bytes)); }
  std::string all() const {
    std::string joined;
    for (const auto& piece : pieces) joined += piece;
    return joined;
  }
  std::string type;
  std::vector<std::string> pieces;
};

TEST_F(NodeTest, RunsEveryKindOfHandler) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"async", "index.js", "exports.handler = async (event) => ({got: event.a});"},
      {"callback", "index.js",
       "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, {got: event.a}), 5); };"},
      {"module", "index.mjs", "import fs from 'fs'; export const handler = async (event) => ({got: event.a});"},
      {"common", "index.cjs", "module.exports = {handler: (event) => Promise.resolve({got: event.a})};"},
      {"done", "index.js", "exports.handler = (event, context) => context.done(null, {got: event.a});"},
  };
  for (const auto& [name, file, code] : cases) {
    const auto spec = patient(node(name, code, file));
    EXPECT_EQ(invoke(spec, R"({"a":"ü"})").payload, R"({"got":"ü"})") << name << log();
    EXPECT_EQ(invoke(spec, R"({"a":2})").payload, R"({"got":2})") << name;
  }
  const auto package = patient(node("package", "export const handler = async () => 'esm';"));
  scratch_.write("package/package.json", R"({"type":"module"})");
  EXPECT_EQ(invoke(package).payload, "\"esm\"");
  EXPECT_EQ(invoke(patient(node("nothing", "exports.handler = () => {};"))).payload, "null");
}

TEST_F(NodeTest, GivesTheWholeContext) {
  const auto spec = patient(node("context", R"(
exports.handler = async (event, c) => [c.awsRequestId, c.functionName, c.functionVersion, c.invokedFunctionArn,
  c.memoryLimitInMB, c.logGroupName, c.logStreamName === process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  c.clientContext.custom.k, c.getRemainingTimeInMillis() > 1000, process.env._X_AMZN_TRACE_ID.slice(0, 6),
  process.env.AWS_EXECUTION_ENV, process.cwd()];
)"));
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.payload, "[\"" + last_id_ + R"(","context","$LATEST",")" + spec->arn +
                                 R"(","128","/aws/lambda/context",true,"v",true,"Root=1","AWS_Lambda_nodejs20.x",)"
                                 R"("/var/task"])")
      << log();
}

TEST_F(NodeTest, ReportsErrors) {
  const auto spec = patient(node("errors", R"(
exports.handler = (event, context, callback) => {
  if (event === 1) throw new TypeError('boom');
  if (event === 2) return Promise.reject(new RangeError('later'));
  if (event === 3) return callback('text');
  if (event === 4) { setTimeout(() => { throw new Error('loose'); }, 1); return new Promise(() => {}); }
  if (event === 5) { Promise.reject(new Error('nobody')); return new Promise(() => {}); }
  if (event === 6) { const a = {}; a.a = a; return callback(null, a); }
  callback(null, 'fine');
};
)"));
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"1", "TypeError", "boom"},
      {"2", "RangeError", "later"},
      {"3", "string", "text"},
      {"4", "Error", "loose"},
      {"5", "Runtime.UnhandledPromiseRejection", "Error: nobody"},
  };
  for (const auto& [event, type, message] : cases) {
    const Outcome outcome = invoke(spec, event);
    EXPECT_EQ(outcome.kind, Kind::FunctionError) << event;
    const auto error = parse_json(outcome.payload);
    ASSERT_TRUE(error.ok()) << outcome.payload;
    EXPECT_EQ(find_string(*error, "errorType"), type);
    EXPECT_EQ(find_string(*error, "errorMessage"), message);
    EXPECT_NE(find(*error, "trace"), nullptr);
    EXPECT_THAT(outcome.log_tail, HasSubstr("\t" + last_id_ + "\tERROR\t"));
  }
  EXPECT_THAT(invoke(spec, "6").payload, HasSubstr("Runtime.MarshalError"));
  EXPECT_EQ(invoke(spec, "7").payload, "\"fine\"");
}

TEST_F(NodeTest, ReportsFunctionsThatCannotBeLoaded) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"other.handler", "", "Runtime.ImportModuleError"},
      {"index.missing", "exports.a = 1;", "Runtime.HandlerNotFound"},
      {"index.a", "exports.a = 1;", "Runtime.HandlerNotFound"},
      {"index", "", "Runtime.MalformedHandlerName"},
      {"index.handler", "exports.handler = (", "Runtime.UserCodeSyntaxError"},
      {"index.handler", "require('./nowhere')", "Runtime.ImportModuleError"},
      {"index.handler", "throw new TypeError('at start')", "TypeError"},
  };
  int number = 0;
  for (const auto& [handler, code, type] : cases) {
    auto spec = node("bad" + std::to_string(number++), code);
    spec->handler = handler;
    const Outcome outcome = invoke(spec);
    EXPECT_EQ(outcome.kind, Kind::InitError) << code;
    EXPECT_THAT(outcome.payload, HasSubstr(std::string("\"errorType\":\"") + type + "\"")) << code;
  }
}

TEST_F(NodeTest, LogsWithTheRequestId) {
  auto spec =
      patient(node("console",
                   "console.log('at start');\nexports.handler = async () => {\n"
                   "  console.log('two\\nlines', {a: 1}); console.debug('detail'); console.warn(new Error('w')); };"));
  const std::string tail = invoke(spec).log_tail;
  EXPECT_THAT(tail, ContainsRegex("20[0-9-]+T[0-9:.]+Z\t" + last_id_ + "\tINFO\ttwo\nlines \\{ a: 1 \\}\n"));
  EXPECT_THAT(tail, HasSubstr("\t" + last_id_ + "\tDEBUG\tdetail\n"));
  EXPECT_THAT(log(), HasSubstr("\tundefined\tINFO\tat start\n"));

  spec = std::make_shared<FunctionSpec>(*spec);
  spec->key = "console-json";
  spec->log_format = LogFormat::Json;
  const std::string lines = invoke(spec).log_tail;
  EXPECT_THAT(lines,
              AllOf(HasSubstr(R"("level":"INFO","requestId":")" + last_id_ + R"(","message":"two\nlines { a: 1 }")"),
                    HasSubstr(R"("errorType":"Error","errorMessage":"w")"), Not(HasSubstr("detail"))));
}

TEST_F(NodeTest, StreamsResponses) {
  const auto spec = patient(node("streams", R"(
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  if (event === 'early') throw new Error('before');
  stream.setContentType('text/plain');
  if (event === 'http') stream = awslambda.HttpResponseStream.from(stream, {statusCode: 201});
  stream.write('one ');
  await new Promise((wake) => setTimeout(wake, 30));
  if (event === 'late') throw new Error('after');
  stream.write('two');
  stream.end();
});
)"));
  EXPECT_EQ(invoke(spec).payload, "one two") << log();  // collected for a caller that does not stream
  const auto streamed = [&](const std::string& event, Collected& into) {
    auto sink = std::shared_ptr<ResponseStream>(&into, [](ResponseStream*) {});
    return begin_streaming(spec, "\"" + event + "\"", sink).get();
  };
  Collected plain, http, early, late, whole;
  EXPECT_EQ(streamed("", plain).kind, Kind::Ok);
  EXPECT_EQ(plain.all(), "one two");
  EXPECT_EQ(plain.type, "text/plain");
  EXPECT_GE(plain.pieces.size(), 2U);
  streamed("http", http);
  EXPECT_EQ(http.all(), R"({"statusCode":201})" + std::string(8, '\0') + "one two");
  EXPECT_EQ(http.type, "application/vnd.awslambda.http-integration-response");
  const Outcome before = streamed("early", early);
  EXPECT_EQ(before.kind, Kind::FunctionError);
  EXPECT_TRUE(early.pieces.empty());
  const Outcome after = streamed("late", late);
  EXPECT_EQ(after.kind, Kind::FunctionError);
  EXPECT_THAT(after.payload, HasSubstr(R"("errorMessage":"after")"));
  EXPECT_EQ(late.all(), "one ");
}

}  // namespace
}  // namespace orrery::functions
