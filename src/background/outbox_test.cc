#include "background/fixture.h"

#include <map>
#include <set>

namespace orrery::background {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Done = std::function<void(Delivered)>;

class OutboxTest : public BackgroundTest {
 protected:
  // "mail" messages add "PAYLOAD#ATTEMPTS" to `happened`.
  void note_mail() {
    background->on_message("mail", [this](Transaction& tx, const Message& m) -> Result<Delivered> {
      tx.on_commit([this, line = m.payload + "#" + std::to_string(m.attempts)] { happened.add(line); });
      return Delivered();
    });
  }
  // Asynchronous "mail" messages are kept, to be ended by the test.
  void keep_mail(int concurrency) {
    background->on_message("mail", concurrency, [this](const Message& m, Done done) {
      {
        const std::lock_guard lock(mutex);
        kept[m.id] = std::move(done);
      }
      happened.add(m.id + "=" + m.payload);
    });
  }
  void end(const std::string& id, Delivered delivered = {}) {
    Done done;
    {
      const std::lock_guard lock(mutex);
      done = std::move(kept[id]);
      kept.erase(id);
    }
    done(std::move(delivered));
  }
  // Rows of the outbox and its index.
  int rows() {
    int count = 0;
    for (const KeyKind kind : {KeyKind::Outbox, KeyKind::OutboxIndex}) {
      const auto reader = store->snapshot();
      const auto cursor = reader->scan(prefix_range(KeyWriter(kind).take()));
      while (cursor->next()) ++count;
    }
    return count;
  }

  std::mutex mutex;
  std::map<std::string, Done> kept;
};

TEST_F(OutboxTest, DeliversInOrderOfDueTimeAndNotBefore) {
  note_mail();
  post(message("1", kStart - Millis(1), "b"));
  post(message("2", kStart - Millis(3), "a"));
  post(message("3", kStart, "c"));
  post(message("4", kStart + kSecond, "later"));
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("a#0", "b#0", "c#0"));
  EXPECT_EQ(rows(), 2);
  clock.freeze(kStart + kSecond);
  ASSERT_TRUE(settle());
  EXPECT_EQ(happened.lines().back(), "later#0");
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, PostReplaces) {
  note_mail();
  background->start();
  post(message("1", kStart + kSecond, "old"));
  post(message("1", kStart + 2 * kSecond, "newer"));
  post(message("1", kStart + 2 * kSecond, "newest"));
  clock.freeze(kStart + kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), IsEmpty());
  clock.freeze(kStart + 2 * kSecond);
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("newest#0"));
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, CreatedIsWhenItWasPosted) {
  Instant created;
  background->on_message("mail", [&](Transaction&, const Message& m) -> Result<Delivered> {
    created = m.created;
    return Delivered();
  });
  background->start();
  post(message("1", kStart + kSecond));
  ASSERT_TRUE(background->advance(kSecond, kPatience));
  EXPECT_EQ(created, kStart);
}

