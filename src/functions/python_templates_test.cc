// Environments that are copies of a template process.
#include "functions/python_templates.h"

#include "functions/testing/pool_fixture.h"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using ::testing::HasSubstr;

class PythonTemplatesTest : public PoolTest {
 protected:
  // Waits until environments come from the template: `decimal` is not loaded by the bootstrap, but by the template.
  void SetUp() override {
    PoolTest::SetUp();
    if (!std::filesystem::exists("/usr/lib/python3/dist-packages/boto3")) GTEST_SKIP() << "no python3-boto3 here";
    pool_->expect("python3.11");
    for (int i = 0; i < 40; ++i) {
      const auto spec = python("warm" + std::to_string(i),
                               "import sys\nseen = 'botocore' in sys.modules\n"
                               "def handler(e, c):\n  return seen\n");
      if (invoke(spec).payload == "true") return;
      pool_->retire_key(spec->key);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL() << "no template within the time" << log();
  }
};

TEST_F(PythonTemplatesTest, AreSandboxesLikeAnyOther) {
  const std::string secret = scratch_.write("data/secret", "top secret");
  const auto spec = python("copy", R"(
import os, sys, random, boto3
usual = "bin dev etc lib lib32 lib64 libx32 opt proc sbin tmp usr var".split()
def handler(event, context):
  status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
  pids = [name for name in os.listdir("/proc") if name.isdigit()]
  try:
    open("/proc/1/environ").read()
    other = "read"
  except PermissionError:
    other = "denied"
  client = boto3.client("dynamodb")
  return [status["CapEff"], status["CapBnd"], status["NoNewPrivs"], status["Seccomp"], os.getuid() != 0, len(pids),
          sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3], os.path.exists(event), other,
          [n for n in os.listdir("/") if n not in usual], "HOME" in os.environ, os.getcwd(), sys.path[0],
          os.environ["AWS_LAMBDA_FUNCTION_NAME"], client.meta.endpoint_url,
          client._request_signer._credentials.token]
)");
  const Outcome outcome = invoke(spec, "\"" + secret + "\"");
  EXPECT_EQ(outcome.payload,
            "[\"0000000000000000\", \"0000000000000000\", \"1\", \"2\", true, 2, [0, 1, 2], false, \"denied\", [], "
            "false, \"/var/task\", \"/var/task\", \"copy\", \"http://127.0.0.1:4566\", \"token\"]")
      << log();
}

TEST_F(PythonTemplatesTest, HaveNoDescriptorButTheirOwn) {
  const auto spec =
      python("descriptors",
             "import os\ndef handler(e, c):\n"
             "  return [os.readlink('/proc/self/fd/' + n).split(':')[0] for n in os.listdir('/proc/self/fd')"
             " if os.path.lexists('/proc/self/fd/' + n)]\n");
  EXPECT_EQ(invoke(spec).payload, "[\"/dev/null\", \"pipe\", \"pipe\", \"socket\"]") << log();
}

TEST_F(PythonTemplatesTest, ShareNoRandomNumbers) {
  const char* code =
      "import random, os, uuid\nfirst = [random.random(), str(uuid.uuid4())]\ndef handler(e, c):\n"
      "  return first\n";
  EXPECT_NE(invoke(python("one", code)).payload, invoke(python("two", code)).payload);
}

TEST_F(PythonTemplatesTest, GiveWayToModulesOfTheFunction) {
  auto spec = python("own", "import boto3\ndef handler(e, c):\n  return boto3.mine\n");
  scratch_.write("own/boto3/__init__.py", "mine = 1");
  EXPECT_EQ(invoke(spec).payload, "1");
  spec = python("layered", "import botocore\ndef handler(e, c):\n  return botocore.mine\n");
  scratch_.write("layer/python/botocore.py", "mine = 2");
  spec->layer_dirs = {scratch_.path() + "/layer"};
  EXPECT_EQ(invoke(spec).payload, "2");
  spec = python("variables",
                "import sys\nseen = 'botocore' in sys.modules\ndef handler(e, c):\n  return [seen, __debug__]\n");
  spec->environment["PYTHONOPTIMIZE"] = "1";
  EXPECT_EQ(invoke(spec).payload, "[false, false]");
}

TEST_F(PythonTemplatesTest, EndLikeAnyOther) {
  const auto spec = python("ends",
                           "import os, sys, time\ndef handler(e, c):\n  if e == 1: os._exit(3)\n"
                           "  if e == 2: b = []\n  while e == 2: b.append(bytearray(1 << 20))\n"
                           "  if e == 3: time.sleep(60)\n  return 1\n");
  EXPECT_THAT(invoke(spec, "1").payload, HasSubstr("exit status 3"));
  spec->timeout_ms = 20'000;
  const auto& all = pool_->protections();
  if (std::any_of(all.begin(), all.end(), [](const auto& one) { return one.name == "memory limit" && one.active; })) {
    EXPECT_THAT(invoke(spec, "2").payload, HasSubstr("signal: killed"));
  }
  auto quick = std::make_shared<FunctionSpec>(*spec);
  quick->key = "quick";
  quick->timeout_ms = 1000;
  EXPECT_EQ(invoke(quick, "3").kind, Outcome::Kind::Timeout);
  EXPECT_EQ(invoke(quick, "4").payload, "1");
}

}  // namespace
}  // namespace orrery::functions
