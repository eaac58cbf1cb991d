#include "background/fixture.h"

#include <set>

namespace orrery::background {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using TimersTest = BackgroundTest;

TEST_F(TimersTest, FireInOrderOfTimeAndNeverBefore) {
  note_ticks();
  background->start();
  arm("c", kStart + 3 * kSecond);
  arm("a", kStart + 1 * kSecond);
  arm("b", kStart + 2 * kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), IsEmpty());
  clock.freeze(kStart + 2 * kSecond - Millis(1));
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a@1"));
  clock.freeze(kStart + 10 * kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a@1", "b@10", "c@10"));
  EXPECT_THAT(background->upcoming(10), IsEmpty());
}

TEST_F(TimersTest, OverdueAtStartFireOnceEachInOrder) {
  note_ticks();
  for (int i = 199; i >= 0; --i) arm("t" + std::to_string(1000 + i), kStart - Millis(200) + Millis(i));
  arm("later", kStart + kSecond);
  background->start();
  ASSERT_TRUE(settle());
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) expected.push_back("t" + std::to_string(1000 + i) + "@0");
  EXPECT_EQ(happened.lines(), expected);
}

TEST_F(TimersTest, ArmReplacesAndDisarmRemoves) {
  note_ticks();
  background->start();
  arm("a", kStart + 5 * kSecond, "old");
  arm("a", kStart + 9 * kSecond, "new");
  arm("b", kStart + 5 * kSecond);
  const std::vector<Timer> upcoming = background->upcoming(10);
  ASSERT_EQ(upcoming.size(), 2u);
  EXPECT_EQ(upcoming[0].id, "b");
  EXPECT_EQ(upcoming[1].payload, "new");
  EXPECT_EQ(upcoming[1].due, kStart + 9 * kSecond);
  EXPECT_EQ(background->upcoming(1).size(), 1u);
  disarm("b");
  disarm("b");  // not there any more: no error
  arm("a", kStart + 7 * kSecond);
  clock.freeze(kStart + 6 * kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), IsEmpty());
  clock.freeze(kStart + 20 * kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a@20"));
}

TEST_F(TimersTest, RolledBackArmingLeavesNothing) {
  note_ticks();
  background->start();
  const Result<> done = store->transact([&](Transaction& tx) -> Result<> {
    TRY(background->arm(tx, {"tick", "a", kStart, ""}));
    return fail(api_error("ValidationException", "changed my mind"));
  });
  ASSERT_FALSE(done);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), IsEmpty());
}

TEST_F(TimersTest, HandlerRearmsWithinTheSameTransaction) {
  background->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
    tx.on_commit([this, due = timer.due] { note("tick", due); });
    Timer next = timer;
    next.due += kSecond;
    return background->arm(tx, next);
  });
  arm("a", kStart - 2 * kSecond);
  background->start();
  ASSERT_TRUE(settle());  // catches up: whether to skip is the handler's business
  EXPECT_THAT(happened.lines(), ElementsAre("tick@-2", "tick@-1", "tick@0"));
  ASSERT_EQ(background->upcoming(5).size(), 1u);
  EXPECT_EQ(background->upcoming(5)[0].due, kStart + kSecond);
}

TEST_F(TimersTest, RearmedEarlierThanOthersThatAreDueGoesFirst) {
  background->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
    tx.on_commit([this, timer] { note(timer.id, timer.due); });
    if (timer.id != "a" || timer.due >= kStart - 3 * kSecond) return {};
    return background->arm(tx, {"tick", "a", timer.due + kSecond, ""});
  });
  arm("a", kStart - 6 * kSecond);
  arm("b", kStart - 4 * kSecond);
  arm("c", kStart - 2 * kSecond);
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a@-6", "a@-5", "a@-4", "b@-4", "a@-3", "c@-2"));
}

TEST_F(TimersTest, FailedHandlerIsTriedAgainAndBlocksNobody) {
  std::atomic<int> failures = 1;
  background->on_timer("poison", [&](Transaction& tx, const Timer&) -> Result<> {
    TRY(tx.put(KeyWriter(KeyKind::Meta).text("half").take(), "done"));
    if (failures-- > 0) return fail(internal_error("no luck"));
    tx.on_commit([this] { happened.add("poison"); });
    return {};
  });
  note_ticks();
  background->start();
  arm("first", kStart - kSecond, "", "poison");
  arm("second", kStart);
  ASSERT_TRUE(happened.wait_for(1));
  EXPECT_THAT(happened.lines(), ElementsAre("second@0"));
  EXPECT_FALSE(background->settled());
  EXPECT_FALSE(*store->snapshot()->get(KeyWriter(KeyKind::Meta).text("half").take()));
  EXPECT_EQ(background->upcoming(5).size(), 1u);
  ASSERT_TRUE(happened.wait_for(2));  // a second later, by the machine's time
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("second@0", "poison"));
  const std::vector<Ran> ran = background->recent(10);
  ASSERT_EQ(ran.size(), 3u);
  EXPECT_FALSE(ran[0].ok);
  EXPECT_THAT(ran[0].summary, HasSubstr("no luck"));
  EXPECT_TRUE(ran[2].ok);
}

