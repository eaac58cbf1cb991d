#include "functions/testing/pool_fixture.h"

#include <thread>

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

using Kind = Outcome::Kind;
using Status = Provisioned::Status;

class ProvisioningTest : public PoolTest {
 protected:
  Provisioned settled(const std::string& key) {
    for (int i = 0; i < 2000; ++i) {
      const auto figures = pool_->provisioned(key);
      if (figures && figures->status != Status::InProgress) return *figures;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
  }
  void wait_for_environments(int count) {
    for (int i = 0; i < 2000 && pool_->environments() != count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(pool_->environments(), count);
  }
};

TEST_F(ProvisioningTest, KeepsEnvironmentsReady) {
  const auto spec = python("ready",
                           "import os\nme = os.urandom(4).hex()\ndef handler(e, c):\n"
                           "  return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n");
  EXPECT_FALSE(pool_->provisioned("ready"));
  pool_->provision(spec, 2);
  EXPECT_TRUE(pool_->provisioned("ready"));
  const Provisioned figures = settled("ready");
  EXPECT_EQ(figures.status, Status::Ready);
  EXPECT_EQ(figures.allocated, 2);
  EXPECT_EQ(figures.available, 2);
  EXPECT_EQ(pool_->environments(), 2);
  const Outcome outcome = invoke(spec);
  EXPECT_EQ(outcome.payload, "\"provisioned-concurrency\"");
  EXPECT_EQ(pool_->environments(), 2);
  pool_->provision(spec, 1);
  wait_for_environments(1);
  pool_->provision(spec, 0);
  wait_for_environments(0);
  EXPECT_FALSE(pool_->provisioned("ready"));
}

TEST_F(ProvisioningTest, SpillsOverToEnvironmentsOnDemand) {
  const auto spec = python("spill",
                           "import os, time\ndef handler(e, c):\n  time.sleep(0.3)\n"
                           "  return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n");
  pool_->provision(spec, 1);
  settled("spill");
  auto first = begin(spec), second = begin(spec);
  EXPECT_EQ(first.get().payload, "\"provisioned-concurrency\"");
  EXPECT_EQ(second.get().payload, "\"on-demand\"");
}

TEST_F(ProvisioningTest, ReplacesWhatEndsAndSaysWhatCannotStart) {
  const auto spec = python("crash", "import os\ndef handler(e, c):\n  if e: os._exit(1)\n  return 1\n");
  pool_->provision(spec, 1);
  settled("crash");
  EXPECT_EQ(invoke(spec, "[1]").kind, Kind::Crashed);
  EXPECT_EQ(settled("crash").status, Status::Ready);
  EXPECT_EQ(invoke(spec, "[]").payload, "1");

  const auto bad = python("bad", "1/0\n");
  pool_->provision(bad, 2);
  const Provisioned figures = settled("bad");
  EXPECT_EQ(figures.status, Status::Failed);
  EXPECT_EQ(figures.reason, "FUNCTION_ERROR_INIT_FAILURE");
  EXPECT_EQ(invoke(bad).kind, Kind::InitError);
}

TEST_F(ProvisioningTest, CountsInvocationsByFunction) {
  auto spec = python("counted", "import time\ndef handler(e, c):\n  time.sleep(0.5)\n");
  auto running = begin(spec);
  const std::string id = function_id(*spec);
  for (int i = 0; i < 200 && pool_->in_flight(id) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(pool_->in_flight(id), 1);
  pool_->set_unreserved_concurrency(1);
  EXPECT_EQ(invoke(spec).payload, "ConcurrentInvocationLimitExceeded");
  auto reserved = std::make_shared<FunctionSpec>(*spec);
  reserved->name = reserved->key = "other";
  reserved->reserved_concurrency = 1;
  EXPECT_EQ(invoke(reserved).kind, Kind::Ok);  // what is reserved does not depend on what the others use
  EXPECT_EQ(running.get().kind, Kind::Ok);
  EXPECT_EQ(pool_->in_flight(id), 0);
}

}  // namespace
}  // namespace orrery::functions