TEST_F(OutboxTest, TransactionalErrorBacksOffByTheClock) {
  background->on_message("mail", [this](Transaction& tx, const Message& m) -> Result<Delivered> {
    TRY(tx.put(KeyWriter(KeyKind::Meta).text("effect").take(), "half"));
    note(m.id + "#" + std::to_string(m.attempts), clock.now());
    if (m.attempts < 8) return fail(internal_error("no luck"));
    return Delivered();
  });
  background->start();
  post(message("1", kStart));
  ASSERT_TRUE(settle());  // waits for its time: that is not due
  EXPECT_FALSE(*store->snapshot()->get(KeyWriter(KeyKind::Meta).text("effect").take()));
  const auto ran = background->advance(kDay, kPatience);
  ASSERT_TRUE(ran);
  EXPECT_THAT(happened.lines(),
              ElementsAre("1#0@0", "1#1@1", "1#2@3", "1#3@7", "1#4@15", "1#5@31", "1#6@63", "1#7@123", "1#8@183"));
  EXPECT_EQ(ran->size(), 8u);  // the first was before
  EXPECT_FALSE(ran->front().ok);
  EXPECT_EQ(ran->front().summary, "InternalFailure: no luck");
  EXPECT_TRUE(ran->back().ok);
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, PutOffKeepsTheEffectAndCountsAttempts) {
  background->on_message("mail", [this](Transaction& tx, const Message& m) -> Result<Delivered> {
    TRY(tx.put(KeyWriter(KeyKind::Meta).text(std::to_string(m.attempts)).take(), m.payload));
    if (m.attempts == 2) return Delivered{{}, {}, true, "at last"};
    return Delivered{clock.now() + kSecond, m.attempts == 0 ? "second" : "", false, "busy"};
  });
  background->start();
  post(message("1", kStart, "first"));
  const auto ran = background->advance(3 * kSecond, kPatience);
  ASSERT_TRUE(ran);
  ASSERT_EQ(ran->size(), 3u);
  EXPECT_EQ((*ran)[1].at, kStart + kSecond);
  EXPECT_EQ((*ran)[1].summary, "busy");
  EXPECT_EQ((*ran)[2].summary, "at last");
  const auto reader = store->snapshot();
  EXPECT_EQ(*reader->get(KeyWriter(KeyKind::Meta).text("0").take()), "first");
  EXPECT_EQ(*reader->get(KeyWriter(KeyKind::Meta).text("2").take()), "second");
}

TEST_F(OutboxTest, WhatAHandlerTakesBackIsUndoneAndSomethingElseWritten) {
  const auto key = [](const std::string& name) { return KeyWriter(KeyKind::Meta).text(name).take(); };
  background->on_message("mail", [&](Transaction& tx, const Message& m) -> Result<Delivered> {
    TRY(tx.put(key("half"), "x"));
    Delivered delivered;
    delivered.ok = false;
    delivered.summary = "attempt " + std::to_string(m.attempts);
    if (m.attempts == 0) delivered.retry_at = clock.now() + kSecond;
    delivered.instead = [&, attempts = m.attempts](Transaction& after) {
      return after.put(key("instead"), std::to_string(attempts));
    };
    return delivered;
  });
  background->start();
  post(message("1", kStart));
  ASSERT_TRUE(settle());
  EXPECT_EQ(*store->snapshot()->get(key("instead")), "0");
  const auto ran = background->advance(kDay, kPatience);
  ASSERT_TRUE(ran);
  ASSERT_EQ(ran->size(), 1u);
  EXPECT_EQ(ran->front().at, kStart + kSecond);
  EXPECT_EQ(ran->front().summary, "attempt 1");
  EXPECT_EQ(*store->snapshot()->get(key("instead")), "1");
  EXPECT_FALSE(*store->snapshot()->get(key("half")));
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, HandlerMayPostItsOwnIdAnew) {
  background->on_message("mail", [this](Transaction& tx, const Message& m) -> Result<Delivered> {
    note(m.payload, clock.now());
    if (m.payload.size() < 3) TRY(background->post(tx, message(m.id, m.due + kSecond, m.payload + "x")));
    return Delivered();
  });
  background->start();
  post(message("1", kStart, "x"));
  ASSERT_TRUE(background->advance(kDay, kPatience));
  EXPECT_THAT(happened.lines(), ElementsAre("x@0", "xx@1", "xxx@2"));
}

TEST_F(OutboxTest, UnknownKindStays) {
  note_mail();
  post(message("1", kStart, "x", "of another version"));
  background->start();
  post(message("2", kStart, "y", "of another version"));
  post(message("3", kStart, "z"));
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("z#0"));
  EXPECT_EQ(rows(), 4);
}