TEST_F(TimersTest, DisarmingAFailedTimerSettles) {
  background->on_timer("tick", [](Transaction&, const Timer&) -> Result<> { return fail(internal_error("never")); });
  background->start();
  arm("a", kStart);
  while (background->recent(1).empty()) std::this_thread::sleep_for(Millis(1));
  EXPECT_FALSE(background->settled());
  std::this_thread::sleep_for(Millis(20));
  disarm("a");
  EXPECT_TRUE(settle(Millis(500)));
}

TEST_F(TimersTest, UnknownKindStaysAndDoesNotHang) {
  note_ticks();
  arm("x", kStart - kSecond, "", "of another version");
  arm("a", kStart);
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a@0"));
  EXPECT_EQ(background->upcoming(5).size(), 1u);
}

TEST_F(TimersTest, RunningClockFiresOnTimeAndNeverEarly) {
  clock.run();
  std::mutex mutex;
  std::vector<Millis> lateness;
  background->on_timer("tick", [&](Transaction&, const Timer& timer) -> Result<> {
    const std::lock_guard lock(mutex);
    lateness.push_back(clock.now() - timer.due);
    happened.add(timer.id);
    return {};
  });
  background->start();
  const Instant now = clock.now();
  for (int i = 0; i < 20; ++i) arm("t" + std::to_string(i), now + Millis(50 + 10 * i));
  ASSERT_TRUE(happened.wait_for(20));
  const std::lock_guard lock(mutex);
  std::sort(lateness.begin(), lateness.end());
  EXPECT_GE(lateness.front().count(), 0);
  EXPECT_LE(lateness[10].count(), 10) << "half of them are late";  // the machine may be busy: no bound on the worst
}

TEST_F(TimersTest, OffsetClockIsFollowed) {
  clock.set({Clock::Mode::Offset, 30 * kDay, {}});
  note_ticks();
  background->start();
  const Instant due = clock.now() + Millis(80);
  arm("a", due);
  arm("tomorrow", due + kDay);
  ASSERT_TRUE(happened.wait_for(1));
  EXPECT_GE(clock.now(), due);
  clock.set({Clock::Mode::Offset, 31 * kDay, {}});
  ASSERT_TRUE(happened.wait_for(2));
}

TEST_F(TimersTest, ClockTurnedBackWaits) {
  note_ticks();
  background->start();
  arm("a", kStart + 5 * kSecond);
  clock.freeze(kStart - kDay);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), IsEmpty());
  clock.freeze(kStart + 5 * kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a@5"));
}

TEST_F(TimersTest, ArmDisarmRacesFireExactlyOnce) {
  // Every thread arms its timers for now, and disarms each right after: what was fired is what could not be disarmed.
  background->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
    return tx.put(KeyWriter(KeyKind::Meta).text(timer.id).take(), "fired");
  });
  background->start();
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = std::to_string(t) + "." + std::to_string(i);
        arm(id, kStart, "1");
        if (i % 3 == 0) std::this_thread::yield();
        if (i % 2 == 0) disarm(id);
        if (i % 5 == 0) arm(id, kStart + kDay);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(settle());
  int fired = 0;
  for (const Ran& ran : background->recent(10'000)) fired += ran.ok ? 1 : 0;
  std::set<std::string> rows;
  const auto reader = store->snapshot();
  const auto cursor = reader->scan(prefix_range(KeyWriter(KeyKind::Meta).take()));
  while (cursor->next()) rows.insert(std::string(cursor->key()));
  EXPECT_EQ(static_cast<std::size_t>(fired), rows.size());
  EXPECT_GE(fired, kThreads * kEach * 2 / 5);  // those that were neither disarmed nor armed anew
  EXPECT_EQ(background->upcoming(10'000).size(), static_cast<std::size_t>(kThreads * kEach / 5));
}

TEST_F(TimersTest, TwoOnOneStoreFireEachTimerOnce) {
  const auto other = make_background(*store, clock);
  for (Background* one : {background.get(), other.get()}) {
    one->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
      const std::string key = KeyWriter(KeyKind::Meta).text(timer.id).take();
      const std::optional<std::string> before = TRY(tx.get(key));
      return tx.put(key, before.value_or("") + "x");
    });
  }
  constexpr int kTimers = 500;
  for (int i = 0; i < kTimers; ++i) arm(std::to_string(i), kStart);
  background->start();
  other->start();
  ASSERT_TRUE(settle());
  while (!other->settled()) std::this_thread::sleep_for(Millis(1));
  const auto reader = store->snapshot();
  for (int i = 0; i < kTimers; ++i) {
    EXPECT_EQ(*reader->get(KeyWriter(KeyKind::Meta).text(std::to_string(i)).take()), "x");
  }
}

TEST_F(TimersTest, StopsAtOnceAndStartsAgain) {
  note_ticks();
  arm("a", kStart + kDay);
  background->start();
  background->stop();
  background->stop();
  arm("b", kStart);
  clock.freeze(kStart + kDay);
  EXPECT_THAT(happened.lines(), IsEmpty());
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("b@86400", "a@86400"));
}

}  // namespace
}  // namespace orrery::background
