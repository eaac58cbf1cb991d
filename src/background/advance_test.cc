#include "background/fixture.h"

namespace orrery::background {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AdvanceTest : public BackgroundTest {
 protected:
  // "tick" timers re-arm a period (their payload, in seconds) later and post a message of the same instant.
  void tick_and_post() {
    background->on_timer("tick", [this](Transaction& tx, const Timer& timer) -> Result<> {
      Timer next = timer;
      next.due += std::stoi(timer.payload) * kSecond;
      TRY(background->arm(tx, next));
      return background->post(tx, message(timer.id + "/" + std::to_string(epoch_ms(timer.due)), timer.due, timer.id));
    });
  }
  static std::vector<std::string> lines(const std::vector<Ran>& ran) {
    std::vector<std::string> text;
    for (const Ran& one : ran) text.push_back(one.kind + "@" + std::to_string((one.at - kStart).count() / 1000));
    return text;
  }
};

TEST_F(AdvanceTest, MonthOfDailyTicksInMilliseconds) {
  tick_and_post();
  background->on_message("mail", [this](Transaction&, const Message& m) -> Result<Delivered> {
    note(m.payload, clock.now());
    return Delivered{{}, {}, true, "delivered " + m.payload};
  });
  background->start();
  arm("daily", kStart + std::chrono::hours(17), "86400");
  const std::int64_t began_us = clock.monotonic_us();
  const auto ran = background->advance(31 * kDay, kPatience);
  const std::int64_t took_us = clock.monotonic_us() - began_us;
  ASSERT_TRUE(ran);
  ASSERT_EQ(ran->size(), 62u);
  for (std::size_t day = 0; day < 31; ++day) {
    const Ran& tick = (*ran)[2 * day];
    const Ran& mail = (*ran)[2 * day + 1];
    EXPECT_EQ(tick.kind, "tick");
    EXPECT_EQ(tick.at, kStart + std::chrono::hours(17) + day * kDay);
    EXPECT_EQ(mail.summary, "delivered daily");
    EXPECT_EQ(mail.at, tick.at);
    EXPECT_TRUE(mail.ok);
  }
  EXPECT_EQ(clock.now(), kStart + 31 * kDay);
  EXPECT_EQ(clock.state().mode, Clock::Mode::Frozen);
  EXPECT_LT(took_us, 2'000'000);
  RecordProperty("took_us", std::to_string(took_us));
}

TEST_F(AdvanceTest, CascadesWithinTheWindowAreFollowed) {
  note_ticks();
  background->on_timer("seed", [this](Transaction& tx, const Timer& timer) -> Result<> {
    return background->post(tx, message("m", timer.due));
  });
  background->on_message("mail", 1, [this](const Message& m, std::function<void(Delivered)> done) {
    std::thread([this, m, done = std::move(done)] {
      arm("at once", m.due);
      arm("soon", m.due + 5 * kSecond);
      arm("too late", m.due + kDay);
      done({});
    }).detach();
  });
  background->start();
  arm("s", kStart + 10 * kSecond, "", "seed");
  const auto ran = background->advance(20 * kSecond, kPatience);
  ASSERT_TRUE(ran);
  // Within one instant: timers, then messages.
  EXPECT_THAT(lines(*ran), ElementsAre("seed@10", "tick@10", "mail@10", "tick@15"));
  EXPECT_THAT(happened.lines(), ElementsAre("at once@10", "soon@15"));
  EXPECT_EQ(clock.now(), kStart + 20 * kSecond);
}

TEST_F(AdvanceTest, IncludesTheEndAndWhatIsDueAtTheStart) {
  note_ticks();
  background->start();
  arm("start", kStart);
  arm("end", kStart + kSecond);
  arm("after", kStart + kSecond + Millis(1));
  ASSERT_TRUE(background->advance(kSecond, kPatience));
  EXPECT_THAT(happened.lines(), ElementsAre("start@0", "end@1"));
}

TEST_F(AdvanceTest, ByNothingSettles) {
  note_ticks();
  arm("a", kStart);
  arm("b", kStart + Millis(1));
  background->start();
  ASSERT_TRUE(background->advance(Millis(0), kPatience));
  EXPECT_THAT(happened.lines(), ElementsAre("a@0"));  // in here or, just started, before
  EXPECT_EQ(clock.now(), kStart);
}

TEST_F(AdvanceTest, RunningClockGoesOnShifted) {
  clock.run();
  note_ticks();
  background->start();
  arm("a", clock.now() + kDay);
  const Instant before = clock.machine_now();
  const auto ran = background->advance(2 * kDay, kPatience);
  ASSERT_TRUE(ran);
  ASSERT_EQ(ran->size(), 1u);
  EXPECT_EQ(clock.state().mode, Clock::Mode::Offset);
  EXPECT_GE(clock.now(), before + 2 * kDay);
  EXPECT_LE(clock.now(), clock.machine_now() + 2 * kDay);
  const Instant then = clock.now();
  std::this_thread::sleep_for(Millis(5));
  EXPECT_GT(clock.now(), then);
  ASSERT_TRUE(background->advance(kDay, kPatience));
  EXPECT_GE(clock.now(), before + 3 * kDay);
}

TEST_F(AdvanceTest, TimeoutNamesWhatHangsAndTheClockGoesOn) {
  clock.run();
  std::function<void(Delivered)> kept;
  background->on_message("mail", 1,
                         [&](const Message&, std::function<void(Delivered)> done) { kept = std::move(done); });
  background->start();
  post(message("the slow one", clock.now() + std::chrono::hours(1)));
  const auto ran = background->advance(kDay, Millis(50));
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().kind, Error::Kind::Internal);
  EXPECT_THAT(ran.error().message, HasSubstr("mail the slow one"));
  EXPECT_EQ(clock.state().mode, Clock::Mode::Offset);
  EXPECT_LT(clock.now(), clock.machine_now() + std::chrono::hours(2));
  kept({});
  EXPECT_TRUE(background->advance(kDay, kPatience));
}