TEST_F(OutboxTest, AsyncConcurrencyIsBounded) {
  keep_mail(2);
  for (int i = 0; i < 4; ++i) post(message(std::to_string(i), kStart + Millis(i), "p"));
  clock.freeze(kStart + kSecond);
  background->start();
  ASSERT_TRUE(happened.wait_for(2));
  std::this_thread::sleep_for(Millis(30));
  EXPECT_THAT(happened.lines(), ElementsAre("0=p", "1=p"));
  EXPECT_FALSE(background->settled());
  EXPECT_EQ(rows(), 8);
  end("1");
  ASSERT_TRUE(happened.wait_for(3));
  EXPECT_EQ(happened.lines().back(), "2=p");
  end("0");
  ASSERT_TRUE(happened.wait_for(4));
  end("2");
  end("3");
  ASSERT_TRUE(settle());
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(happened.lines().size(), 4u);
}

// A group that gets nowhere keeps its own rest waiting, in the store, and nobody else's.
TEST_F(OutboxTest, GroupsDoNotWaitForEachOther) {
  std::atomic<int> most = 2;
  background->on_messages(
      "mail", [&](std::string_view group) { return group == "slow" ? most.load() : 100; },
      [this](const Message& m, Done done) {
        {
          const std::lock_guard lock(mutex);
          kept[m.id] = std::move(done);
        }
        happened.add(m.id);
      });
  for (int i = 0; i < 500; ++i) post(message("s" + std::to_string(1000 + i), kStart, "p", "mail/slow"));
  background->start();  // finds the group in the store
  ASSERT_TRUE(happened.wait_for(2));
  post(message("q", kStart, "p", "mail/quick"));
  ASSERT_TRUE(happened.wait_for(3));
  EXPECT_THAT(happened.lines(), ElementsAre("s1000", "s1001", "q"));
  end("q");
  end("s1000");
  ASSERT_TRUE(happened.wait_for(4));
  EXPECT_EQ(happened.lines().back(), "s1002");
  EXPECT_FALSE(background->settled());
  most = 1000;
  end("s1001");
  ASSERT_TRUE(happened.wait_for(501));
  for (int i = 2; i < 500; ++i) end("s" + std::to_string(1000 + i));
  ASSERT_TRUE(settle());
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(background->recent(1).front().kind, "mail");
  post(message("again", kStart, "p", "mail/slow"));  // of a group that was forgotten
  ASSERT_TRUE(happened.wait_for(502));
  end("again");
  ASSERT_TRUE(settle());
}

TEST_F(OutboxTest, AsyncPutOffComesAgainWithItsNewPayload) {
  keep_mail(1);
  background->start();
  post(message("1", kStart, "a"));
  ASSERT_TRUE(happened.wait_for(1));
  end("1", {kStart + kSecond, "b", false, "throttled"});
  ASSERT_TRUE(settle());
  EXPECT_EQ(rows(), 2);
  clock.freeze(kStart + kSecond);
  ASSERT_TRUE(happened.wait_for(2));
  EXPECT_EQ(happened.lines().back(), "1=b");
  end("1");
  ASSERT_TRUE(settle());
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, PostedAnewWhileUnderWayWaitsItsTurn) {
  keep_mail(8);
  background->start();
  post(message("1", kStart, "a"));
  ASSERT_TRUE(happened.wait_for(1));
  post(message("1", kStart, "b"));  // the very same key
  post(message("2", kStart, "other"));
  ASSERT_TRUE(happened.wait_for(2));
  std::this_thread::sleep_for(Millis(20));
  EXPECT_THAT(happened.lines(), ElementsAre("1=a", "2=other"));
  end("1", {kStart + kDay, "", false, "its retry is void: it was replaced"});
  ASSERT_TRUE(happened.wait_for(3));
  EXPECT_EQ(happened.lines().back(), "1=b");
  post(message("1", kStart - kSecond, "c"));  // another key
  std::this_thread::sleep_for(Millis(20));
  EXPECT_EQ(happened.lines().size(), 3u);
  end("1");
  ASSERT_TRUE(happened.wait_for(4));
  EXPECT_EQ(happened.lines().back(), "1=c");
  end("1");
  end("2");
  ASSERT_TRUE(settle());
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, DoneTwiceOrNever) {
  std::atomic<int> calls = 0;
  background->on_message("mail", 1, [&](const Message& m, const Done& done) {
    ++calls;
    if (m.attempts == 0) return;  // lets go of `done`: counts as a failure
    done({});
    done({kStart, "twice", false, ""});
  });
  background->start();
  post(message("1", kStart));
  const auto ran = background->advance(kSecond, kPatience);
  ASSERT_TRUE(ran);
  EXPECT_EQ(calls, 2);
  ASSERT_EQ(ran->size(), 2u);
  EXPECT_FALSE((*ran)[0].ok);
  EXPECT_EQ((*ran)[1].at, kStart + kSecond);
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, DoneAfterStopAndAfterTheEndIsHarmless) {
  keep_mail(4);
  background->start();
  for (int i = 0; i < 3; ++i) post(message(std::to_string(i), kStart, "p"));
  ASSERT_TRUE(happened.wait_for(3));
  end("0");
  ASSERT_TRUE([&] {
    while (rows() != 4) std::this_thread::sleep_for(Millis(1));
    return true;
  }());
  std::shared_ptr<void> hold = background->hold();
  background->stop();
  end("1");
  EXPECT_EQ(rows(), 4);  // both are delivered again at the next start
  Done last;
  {
    const std::lock_guard lock(mutex);
    last = kept.at("2");
    kept.clear();
  }
  background = make_background(*store, clock);
  last({});
  hold.reset();
  keep_mail(4);
  background->start();
  ASSERT_TRUE(happened.wait_for(5));
  end("1");
  end("2");
  ASSERT_TRUE(settle());
  EXPECT_EQ(rows(), 0);
}

