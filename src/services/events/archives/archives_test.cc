#include "services/events/archives/archiving.h"
#include "services/events/fixture.h"
#include "store/key.h"

namespace orrery::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kBus[] = "arn:aws:events:us-east-1:123456789012:event-bus/default";
constexpr char kArchive[] = "arn:aws:events:us-east-1:123456789012:archive/kept";

class ArchivesTest : public EventsTest {
 protected:
  Result<CreateArchiveResponse> archive(std::int64_t days = 0, const std::string& pattern = "") {
    CreateArchiveRequest input;
    input.ArchiveName = "kept";
    input.EventSourceArn = kBus;
    input.RetentionDays = days;
    if (!pattern.empty()) input.EventPattern = pattern;
    return act([&](Call& call, Transaction& tx) { return create_archive(events, call, tx, input); });
  }
  DescribeArchiveResponse described() {
    const auto shown = act([&](Call& call, Transaction& tx) { return describe_archive(call, tx, {"kept"}); });
    EXPECT_TRUE(shown);
    return shown ? *shown : DescribeArchiveResponse{};
  }
  StartReplayRequest whole(const std::string& name) const {
    StartReplayRequest input;
    input.ReplayName = name;
    input.EventSourceArn = kArchive;
    input.EventStartTime = kStart - std::chrono::hours(1);
    input.EventEndTime = kStart + std::chrono::hours(24 * 365);
    input.Destination.Arn = kBus;
    return input;
  }
  Result<StartReplayResponse> start(const StartReplayRequest& input) {
    return act([&](Call& call, Transaction& tx) { return start_replay(events, call, tx, input); });
  }
  DescribeReplayResponse replay(const std::string& name) {
    const auto shown = act([&](Call& call, Transaction& tx) { return describe_replay(call, tx, {name}); });
    EXPECT_TRUE(shown);
    return shown ? *shown : DescribeReplayResponse{};
  }
  std::size_t archived() {
    const auto count = act([&](Call&, Transaction& tx) -> Result<std::size_t> {
      std::size_t n = 0;
      const auto cursor = tx.scan(prefix_range(std::string(1, static_cast<char>(KeyKind::ArchivedEvent))));
      while (cursor->next()) ++n;
      return n;
    });
    return *count;
  }
};

TEST_F(ArchivesTest, KeepsWhatMatchesAndReplaysItInOrder) {
  ASSERT_TRUE(archive(0, R"({"source":["shop"]})"));
  ASSERT_TRUE(rule("r", "", R"({"source":[{"prefix":""}]})"));
  std::vector<std::string> expected;
  for (int i = 0; i < 250; ++i) {  // more than one step of a replay
    auto late = entry("shop", "{\"n\":" + std::to_string(i) + "}");
    late.Time = kStart + std::chrono::seconds((i * 7) % 250);  // not in order
    ASSERT_TRUE(put({late}));
  }
  ASSERT_TRUE(put({entry("bank")}));
  settle();
  EXPECT_EQ(described().EventCount, 250);
  ASSERT_TRUE(target("r", "t", kFunction));
  const auto started = start(whole("again"));
  ASSERT_TRUE(started);
  EXPECT_EQ(started->State, "STARTING");
  settle();
  auto times = dispatcher.times();
  ASSERT_EQ(times.size(), 250U);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  EXPECT_EQ(dispatcher.members("replay-name")[0], "again");
  EXPECT_EQ(replay("again").State, "COMPLETED");
  EXPECT_EQ(replay("again").EventLastReplayedTime, kStart + std::chrono::seconds(249));
  EXPECT_EQ(described().EventCount, 250);  // replayed events are not archived again
}