TEST_F(AdvanceTest, TimeoutNamesHoldsAndFailedTimersAndSlowHandlers) {
  background->on_timer("tick", [](Transaction&, const Timer&) -> Result<> { return fail(internal_error("broken")); });
  std::atomic<bool> go_on = false;
  background->on_message("mail", [&](Transaction&, const Message&) -> Result<Delivered> {
    while (!go_on) std::this_thread::sleep_for(Millis(1));
    return Delivered();
  });
  background->start();
  std::shared_ptr<void> hold = background->hold();
  EXPECT_THAT(background->advance(Millis(0), Millis(20)).error().message, HasSubstr("1 invocation"));
  hold.reset();
  EXPECT_TRUE(background->advance(Millis(0), kPatience));
  post(message("long", kStart));
  EXPECT_THAT(background->advance(Millis(0), Millis(50)).error().message, HasSubstr("message mail long"));
  go_on = true;
  EXPECT_TRUE(background->advance(Millis(0), kPatience));
  arm("poison", kStart);
  EXPECT_THAT(background->advance(Millis(0), Millis(50)).error().message,
              HasSubstr("poison, which failed 1 times: broken"));
}

TEST_F(AdvanceTest, HoldsDelayTheNextInstant) {
  std::shared_ptr<void> hold;
  background->on_timer("tick", [&](Transaction&, const Timer& timer) -> Result<> {
    if (timer.id == "a") hold = background->hold();
    note(timer.id, clock.now());  // last: it tells the other thread that the hold is there
    return {};
  });
  background->start();
  arm("a", kStart + kSecond);
  arm("b", kStart + 2 * kSecond);
  std::thread releaser([&] {
    ASSERT_TRUE(happened.wait_for(1));
    std::this_thread::sleep_for(Millis(30));
    EXPECT_EQ(happened.lines().size(), 1u);
    hold.reset();
  });
  EXPECT_TRUE(background->advance(kDay, kPatience));
  releaser.join();
  EXPECT_THAT(happened.lines(), ElementsAre("a@1", "b@2"));
}

