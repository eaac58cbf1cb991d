#include "http/timer_wheel.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::http {
namespace {

struct Probe final : TimerWheel::Entry {
  void on_deadline() override { ++fired; }
  int fired = 0;
};

int ticks_until_fired(TimerWheel& wheel, Probe& probe) {
  for (int ticks = 1; ticks < 10'000; ++ticks) {
    wheel.tick();
    if (probe.fired > 0) return ticks;
  }
  return -1;
}

TEST(TimerWheel, FiresOnceAndNeverEarly) {
  for (const int ms : {0, 1, 250, 251, 10'000, 127'750, 128'000, 1'000'000}) {
    TimerWheel wheel;
    Probe probe;
    wheel.tick();
    wheel.arm(probe, ms);
    const int ticks = ticks_until_fired(wheel, probe);
    EXPECT_GT(ticks * TimerWheel::kTickMs, ms);
    EXPECT_LE(ticks * TimerWheel::kTickMs, ms + 2 * TimerWheel::kTickMs);
    for (int i = 0; i < 2'000; ++i) wheel.tick();
    EXPECT_EQ(probe.fired, 1);
    EXPECT_TRUE(wheel.empty());
  }
}

TEST(TimerWheel, DeadlinesMoveBothWays) {
  TimerWheel wheel;
  Probe probe;
  wheel.arm(probe, 100'000);
  wheel.arm(probe, 500);
  EXPECT_LE(ticks_until_fired(wheel, probe), 4);
  probe.fired = 0;
  wheel.arm(probe, 500);
  wheel.arm(probe, 5'000);
  EXPECT_EQ(ticks_until_fired(wheel, probe), 21);
  probe.fired = 0;
  wheel.arm(probe, 500);
  wheel.disarm(probe);
  EXPECT_EQ(ticks_until_fired(wheel, probe), -1);
  EXPECT_TRUE(wheel.empty());
}

TEST(TimerWheel, EntriesLeaveByThemselves) {
  auto survivor = std::make_unique<Probe>();
  {
    TimerWheel wheel;
    std::vector<std::unique_ptr<Probe>> probes;
    for (int i = 0; i < 10; ++i) {
      probes.push_back(std::make_unique<Probe>());
      wheel.arm(*probes.back(), 500);
    }
    wheel.arm(*survivor, 500);
    probes.erase(probes.begin(), probes.begin() + 5);
    EXPECT_EQ(ticks_until_fired(wheel, *survivor), 3);
    probes.clear();
    EXPECT_TRUE(wheel.empty());
    wheel.arm(*survivor, 500);
  }
}

}  // namespace
}  // namespace orrery::http
