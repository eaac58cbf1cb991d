// Text and JSON logs of whole environments.
#include "base/json.h"
#include "functions/testing/pool_fixture.h"

#include <sstream>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = Outcome::Kind;

class LogsTest : public PoolTest {
 protected:
  std::shared_ptr<FunctionSpec> in_json(std::shared_ptr<FunctionSpec> spec, LogLevel application, LogLevel system) {
    spec->log_format = LogFormat::Json;
    spec->application_log_level = application;
    spec->system_log_level = system;
    return spec;
  }
  // The lines that are JSON objects, and of the platform's their types.
  std::vector<json::value> documents() {
    std::vector<json::value> found;
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
      if (auto document = parse_json(line)) found.push_back(*std::move(document));
    }
    return found;
  }
  std::vector<std::string> types() {
    std::vector<std::string> found;
    for (const auto& document : documents()) {
      if (const auto type = find_string(document, "type")) found.emplace_back(*type);
    }
    return found;
  }
};

TEST_F(LogsTest, WritesPlatformEventsInJson) {
  const auto spec =
      in_json(python("json", "def handler(e, c):\n  print('plain')\n  return 1\n"), LogLevel::Info, LogLevel::Debug);
  EXPECT_EQ(invoke(spec).payload, "1");
  EXPECT_THAT(types(), ElementsAre("platform.initStart", "platform.initRuntimeDone", "platform.initReport",
                                   "platform.start", "platform.runtimeDone", "platform.report"));
  EXPECT_THAT(log(), HasSubstr("\nplain\n"));
  EXPECT_THAT(log(), Not(HasSubstr("RequestId:")));
  const json::value report = documents().back();
  const json::value* record = find(report, "record");
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(find_string(*record, "requestId"), last_id_);
  EXPECT_EQ(find_string(*record, "status"), "success");
  const json::value* metrics = find(*record, "metrics");
  ASSERT_NE(metrics, nullptr);
  EXPECT_EQ(find_int(*metrics, "memorySizeMB"), 128);
  EXPECT_NE(find(*metrics, "initDurationMs"), nullptr);
  EXPECT_NE(find(*metrics, "billedDurationMs"), nullptr);
}

TEST_F(LogsTest, KeepsToTheSystemLogLevel) {
  auto spec =
      in_json(python("levels", "import os\ndef handler(e, c):\n  if e: os._exit(1)\n"), LogLevel::Info, LogLevel::Warn);
  invoke(spec, "[]");
  EXPECT_THAT(types(), ElementsAre());
  EXPECT_EQ(invoke(spec, "[1]").kind, Kind::Crashed);
  EXPECT_THAT(types(), ElementsAre("platform.runtimeDone", "platform.report"));
  EXPECT_THAT(log(), HasSubstr(R"("level":"ERROR","requestId":")" + last_id_));
}

TEST_F(LogsTest, FormatsPythonsLoggersInJson) {
  const auto spec = in_json(python("loggers", R"(
import logging
log = logging.getLogger("mine")
def handler(e, c):
  log.info("hidden")
  log.warning("two\nlines %s", "ü", extra={"order": 7})
  try:
    1 / 0
  except ZeroDivisionError:
    log.exception("failed")
  raise ValueError("boom")
)"),
                            LogLevel::Warn, LogLevel::Warn);
  invoke(spec);
  std::vector<json::value> found = documents();
  ASSERT_GE(found.size(), 3U) << log();
  EXPECT_EQ(find_string(found[0], "level"), "WARNING");
  EXPECT_EQ(find_string(found[0], "message"), "two\nlines ü");
  EXPECT_EQ(find_string(found[0], "logger"), "mine");
  EXPECT_EQ(find_string(found[0], "requestId"), last_id_);
  EXPECT_EQ(find_int(found[0], "order"), 7);
  EXPECT_EQ(find_string(found[1], "errorType"), "ZeroDivisionError");
  EXPECT_EQ(find_string(found[2], "log_level"), "ERROR");
  EXPECT_EQ(find_string(found[2], "errorMessage"), "boom");
  EXPECT_THAT(log(), Not(HasSubstr("hidden")));
}

TEST_F(LogsTest, LosesNothingAtACrashOrATimeout) {
  auto spec = python("last",
                     "import os, time\ndef handler(e, c):\n  for i in range(3000): print('line', i, 'x' * 50)\n"
                     "  os.write(1, b'unfinished \\xff')\n  if e == 1: os._exit(1)\n  time.sleep(60)\n");
  spec->timeout_ms = 5000;
  for (const char* event : {"1", "2"}) {
    EXPECT_NE(invoke(spec, event).kind, Kind::Ok);
    const std::string all = log();
    EXPECT_THAT(all, HasSubstr("line 0 x"));
    EXPECT_THAT(all, HasSubstr("line 2999 x"));
    EXPECT_THAT(all, HasSubstr("unfinished \xEF\xBF\xBD\n"));
    const std::lock_guard lock(mutex_);
    log_.clear();
  }
}

struct Heard : InvocationListener {
  void admitted(const FunctionSpec& spec, std::string_view, int running, int in_account) override {
    note(spec.name + " admitted " + std::to_string(running) + " of " + std::to_string(in_account));
  }
  void throttled(const FunctionSpec& spec, std::string_view) override { note(spec.name + " throttled"); }
  void ended(const FunctionSpec& spec, std::string_view, const Ended& how) override {
    note(spec.name + (how.good ? " good" : " bad") + (how.duration_ms > 0 ? "" : " at once"));
  }
  void note(std::string text) {
    const std::lock_guard lock(mutex);
    all.push_back(std::move(text));
  }
  std::mutex mutex;
  std::vector<std::string> all;
};

TEST_F(LogsTest, TellsWhatBecameOfInvocationsToWhoListens) {
  const auto heard = std::make_shared<Heard>();
  Environments::Options options;
  options.listener = heard;
  open(std::move(options));
  const auto spec = python("heard", "def handler(e, c):\n  return 1 / e\n");
  invoke(spec, "1");
  invoke(spec, "0");
  auto none = python("none", "def handler(e, c):\n  return 1\n");
  none->reserved_concurrency = 0;
  invoke(none, "1");
  const std::lock_guard lock(heard->mutex);
  EXPECT_THAT(heard->all, ElementsAre("heard admitted 1 of 1", "heard good", "heard admitted 1 of 1", "heard bad",
                                      "none throttled"));
}

}  // namespace
}  // namespace orrery::functions
