// What rows of one instant do to each other in the transaction that they share: nothing.
#include "background/fixture.h"

namespace orrery::background {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class ChunkTest : public BackgroundTest {
 protected:
  static std::string key(const std::string& name) { return KeyWriter(KeyKind::Meta).text(name).take(); }
  std::string effects() {
    std::string joined;
    const auto reader = store->snapshot();
    const auto cursor = reader->scan(prefix_range(KeyWriter(KeyKind::Meta).take()));
    while (cursor->next()) {
      KeyReader name(cursor->key());
      joined += name.text() + " ";
    }
    return joined;
  }
  static Result<> count(Transaction& tx, const std::string& name) {
    const auto before = TRY(tx.get(key(name)));
    return tx.put(key(name), (before ? *before : "") + "x");
  }
};

TEST_F(ChunkTest, AMessageThatFailsTakesNobodysEffectWithIt) {
  background->on_message("mail", [&](Transaction& tx, const Message& m) -> Result<Delivered> {
    TRY(tx.put(key("effect " + m.id), "x"));
    TRY(count(tx, "all"));
    if (m.payload == "fails" && m.attempts == 0) return fail(internal_error("no luck"));
    Delivered delivered;
    if (m.payload == "other") delivered.instead = [this](Transaction& after) { return after.put(key("other"), "x"); };
    if (m.payload == "again" && m.attempts == 0) delivered.retry_at = clock.now() + kSecond;
    tx.on_commit([this, m] { note(m.id, clock.now()); });
    return delivered;
  });
  post(message("1", kStart));
  post(message("2", kStart, "fails"));
  post(message("3", kStart, "other"));
  post(message("4", kStart, "again"));
  post(message("5", kStart));
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_EQ(effects(), "all effect 1 effect 4 effect 5 other ");
  EXPECT_EQ(*store->snapshot()->get(key("all")), "xxx");
  ASSERT_TRUE(background->advance(kDay, kPatience));
  EXPECT_EQ(*store->snapshot()->get(key("all")), "xxxxx");
  EXPECT_THAT(happened.lines(), ElementsAre("1@0", "4@0", "5@0", "2@1", "4@1"));
}

TEST_F(ChunkTest, AMessageThatComesFirstIsDeliveredFirst) {
  background->on_message("mail", [&](Transaction& tx, const Message& m) -> Result<Delivered> {
    tx.on_commit([this, m] { note(m.id, clock.now()); });
    if (m.id == "2") TRY(background->post(tx, message("1", kStart)));
    return Delivered();
  });
  for (const char* id : {"2", "3", "4"}) post(message(id, kStart));
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("2@0", "1@0", "3@0", "4@0"));
}

TEST_F(ChunkTest, OneThatSpoilsTheTransactionIsPutOffAlone) {
  background->on_message("mail", [&](Transaction& tx, const Message& m) -> Result<Delivered> {
    TRY(count(tx, m.id));
    if (m.id == "2" && m.attempts == 0) return fail(conflict());
    return Delivered();
  });
  for (const char* id : {"1", "2", "3"}) post(message(id, kStart));
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_EQ(effects(), "1 3 ");
  ASSERT_TRUE(background->advance(kSecond, kPatience));
  EXPECT_EQ(effects(), "1 2 3 ");
  EXPECT_EQ(*store->snapshot()->get(key("1")), "x");
}

TEST_F(ChunkTest, WhoLooksAtASnapshotSeesWhatCameBefore) {
  const auto seen = [&](const std::string& name) {
    const auto found = *store->snapshot()->get(key(name));
    return found ? "saw " + *found : std::string("saw nothing");
  };
  background->on_timer("tick", [&](Transaction& tx, const Timer& timer) -> Result<> {
    return background->post(tx, message("timed " + timer.id, timer.due, timer.id));
  });
  background->on_message("mail", [&](Transaction& tx, const Message& m) -> Result<Delivered> {
    if (m.payload == "look") {
      TRY(background->alone(tx));
      tx.on_commit([this, line = seen("all")] { happened.add(line); });
      return Delivered();
    }
    TRY(count(tx, "all"));
    return Delivered();
  });
  post(message("1", kStart));
  post(message("2", kStart, "look"));
  post(message("3", kStart));
  post(message("4", kStart, "look"));
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), ElementsAre("saw x", "saw xx"));

  for (const char* id : {"a", "look", "z"}) arm(id, kStart + kSecond);
  ASSERT_TRUE(background->advance(kSecond, kPatience));
  EXPECT_THAT(happened.lines(), ElementsAre("saw x", "saw xx", "saw xxx"));
  EXPECT_EQ(store->snapshot()->get(key("all"))->value(), "xxxx");
}

TEST_F(ChunkTest, ATimerThatFailsTakesNobodysEffectWithIt) {
  std::atomic<bool> fails = true;
  background->on_timer("tick", [&](Transaction& tx, const Timer& timer) -> Result<> {
    TRY(tx.put(key(timer.id), "x"));
    TRY(background->post(tx, message(timer.id, timer.due)));
    if (timer.id == "b" && fails) return fail(internal_error("no luck"));
    tx.on_commit([this, id = timer.id] { note(id, clock.now()); });
    return {};
  });
  background->on_message("mail", [](Transaction&, const Message&) -> Result<Delivered> { return Delivered(); });
  for (const char* id : {"a", "b", "c"}) arm(id, kStart);
  background->start();
  ASSERT_TRUE(happened.wait_for(2));
  EXPECT_THAT(happened.lines(), ElementsAre("a@0", "c@0"));
  EXPECT_EQ(effects(), "a c ");
  EXPECT_THAT(background->upcoming(10), SizeIs(1));
  fails = false;
  ASSERT_TRUE(settle());
  EXPECT_EQ(effects(), "a b c ");
}

TEST_F(ChunkTest, MoreThanOneChunkHolds) {
  note_ticks();
  background->on_message("mail", [&](Transaction& tx, const Message&) -> Result<Delivered> {
    TRY(count(tx, "all"));
    return Delivered();
  });
  for (int i = 0; i < 300; ++i) {
    arm(std::to_string(i), kStart);
    post(message(std::to_string(i), kStart));
  }
  background->start();
  ASSERT_TRUE(settle());
  EXPECT_THAT(happened.lines(), SizeIs(300));
  EXPECT_EQ(store->snapshot()->get(key("all"))->value(), std::string(300, 'x'));
  EXPECT_THAT(background->recent(1000), Each(testing::Field(&Ran::ok, true)));
}

}  // namespace
}  // namespace orrery::background
