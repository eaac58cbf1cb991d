#include "services/dynamodb/expiry/expiry.h"

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/streams/streams.h"
#include "services/dynamodb/testing.h"

namespace orrery::dynamodb {
namespace {

using item::Value;
using testing::ElementsAre;

constexpr Millis kHour = std::chrono::hours(1);

class ExpiryTest : public DynamoDbTest {
 protected:
  Result<UpdateTimeToLiveOutput> set(bool enabled, const std::string& attribute = "ttl") {
    UpdateTimeToLiveInput input;
    input.TableName = "tab";
    input.TimeToLiveSpecification = {enabled, attribute};
    return run(&update_time_to_live, input);
  }
  std::int64_t now_s() { return epoch_ms(clock.now()) / 1000; }
  void put_until(const std::string& id, Value until) {
    put("tab", item::Item{{"id", Value::string(id)}, {"ttl", std::move(until)}});
  }
  void put_for(const std::string& id, std::int64_t seconds) {
    put_until(id, Value::number(*item::Decimal::parse(std::to_string(now_s() + seconds))));
  }
  bool there(const std::string& id) { return get("tab", item::Item{{"id", Value::string(id)}}).has_value(); }
  std::vector<LoggedChange> log() {
    std::vector<LoggedChange> out;
    const auto cursor = store->snapshot()->scan(prefix_range(std::string(1, static_cast<char>(KeyKind::TableChange))));
    while (cursor->next()) out.push_back(*decode_change(cursor->key(), cursor->value()));
    return out;
  }
  void advance(Millis span) {
    work();
    const auto ran = background->advance(span, Millis(20'000));
    ASSERT_TRUE(ran) << ran.error().message;
    call.now = clock.now();
  }
  void with_stream() {
    ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
      const TableName name = TRY(parse_table_name(call, "tab"));
      Table changed = *TRY(existing_table(tx, name));
      TRY(update_stream(service, call, tx, name, changed, {true, "NEW_AND_OLD_IMAGES"}));
      return put_table(tx, name, changed);
    }));
  }
};

TEST_F(ExpiryTest, IsTurnedOnAndOff) {
  create("tab");
  DescribeTimeToLiveInput input;
  input.TableName = "tab";
  const auto status = [&] { return *run(&describe_time_to_live, input)->TimeToLiveDescription; };
  EXPECT_EQ(status().TimeToLiveStatus, "DISABLED");
  EXPECT_EQ(set(false).error().message, "TimeToLive is already disabled");
  ASSERT_TRUE(set(true));
  EXPECT_EQ(status().TimeToLiveStatus, "ENABLED");
  EXPECT_EQ(status().AttributeName, "ttl");
  EXPECT_EQ(set(true).error().message, "TimeToLive is already enabled");
  EXPECT_EQ(set(false, "other").error().message,
            "TimeToLive is active on a different AttributeName: current AttributeName is ttl");
  ASSERT_TRUE(set(false));
  EXPECT_EQ(status().TimeToLiveStatus, "DISABLED");
  EXPECT_FALSE(status().AttributeName);
}

TEST_F(ExpiryTest, ItemsGoAtTheirTimeInOrderAndAsTheSystemsDoing) {
  create("tab");
  with_stream();
  ASSERT_TRUE(set(true));
  put_for("late", 7200);
  put_for("soon", 60);
  put_for("between", 3600);
  advance(Millis(59'000));
  EXPECT_TRUE(there("soon"));
  advance(Millis(1000));
  EXPECT_FALSE(there("soon"));
  EXPECT_TRUE(there("between"));
  const std::int64_t soon = now_s();
  advance(2 * kHour);
  const auto list = log();
  ASSERT_EQ(list.size(), 6U);
  std::vector<std::string> gone;
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_EQ(list[i].cause, Cause::TimeToLive);
    EXPECT_FALSE(list[i].next);
    gone.emplace_back(list[i].old->find("id")->string());
  }
  EXPECT_THAT(gone, ElementsAre("soon", "between", "late"));
  EXPECT_EQ(epoch_ms(list[4].at) / 1000, soon + 3540);
  EXPECT_EQ(stored(KeyKind::TableExpiry), 1U);  // what the timer is armed for: nothing
}

TEST_F(ExpiryTest, WhatHasNoSuchTimeStays) {
  create("tab");
  ASSERT_TRUE(set(true));
  put_until("text", Value::string(std::to_string(now_s() + 10)));
  put_until("fraction", Value::number(*item::Decimal::parse(std::to_string(now_s() + 10) + ".5")));
  put_until("milliseconds", Value::number(*item::Decimal::parse(std::to_string((now_s() + 10) * 1000))));
  put_for("ancient", -5LL * 366 * 86400);
  put_for("old", -4LL * 366 * 86400);
  put("tab", item::Item{{"id", Value::string("none")}});
  advance(Millis(60'000));
  for (const std::string id : {"text", "fraction", "milliseconds", "ancient", "none"}) EXPECT_TRUE(there(id)) << id;
  EXPECT_FALSE(there("old"));
}

TEST_F(ExpiryTest, AChangeOfTheTimeCounts) {
  create("tab");
  ASSERT_TRUE(set(true));
  put_for("longer", 60);
  put_for("longer", 600);
  put_for("never", 60);
  put("tab", item::Item{{"id", Value::string("never")}});
  put_for("shorter", 600);
  put_for("shorter", 60);
  advance(Millis(61'000));
  EXPECT_TRUE(there("longer"));
  EXPECT_TRUE(there("never"));
  EXPECT_FALSE(there("shorter"));
  advance(Millis(600'000));
  EXPECT_FALSE(there("longer"));
  EXPECT_TRUE(there("never"));
}

TEST_F(ExpiryTest, ItemsThatWereThereExpireToo) {
  create("tab");
  ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
    const auto table = TRY(table_for_items(tx, call, "tab"));
    for (int i = 0; i < 2500; ++i) {
      const item::Item item{{"id", Value::string(std::to_string(i))},
                            {"ttl", Value::number(item::Decimal(now_s() + 60 + i % 3))}};
      TRY(change_item({service, tx, call.now}, *table, TRY(item::key_of_item(table->keys, item)), std::nullopt, item));
    }
    return {};
  }));
  ASSERT_TRUE(set(true));
  advance(Millis(60'000));
  EXPECT_EQ(stored(KeyKind::TableItem), 1666U);
  advance(Millis(2000));
  EXPECT_EQ(stored(KeyKind::TableItem), 0U);
}

TEST_F(ExpiryTest, TurnedOffNothingExpires) {
  create("tab");
  ASSERT_TRUE(set(true));
  put_for("a", 60);
  ASSERT_TRUE(set(false));
  advance(kHour);
  EXPECT_TRUE(there("a"));
  EXPECT_EQ(stored(KeyKind::TableExpiry), 0U);
  ASSERT_TRUE(set(true));
  advance(Millis(1));
  EXPECT_FALSE(there("a"));
}

TEST_F(ExpiryTest, GoesWithItsTable) {
  create("tab");
  ASSERT_TRUE(set(true));
  put_for("a", 60);
  drop("tab");
  create("tab");
  put_for("a", 60);
  advance(kHour);
  EXPECT_TRUE(there("a"));
  EXPECT_EQ(stored(KeyKind::TableExpiry), 0U);
  EXPECT_TRUE(background->upcoming(10).empty());
}

TEST_F(ExpiryTest, TheTimerIsArmedForTheEarliestOnly) {
  create("tab");
  ASSERT_TRUE(set(true));
  work();
  put_for("b", 100);
  put_for("c", 200);
  const auto timers = background->upcoming(10);
  ASSERT_EQ(timers.size(), 1U);
  EXPECT_EQ(epoch_ms(timers[0].due), (now_s() + 100) * 1000);
  put_for("a", 50);
  EXPECT_EQ(epoch_ms(background->upcoming(10)[0].due), (now_s() + 50) * 1000);
}

}  // namespace
}  // namespace orrery::dynamodb
