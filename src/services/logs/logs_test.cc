#include "services/logs/logs.h"

#include "services/logs/operations.h"
#include "services/testing.h"
#include "store/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::logs {
namespace {

using testing::ElementsAre;

const Instant kStart = instant_from_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z
constexpr std::int64_t kStart_ms = 1'767'225'600'000;

class LogsTest : public testing::Test {
 protected:
  LogsTest() {
    clock.freeze(kStart);
    register_background(logs);
    background->start();
  }
  ~LogsTest() override { background->stop(); }

  template <class F>
  auto act(F&& body) {
    return store->transact([&](Transaction& tx) {
      Call call;
      call.account = "123456789012";
      call.region = "us-east-1";
      call.now = clock.now();
      return body(call, tx);
    });
  }
  void group(const std::string& name) {
    CreateLogGroupRequest input;
    input.logGroupName = name;
    ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return create_log_group(call, tx, input); }));
  }
  void stream(const std::string& group, const std::string& name) {
    ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return create_log_stream(call, tx, {group, name}); }));
  }
  Result<PutLogEventsResponse> put(const std::string& group, const std::string& stream,
                                   std::vector<InputLogEvent> events) {
    PutLogEventsRequest input;
    input.logGroupName = group;
    input.logStreamName = stream;
    input.logEvents = std::move(events);
    return act([&](Call& call, Transaction& tx) { return put_log_events(logs, call, tx, input); });
  }
  GetLogEventsResponse get(GetLogEventsRequest input) {
    const auto output = act([&](Call& call, Transaction& tx) { return get_log_events(call, tx, input); });
    EXPECT_TRUE(output);
    return output ? *output : GetLogEventsResponse{};
  }
  FilterLogEventsResponse filter(FilterLogEventsRequest input) {
    const auto output = act([&](Call& call, Transaction& tx) { return filter_log_events(call, tx, input); });
    EXPECT_TRUE(output) << output.error().message;
    return output ? *output : FilterLogEventsResponse{};
  }
  static std::vector<std::string> messages(const auto& output) {
    std::vector<std::string> messages;
    for (const auto& event : *output.events) messages.push_back(*event.message);
    return messages;
  }
  std::size_t rows(KeyKind kind) {
    std::size_t count = 0;
    const auto reader = store->snapshot();
    const auto cursor = reader->scan(prefix_range(KeyWriter(kind).take()));
    while (cursor->next()) ++count;
    return count;
  }

  std::unique_ptr<Store> store = make_memory_store();
  Clock clock;
  std::unique_ptr<Background> background = make_background(*store, clock);
  NoDispatcher dispatcher;
  Logs logs{*store, *background, dispatcher, clock};
};

TEST_F(LogsTest, TokensRepeatAtTheEnds) {
  group("g");
  stream("g", "s");
  ASSERT_TRUE(put("g", "s", {{kStart_ms, "a"}, {kStart_ms, "b"}, {kStart_ms + 1, "c"}}));
  GetLogEventsRequest input;
  input.logGroupName = "g";
  input.logStreamName = "s";
  input.limit = 2;
  const auto last = get(input);
  EXPECT_THAT(messages(last), ElementsAre("b", "c"));
  input.nextToken = last.nextBackwardToken;
  const auto before = get(input);
  EXPECT_THAT(messages(before), ElementsAre("a"));
  input.nextToken = before.nextBackwardToken;
  const auto none = get(input);
  EXPECT_TRUE(messages(none).empty());
  EXPECT_EQ(none.nextBackwardToken, input.nextToken);
  input.nextToken = last.nextForwardToken;
  EXPECT_EQ(get(input).nextForwardToken, input.nextToken);
  ASSERT_TRUE(put("g", "s", {{kStart_ms + 1, "d"}}));
  EXPECT_THAT(messages(get(input)), ElementsAre("d"));
}

TEST_F(LogsTest, FilterInterleavesStreamsAndPages) {
  group("g");
  for (const char* name : {"a", "b", "other"}) stream("g", name);
  ASSERT_TRUE(put("g", "a", {{kStart_ms, "one"}, {kStart_ms + 2, "three"}}));
  ASSERT_TRUE(put("g", "b", {{kStart_ms + 1, "two"}}));
  ASSERT_TRUE(put("g", "other", {{kStart_ms + 1, "else"}}));
  FilterLogEventsRequest input;
  input.logGroupName = "g";
  input.logStreamNames = {"a", "b"};
  input.limit = 2;
  const auto first = filter(input);
  EXPECT_THAT(messages(first), ElementsAre("one", "two"));
  input.nextToken = first.nextToken;
  const auto second = filter(input);
  EXPECT_THAT(messages(second), ElementsAre("three"));
  EXPECT_FALSE(second.nextToken);
  FilterLogEventsRequest one;
  one.logGroupIdentifier = "arn:aws:logs:us-east-1:123456789012:log-group:g:*";
  one.logStreamNames = {"a"};
  one.startTime = kStart_ms + 1;
  EXPECT_THAT(messages(filter(one)), ElementsAre("three"));
  one.logStreamNames.reset();
  one.startTime.reset();
  one.endTime = kStart_ms + 1;
  one.filterPattern = "-else";
  one.startFromHead = false;
  EXPECT_THAT(messages(filter(one)), ElementsAre("two", "one"));
}

