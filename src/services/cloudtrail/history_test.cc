#include "services/cloudtrail/history.h"

#include "store/store.h"

#include <gtest/gtest.h>

namespace orrery::cloudtrail {
namespace {

const Recipient kMine{"123456789012", "us-east-1"};
const Instant kStart = instant_from_ms(1'700'000'000'000);

class HistoryTest : public ::testing::Test {
 protected:
  std::string add(History& history, Instant at) {
    StoredEvent event;
    event.id = "e" + std::to_string(++last_);
    event.at = at;
    std::string key = event_key(kMine, event, static_cast<Sequence>(last_));
    EXPECT_TRUE(store_->transact([&](Transaction& tx) { return tx.put(key, "x"); }));
    history.added(kMine, key, at);
    return key;
  }
  void add(History& history, int count, Instant at) {
    for (int i = 0; i < count; ++i) add(history, at);
  }
  std::int64_t kept() {
    std::int64_t count = 0;
    const auto reader = store_->snapshot();
    const auto cursor = reader->scan(prefix_range(events_prefix(kMine.account, kMine.region)));
    while (cursor->next()) ++count;
    return count;
  }
  bool has(const std::string& key) { return store_->snapshot()->get(key)->has_value(); }

  std::unique_ptr<Store> store_ = make_memory_store();
  int last_ = 0;
};

TEST_F(HistoryTest, TooOldOnesGo) {
  History history(*store_);
  const std::string first = add(history, kStart);
  const std::string later = add(history, kStart + std::chrono::hours(24 * 80));
  add(history, 300, kStart + std::chrono::hours(24 * 91));
  EXPECT_FALSE(has(first));
  EXPECT_TRUE(has(later));
  EXPECT_EQ(kept(), 301);
}

TEST_F(HistoryTest, OldestOfTooManyGo) {
  History history(*store_);
  const std::string first = add(history, kStart);
  add(history, static_cast<int>(kMostEvents) + 2000, kStart + std::chrono::seconds(1));
  EXPECT_FALSE(has(first));
  EXPECT_LE(kept(), kMostEvents + 256);
  EXPECT_GE(kept(), kMostEvents);
}

TEST_F(HistoryTest, CountsWhatWasThereBefore) {
  {
    History before(*store_);
    add(before, static_cast<int>(kMostEvents), kStart);
  }
  History history(*store_);
  add(history, 600, kStart + std::chrono::seconds(1));
  EXPECT_LE(kept(), kMostEvents + 256);
  EXPECT_GE(kept(), kMostEvents);
}

TEST_F(HistoryTest, ThoseBeforeAClockThatWasTurnedBackGoFirst) {
  History history(*store_);
  add(history, static_cast<int>(kMostEvents) + 1000, kStart);
  const std::string earlier = add(history, kStart - std::chrono::hours(1));
  add(history, 300, kStart);
  EXPECT_FALSE(has(earlier));
}

}  // namespace
}  // namespace orrery::cloudtrail
