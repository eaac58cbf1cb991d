#include "services/events/fixture.h"
#include "services/events/rules/scheduling.h"

namespace orrery::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(EventsTest, TicksReachTheFunctionInOrderWithTheDocumentedEnvelope) {
  ASSERT_TRUE(rule("daily", "cron(0 17 * * ? *)"));
  ASSERT_TRUE(target("daily", "one", kFunction));
  const auto ran = background->advance(std::chrono::hours(72), Millis(20'000));
  ASSERT_TRUE(ran);
  EXPECT_THAT(dispatcher.times(), ElementsAre("2026-01-01T17:00:00Z", "2026-01-02T17:00:00Z", "2026-01-03T17:00:00Z"));
  EXPECT_EQ(dispatcher.asked()[0], std::string("lambda:InvokeAsync events.amazonaws.com "
                                               "arn:aws:events:us-east-1:123456789012:rule/daily ") +
                                       kFunction);
  const auto event = parse_json(dispatcher.payloads()[0]);
  EXPECT_EQ(find_string(*event, "detail-type"), "Scheduled Event");
  EXPECT_EQ(find_string(*event, "source"), "aws.events");
  EXPECT_EQ(find_string(*event, "id")->size(), 36U);
  EXPECT_THAT(dispatcher.payloads()[0],
              HasSubstr(R"("resources":["arn:aws:events:us-east-1:123456789012:rule/daily"],"detail":{}})"));
  EXPECT_EQ(ran->back().summary, "rule daily -> export: queued");
}

TEST_F(EventsTest, ARateFirstFiresOnePeriodLater) {
  ASSERT_TRUE(rule("often", "rate(5 minutes)"));
  ASSERT_TRUE(target("often", "one", kFunction));
  ASSERT_TRUE(background->advance(std::chrono::minutes(11), Millis(20'000)));
  EXPECT_THAT(dispatcher.times(), ElementsAre("2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z"));
}

TEST_F(EventsTest, AfterDowntimeTheLatestMissedTickFiresOnce) {
  ASSERT_TRUE(rule("often", "cron(0/1 * * * ? *)"));
  ASSERT_TRUE(target("often", "one", kFunction));
  clock.freeze(kStart + std::chrono::hours(24 * 30) + std::chrono::seconds(30));
  settle();
  EXPECT_THAT(dispatcher.times(), ElementsAre("2026-01-31T00:00:00Z"));
  ASSERT_TRUE(background->advance(std::chrono::minutes(1), Millis(20'000)));
  EXPECT_EQ(dispatcher.times().back(), "2026-01-31T00:01:00Z");
}

TEST_F(EventsTest, DisabledAndDeletedRulesDoNotFire) {
  ASSERT_TRUE(rule("off", "rate(1 minute)"));
  ASSERT_TRUE(target("off", "one", kFunction));
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return disable_rule(events, call, tx, {"off", std::nullopt}); }));
  ASSERT_TRUE(background->advance(std::chrono::minutes(5), Millis(20'000)));
  EXPECT_TRUE(dispatcher.asked().empty());
  EXPECT_TRUE(background->upcoming(10).empty());
  const auto refused = act([&](Call& call, Transaction& tx) {
    return delete_rule(events, call, tx, {"off", std::nullopt, std::nullopt});
  });
  EXPECT_EQ(refused.error().message, "Rule can't be deleted since it has targets.");
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return enable_rule(events, call, tx, {"off", std::nullopt}); }));
  EXPECT_EQ(background->upcoming(10).size(), 1U);
}

TEST_F(EventsTest, ARefusalIsReportedAndNotTriedAgain) {
  dispatcher.error = api_error("AccessDenied", "no statement allows lambda:InvokeFunction", 403);
  ASSERT_TRUE(rule("often", "rate(1 hour)"));
  ASSERT_TRUE(target("often", "one", kFunction));
  const auto ran = background->advance(std::chrono::minutes(61), Millis(20'000));
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->back().summary,
            "rule often -> export: dropped, AccessDenied: no statement allows lambda:InvokeFunction");
  EXPECT_FALSE(ran->back().ok);
  EXPECT_EQ(dispatcher.asked().size(), 1U);
}

TEST_F(EventsTest, OtherErrorsAreTriedAgain) {
  dispatcher.error = api_error("TooManyRequestsException", "Rate exceeded", 429);
  ASSERT_TRUE(rule("hourly", "rate(1 hour)"));
  ASSERT_TRUE(target("hourly", "one", kFunction));
  ASSERT_TRUE(background->advance(std::chrono::minutes(60) + std::chrono::seconds(4), Millis(20'000)));
  EXPECT_GE(dispatcher.asked().size(), 2U);
}

TEST_F(EventsTest, PutEventsMatchesPatternsAndKeepsTheDetailAsGiven) {
  ASSERT_TRUE(rule("orders", "", R"({"source":["shop"],"detail":{"total":[{"numeric":[">",10]}]}})"));
  ASSERT_TRUE(target("orders", "one", kFunction));
  PutEventsRequest input;
  input.Entries.resize(5);
  for (auto& entry : input.Entries) {
    entry.Source = "shop";
    entry.DetailType = "order";
    entry.Detail = R"({"total": 5})";
  }
  input.Entries[1].Detail = R"({"total": 12.50})";
  input.Entries[2].Detail = "[1]";
  input.Entries[3].Source.reset();
  input.Entries[4].Source = "aws.ec2";
  const auto output = act([&](Call& call, Transaction& tx) { return put_events(events, call, tx, input); });
  ASSERT_TRUE(output);
  EXPECT_EQ(output->FailedEntryCount, 3);
  EXPECT_EQ(output->Entries->at(2).ErrorCode, "MalformedDetail");
  EXPECT_EQ(output->Entries->at(3).ErrorMessage,
            "Parameter Source is not valid. Reason: Source is a required argument.");
  settle();
  ASSERT_EQ(dispatcher.payloads().size(), 1U);
  EXPECT_THAT(dispatcher.payloads()[0], HasSubstr(R"("detail":{"total": 12.50})"));
}

TEST_F(EventsTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(rule("x", "").error().message, "Parameter(s) EventPattern or ScheduleExpression must be specified.");
  EXPECT_EQ(rule("x", "every day").error().message, "Parameter ScheduleExpression is not valid.");
  EXPECT_EQ(rule("x", "", "{").error().code, "InvalidEventPatternException");
  EXPECT_EQ(target("none", "t", kFunction).error().message, "Rule none does not exist on EventBus default.");
  ASSERT_TRUE(rule("x", "rate(1 day)"));
  const auto machine = target("x", "t", "arn:aws:states:us-east-1:123456789012:stateMachine:m");
  ASSERT_TRUE(machine);
  EXPECT_EQ(machine->FailedEntryCount, 1);
  for (const char* id : {"1", "2", "3", "4", "5"}) ASSERT_TRUE(target("x", id, kFunction));
  EXPECT_EQ(target("x", "6", kFunction).error().code, "LimitExceededException");
}

}  // namespace
}  // namespace orrery::events