TEST_F(AdvanceTest, TwoAtOnceComeOneAfterTheOther) {
  tick_and_post();
  background->on_message("mail", [](Transaction&, const Message&) -> Result<Delivered> { return Delivered(); });
  background->start();
  arm("m", kStart + std::chrono::minutes(1), "60");
  std::atomic<std::size_t> ran = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const auto mine = background->advance(std::chrono::minutes(20), kPatience);
      ASSERT_TRUE(mine);
      ran += mine->size();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clock.now(), kStart + std::chrono::minutes(60));
  EXPECT_EQ(ran, 2u * 60);
}

TEST_F(AdvanceTest, OrderWithinAnInstantDoesNotDependOnWhoEndsFirst) {
  std::mutex mutex;
  std::vector<std::function<void(Delivered)>> kept;
  background->on_message("mail", 3, [&](const Message&, std::function<void(Delivered)> done) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(done));
    if (kept.size() < 3) return;
    for (auto it = kept.rbegin(); it != kept.rend(); ++it) (*it)({});
  });
  background->start();
  for (const char* id : {"b", "c", "a"}) post(message(id, kStart + kSecond));
  const auto ran = background->advance(kSecond, kPatience);
  ASSERT_TRUE(ran);
  std::vector<std::string> ids;
  for (const Ran& one : *ran) ids.push_back(one.id);
  EXPECT_THAT(ids, ElementsAre("a", "b", "c"));
}

TEST_F(AdvanceTest, RefusesWhatMakesNoSense) {
  note_ticks();
  EXPECT_FALSE(background->advance(kSecond, kPatience));  // not started
  background->start();
  EXPECT_FALSE(background->advance(-kSecond, kPatience));
  EXPECT_FALSE(background->advance(Millis::max(), kPatience));
  EXPECT_EQ(clock.now(), kStart);
}

TEST_F(AdvanceTest, EndsWhenTheClockIsSetByAnother) {
  tick_and_post();
  background->on_message("mail", 1, [this](const Message&, const std::function<void(Delivered)>& done) {
    clock.freeze(kStart - kDay);
    done({});
  });
  background->start();
  arm("m", kStart + kSecond, "60");
  const auto ran = background->advance(kDay, kPatience);
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.error().message, HasSubstr("by somebody else"));
  EXPECT_EQ(clock.now(), kStart - kDay);
}

TEST_F(AdvanceTest, StopEndsIt) {
  background->on_message("mail", 1, [this](const Message&, std::function<void(Delivered)> done) {
    static std::function<void(Delivered)> kept;
    kept = std::move(done);
    happened.add("under way");
  });
  background->start();
  post(message("1", kStart + kSecond));
  std::thread stopper([&] {
    EXPECT_TRUE(happened.wait_for(1));
    background->stop();
  });
  const auto ran = background->advance(kDay, kPatience);
  stopper.join();
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.error().message, HasSubstr("not running"));
}

TEST_F(AdvanceTest, ThroughputOfTicksWithAMessageEach) {
  std::atomic<int> delivered = 0;
  tick_and_post();
  background->on_message("mail", [&](Transaction&, const Message&) -> Result<Delivered> {
    ++delivered;
    return Delivered();
  });
  constexpr int kTimers = 5000;
  for (int i = 0; i < kTimers; ++i) arm("t" + std::to_string(i), kStart + kSecond, "60");
  background->start();
  const std::int64_t began_us = clock.monotonic_us();
  ASSERT_TRUE(background->advance(kSecond, kPatience));
  const std::int64_t took_us = clock.monotonic_us() - began_us;
  EXPECT_EQ(delivered, kTimers);
  // A figure for the log; bench/ has the real one.
  RecordProperty("ticks_a_second", std::to_string(kTimers * 1'000'000LL / std::max<std::int64_t>(took_us, 1)));
  std::printf("%lld ticks a second, each with a message\n",
              static_cast<long long>(kTimers * 1'000'000LL / std::max<std::int64_t>(took_us, 1)));
}

}  // namespace
}  // namespace orrery::background