TEST_F(OutboxTest, StopWaitsForDeliveriesUnderWayAndStartsNoOthers) {
  keep_mail(1);
  background->start();
  for (const char* id : {"1", "2"}) post(message(id, kStart, "p"));
  ASSERT_TRUE(happened.wait_for(1));
  std::thread ends([this] {
    std::this_thread::sleep_for(Millis(20));
    end("1");
  });
  background->stop(kPatience);
  ends.join();
  EXPECT_EQ(happened.lines().size(), 1u);
  EXPECT_EQ(rows(), 2);  // of the other message
}

TEST_F(OutboxTest, ManyPostersAndThreadsDeliverEachOnce) {
  // Asynchronous deliveries end on threads of their own; the transactional ones that they post count exactly.
  background->on_message("count", [](Transaction& tx, const Message& m) -> Result<Delivered> {
    const std::string key = KeyWriter(KeyKind::Meta).text(m.id).take();
    const std::optional<std::string> before = TRY(tx.get(key));
    TRY(tx.put(key, before.value_or("") + "x"));
    return Delivered();
  });
  Happened ended;
  std::mutex inbox_mutex;
  std::vector<std::pair<std::string, Done>> inbox;
  std::atomic<bool> over = false;
  background->on_message("mail", 16, [&](const Message& m, Done done) {
    const std::lock_guard lock(inbox_mutex);
    inbox.emplace_back(m.id, std::move(done));
  });
  background->start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!over) {
        std::vector<std::pair<std::string, Done>> mine;
        {
          const std::lock_guard lock(inbox_mutex);
          mine.swap(inbox);
        }
        for (auto& [id, done] : mine) {
          post(message(id, kStart, "", "count"));
          done({});
        }
        std::this_thread::yield();
      }
    });
  }
  constexpr int kThreads = 3;
  constexpr int kEach = 150;
  std::vector<std::thread> posters;
  for (int t = 0; t < kThreads; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) post(message(std::to_string(t) + "." + std::to_string(i), kStart));
    });
  }
  for (std::thread& poster : posters) poster.join();
  EXPECT_TRUE(settle());
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(rows(), 0);
  const auto reader = store->snapshot();
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kEach; ++i) {
      const std::string id = std::to_string(t) + "." + std::to_string(i);
      EXPECT_EQ(*reader->get(KeyWriter(KeyKind::Meta).text(id).take()), "x");
    }
  }
}

}  // namespace
}  // namespace orrery::background
