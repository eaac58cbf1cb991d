// Kills a process in the middle of firing timers, on the real engine, and audits what it left.
#include "background/fixture.h"
#include "store/child_process.h"
#include "store/temp_dir.h"

#include <cstdio>
#include <map>

namespace orrery::background {
namespace {

constexpr int kTimers = 20;
constexpr int kTicks = 2000;  // more than a process gets done before it is killed
constexpr int kKills = 5;

// A tick's row: how many times its message was recorded.
std::string tick_key(std::string_view id) { return KeyWriter(KeyKind::Meta).text("tick").text(id).take(); }

struct World {
  explicit World(const std::string& path) : store(*open_rocksdb(path, Durability::Relaxed)) {
    clock.freeze(kStart + kDay);  // all ticks are overdue
    background = make_background(*store, clock);
    background->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
      const std::string tick = timer.id + "/" + std::to_string((timer.due - kStart).count());
      Message message;
      message.kind = "record";
      message.id = tick;
      message.due = timer.due;
      TRY(background->post(tx, message));
      if (timer.due >= kStart + Millis(kTicks)) return {};
      return background->arm(tx, {timer.kind, timer.id, timer.due + Millis(1), ""});
    });
    background->on_message("record", [](Transaction& tx, const Message& m) -> Result<Delivered> {
      const std::optional<std::string> before = TRY(tx.get(tick_key(m.id)));
      TRY(tx.put(tick_key(m.id), before.value_or("") + "x"));
      return Delivered();
    });
  }

  std::unique_ptr<Store> store;
  Clock clock;
  std::unique_ptr<Background> background;
};

int count(Store& store, const std::string& prefix) {
  const auto reader = store.snapshot();
  const auto cursor = reader->scan(prefix_range(prefix));
  int rows = 0;
  while (cursor->next()) ++rows;
  return rows;
}

// Runs in a process of its own, until it is killed.
TEST(BackgroundCrashTest, DISABLED_Child) {
  World world(ChildProcess::argument());
  world.background->start();
  std::printf("started\n");
  std::fflush(stdout);
  std::this_thread::sleep_for(std::chrono::seconds(20));
}

TEST(BackgroundCrashTest, KillLosesNoTickAndDoublesNone) {
  const TempDir folder;
  const std::string path = folder / "store";
  {
    World world(path);
    for (int i = 0; i < kTimers; ++i) {
      const Result<> armed = world.store->transact([&](Transaction& tx) {
        return world.background->arm(tx, {"tick", "timer" + std::to_string(i), kStart + Millis(1), ""});
      });
      ASSERT_TRUE(armed);
    }
  }
  int recorded = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    ChildProcess child("BackgroundCrashTest.DISABLED_Child", path);
    while (child.read().find("started") == std::string::npos) {
    }
    std::this_thread::sleep_for(Millis(30 + 7 * kill));
    child.kill();
    World world(path);  // not started: just looks
    const int now = count(*world.store, KeyWriter(KeyKind::Meta).text("tick").take());
    EXPECT_GE(now, recorded);
    recorded = now;
    ASSERT_EQ(world.background->upcoming(1000).size(), static_cast<std::size_t>(kTimers)) << "all done before the kill";
  }
  EXPECT_GT(recorded, 0);
  World world(path);
  // Where each timer stands is how many of its ticks must have a record, now or once the outbox is empty.
  std::map<std::string, long long> fired;
  for (const Timer& timer : world.background->upcoming(1000)) fired[timer.id] = (timer.due - kStart).count() - 1;
  for (const auto& [id, ticks] : fired) {
    const Result<> gone =
        world.store->transact([&, name = id](Transaction& tx) { return world.background->disarm(tx, "tick", name); });
    ASSERT_TRUE(gone);
  }
  world.background->start();
  ASSERT_TRUE(world.background->advance(Millis(0), kPatience));
  const auto reader = world.store->snapshot();
  long long expected = 0;
  for (const auto& [id, ticks] : fired) {
    expected += ticks;
    for (long long tick = 1; tick <= ticks; ++tick) {
      const auto value = reader->get(tick_key(id + "/" + std::to_string(tick)));
      ASSERT_TRUE(value);
      ASSERT_EQ(*value, "x") << id << " " << tick;
    }
  }
  EXPECT_EQ(count(*world.store, KeyWriter(KeyKind::Meta).text("tick").take()), expected);
  EXPECT_EQ(count(*world.store, KeyWriter(KeyKind::Outbox).take()), 0);
  EXPECT_EQ(count(*world.store, KeyWriter(KeyKind::OutboxIndex).take()), 0);
}

}  // namespace
}  // namespace orrery::background