TEST_F(LogsTest, RejectsWhatIsTooOldOrTooNew) {
  group("g");
  stream("g", "s");
  EXPECT_EQ(put("g", "s", {{kStart_ms, "a"}, {kStart_ms - 1, "b"}}).error().message,
            "Log events in a single PutLogEvents request must be in chronological order.");
  EXPECT_EQ(put("g", "none", {{kStart_ms, "a"}}).error().message, "The specified log stream does not exist.");
  EXPECT_EQ(put("none", "s", {{kStart_ms, "a"}}).error().message, "The specified log group does not exist.");
  const auto output =
      put("g", "s", {{kStart_ms - 15 * kDay_ms, "old"}, {kStart_ms, "now"}, {kStart_ms + 3 * 3600 * 1000, "new"}});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->rejectedLogEventsInfo->tooOldLogEventEndIndex, 1);
  EXPECT_EQ(output->rejectedLogEventsInfo->tooNewLogEventStartIndex, 2);
  EXPECT_EQ(rows(KeyKind::LogEvent), 1U);
}

TEST_F(LogsTest, RetentionHidesAndErases) {
  group("g");
  stream("g", "s");
  ASSERT_TRUE(put("g", "s", {{kStart_ms, "a"}}));
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return put_retention_policy(logs, call, tx, {"g", 3}); }));
  ASSERT_TRUE(background->advance(std::chrono::hours(71), Millis(20'000)));
  FilterLogEventsRequest input;
  input.logGroupName = "g";
  EXPECT_THAT(messages(filter(input)), ElementsAre("a"));
  ASSERT_TRUE(background->advance(std::chrono::hours(30), Millis(20'000)));
  EXPECT_TRUE(messages(filter(input)).empty());
  EXPECT_EQ(rows(KeyKind::LogEvent), 0U);
  EXPECT_EQ(rows(KeyKind::LogByStream), 0U);
  EXPECT_FALSE(act([&](Call& call, Transaction& tx) { return put_retention_policy(logs, call, tx, {"g", 2}); }));
}

TEST_F(LogsTest, DeletingLeavesNothing) {
  group("g");
  for (const char* name : {"a", "b"}) stream("g", name);
  std::vector<InputLogEvent> many(3000, {kStart_ms, "x"});
  ASSERT_TRUE(put("g", "a", many));
  ASSERT_TRUE(put("g", "b", {{kStart_ms, "y"}}));
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return delete_log_stream(logs, call, tx, {"g", "a"}); }));
  FilterLogEventsRequest input;
  input.logGroupName = "g";
  EXPECT_THAT(messages(filter(input)), ElementsAre("y"));
  ASSERT_TRUE(background->advance(Millis(1), Millis(20'000)));
  EXPECT_EQ(rows(KeyKind::LogEvent), 1U);
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return delete_log_group(logs, call, tx, {"g"}); }));
  group("g");  // made anew at once: empty
  EXPECT_TRUE(messages(filter(input)).empty());
  ASSERT_TRUE(background->advance(Millis(1), Millis(20'000)));
  EXPECT_EQ(rows(KeyKind::LogEvent), 0U);
  EXPECT_EQ(rows(KeyKind::LogStream), 0U);
  EXPECT_EQ(rows(KeyKind::LogGroup), 1U);
}

TEST_F(LogsTest, ListsPage) {
  for (const char* name : {"/a/1", "/a/2", "/b"}) group(name);
  DescribeLogGroupsRequest groups;
  groups.logGroupNamePrefix = "/a";
  groups.limit = 1;
  const auto first = act([&](Call& call, Transaction& tx) { return describe_log_groups(call, tx, groups); });
  ASSERT_TRUE(first);
  EXPECT_EQ(first->logGroups->at(0).arn, "arn:aws:logs:us-east-1:123456789012:log-group:/a/1:*");
  groups.nextToken = first->nextToken;
  const auto second = act([&](Call& call, Transaction& tx) { return describe_log_groups(call, tx, groups); });
  ASSERT_TRUE(second);
  EXPECT_EQ(second->logGroups->at(0).logGroupName, "/a/2");
  EXPECT_FALSE(second->nextToken);

  for (const char* name : {"x", "y", "z"}) stream("/b", name);
  ASSERT_TRUE(put("/b", "y", {{kStart_ms, "m"}}));
  DescribeLogStreamsRequest streams;
  streams.logGroupName = "/b";
  streams.orderBy = "LastEventTime";
  streams.descending = true;
  streams.limit = 2;
  const auto latest = act([&](Call& call, Transaction& tx) { return describe_log_streams(call, tx, streams); });
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->logStreams->at(0).logStreamName, "y");
  EXPECT_EQ(latest->logStreams->at(0).lastEventTimestamp, kStart_ms);
  EXPECT_EQ(latest->logStreams->at(1).logStreamName, "z");
  streams.nextToken = latest->nextToken;
  const auto rest = act([&](Call& call, Transaction& tx) { return describe_log_streams(call, tx, streams); });
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->logStreams->at(0).logStreamName, "x");
}

}  // namespace
}  // namespace orrery::logs