TEST_F(ArchivesTest, OnlyToTheChosenRulesAndTimes) {
  ASSERT_TRUE(archive());
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(rule(name, "", R"({"source":["shop"]})"));
    ASSERT_TRUE(target(name, "t", kFunction));
  }
  for (int i = 0; i < 3; ++i) {
    auto one = entry("shop");
    one.Time = kStart + std::chrono::minutes(i);
    ASSERT_TRUE(put({one}));
  }
  settle();
  ASSERT_EQ(dispatcher.payloads().size(), 6U);
  StartReplayRequest input = whole("some");
  input.EventStartTime = kStart + std::chrono::minutes(1);
  input.EventEndTime = kStart + std::chrono::minutes(1);
  EXPECT_THAT(start(input).error().message, HasSubstr("EventStartTime must be before EventEndTime."));
  input.EventEndTime = kStart + std::chrono::minutes(2);
  input.Destination.FilterArns = {"arn:aws:events:us-east-1:123456789012:rule/b"};
  ASSERT_TRUE(start(input));
  EXPECT_EQ(start(input).error().message, "Replay some already exists.");
  settle();
  EXPECT_EQ(dispatcher.payloads().size(), 8U);
  EXPECT_THAT(dispatcher.asked().back(), HasSubstr("rule/b "));
}

TEST_F(ArchivesTest, RetentionFollowsTheClock) {
  ASSERT_TRUE(archive(2));
  ASSERT_TRUE(put({entry("shop")}));
  ASSERT_TRUE(background->advance(std::chrono::hours(24), Millis(20'000)));
  ASSERT_TRUE(put({entry("shop")}));
  ASSERT_TRUE(background->advance(std::chrono::hours(23), Millis(20'000)));
  EXPECT_EQ(described().EventCount, 2);
  ASSERT_TRUE(background->advance(std::chrono::hours(2), Millis(20'000)));
  EXPECT_EQ(described().EventCount, 1);
  EXPECT_EQ(archived(), 1U);
  ASSERT_TRUE(background->advance(std::chrono::hours(48), Millis(20'000)));
  EXPECT_EQ(archived(), 0U);
}

TEST_F(ArchivesTest, TheManagedRuleIsTheArchives) {
  ASSERT_TRUE(archive());
  EXPECT_EQ(archive().error().message, "Archive kept already exists.");
  DescribeRuleRequest ask;
  ask.Name = "Events-Archive-kept";
  const auto shown = act([&](Call& call, Transaction& tx) { return describe_rule(call, tx, ask); });
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->ManagedBy, "prod.vhs.events.aws.internal");
  EXPECT_EQ(shown->EventPattern, R"({"replay-name":[{"exists":false}]})");
  EXPECT_EQ(rule("Events-Archive-kept", "", R"({"source":["x"]})").error().code, "ManagedRuleException");
  const auto disabled = act([&](Call& call, Transaction& tx) {
    return disable_rule(events, call, tx, {"Events-Archive-kept", {}});
  });
  EXPECT_EQ(disabled.error().code, "ManagedRuleException");
  ASSERT_TRUE(put({entry("shop")}));
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return delete_archive(events, call, tx, {"kept"}); }));
  settle();
  EXPECT_EQ(archived(), 0U);
  EXPECT_FALSE(act([&](Call& call, Transaction& tx) { return describe_rule(call, tx, ask); }));
  EXPECT_EQ(start(whole("late")).error().message,
            "Parameter EventSourceArn is not valid. Reason: Archive kept does not exist.");
}

TEST_F(ArchivesTest, AReplayIsCancelledAndForgotten) {
  ASSERT_TRUE(archive());
  background->stop();
  ASSERT_TRUE(start(whole("stopped")));
  const auto cancel = [&] {
    return act([&](Call& call, Transaction& tx) { return cancel_replay(call, tx, {"stopped"}); });
  };
  EXPECT_EQ(cancel()->State, "CANCELLING");
  EXPECT_EQ(cancel().error().code, "IllegalStatusException");
  const auto delivered = act([&](Call&, Transaction& tx) {
    Message message;
    message.id = "arn:aws:events:us-east-1:123456789012:replay/stopped";
    return replay_some(events, tx, message);
  });
  ASSERT_TRUE(delivered);
  EXPECT_EQ(replay("stopped").State, "CANCELLED");
  ASSERT_TRUE(act([&](Call&, Transaction& tx) {
    return forget_replay(tx,
                         {std::string(kForgetTimer), "arn:aws:events:us-east-1:123456789012:replay/stopped", {}, {}});
  }));
  const auto gone = act([&](Call& call, Transaction& tx) { return describe_replay(call, tx, {"stopped"}); });
  EXPECT_EQ(gone.error().message, "Replay stopped does not exist.");
}

}  // namespace
}  // namespace orrery::events
