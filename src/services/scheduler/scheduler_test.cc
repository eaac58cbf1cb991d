#include "services/scheduler/fixture.h"
#include "services/scheduler/invoking.h"

namespace orrery::scheduler {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(SchedulerTest, ATickInvokesTheTargetAsASessionOfItsRole) {
  ASSERT_TRUE(create(input("daily", "cron(0 17 * * ? *)")));
  const auto ran = advance(hours(48));
  EXPECT_THAT(dispatcher.inputs(), ElementsAre(R"(["2026-01-01T17:00:00Z",1])", R"(["2026-01-02T17:00:00Z",1])"));
  EXPECT_EQ(dispatcher.asked()[0], "lambda:InvokeAsync arn:aws:sts::123456789012:assumed-role/runner/daily");
  EXPECT_EQ(authorizer.last, std::string("scheduler.amazonaws.com sts:AssumeRole ") + kRole +
                                 " arn:aws:scheduler:us-east-1:123456789012:schedule-group/default");
  ASSERT_FALSE(ran.empty());
  EXPECT_EQ(ran.back().summary, "schedule default/daily -> lambda:function:export: done");
  EXPECT_EQ(background->upcoming(10).size(), 1U);
}

TEST_F(SchedulerTest, ARateRunsAtOnceAndAnUpdateOfItsTargetRepeatsNothing) {
  CreateScheduleInput often = input("often", "rate(10 minutes)");
  ASSERT_TRUE(create(often));
  settle();
  EXPECT_EQ(dispatcher.inputs().size(), 1U);
  often.Description = "other";
  ASSERT_TRUE(update(often));
  settle();
  EXPECT_EQ(dispatcher.inputs().size(), 1U);
  advance(minutes(15));
  EXPECT_EQ(dispatcher.inputs().back(), R"(["2026-01-01T00:10:00Z",1])");
  often.ScheduleExpression = "rate(1 hour)";
  ASSERT_TRUE(update(often));
  settle();
  EXPECT_EQ(dispatcher.inputs().back(), R"(["2026-01-01T00:15:00Z",1])");
}

TEST_F(SchedulerTest, ADisabledScheduleRestsAndGoesOnWithoutCatchingUp) {
  CreateScheduleInput hourly = input("hourly", "cron(0 * * * ? *)");
  ASSERT_TRUE(create(hourly));
  hourly.State = ScheduleState::DISABLED;
  ASSERT_TRUE(update(hourly));
  advance(minutes(150));
  EXPECT_TRUE(dispatcher.asked().empty());
  EXPECT_TRUE(background->upcoming(10).empty());
  hourly.State = ScheduleState::ENABLED;
  ASSERT_TRUE(update(hourly));
  advance(minutes(60));
  EXPECT_THAT(dispatcher.inputs(), ElementsAre(R"(["2026-01-01T03:00:00Z",1])"));
}

TEST_F(SchedulerTest, AfterDowntimeTheLatestMissedTickRunsOnce) {
  ASSERT_TRUE(create(input("minutely", "cron(* * * * ? *)")));
  clock.freeze(kStart + hours(24 * 30) + seconds(30));
  settle();
  EXPECT_THAT(dispatcher.inputs(), ElementsAre(R"(["2026-01-31T00:00:00Z",1])"));
}

TEST_F(SchedulerTest, AWindowMovesTheInvocationNotTheTick) {
  CreateScheduleInput loose = input("loose", "cron(0 12 * * ? *)");
  loose.FlexibleTimeWindow.Mode = FlexibleTimeWindowMode::FLEXIBLE;
  EXPECT_THAT(create(loose).error().message, HasSubstr("MaximumWindowInMinutes is required"));
  loose.FlexibleTimeWindow.MaximumWindowInMinutes = 60;
  ASSERT_TRUE(create(loose));
  const auto ran = advance(hours(24));
  ASSERT_EQ(ran.size(), 2U);
  EXPECT_EQ(ran[0].at, kStart + hours(12));
  EXPECT_EQ(ran[1].at, in_window("arn:aws:scheduler:us-east-1:123456789012:schedule/default/loose", ran[0].at, 60));
  EXPECT_THAT(dispatcher.inputs(), ElementsAre(R"(["2026-01-01T12:00:00Z",1])"));
}

TEST_F(SchedulerTest, AFailureIsTriedAgainAsThePolicySays) {
  CreateScheduleInput once = input("once", "at(2026-01-01T01:00:00)");
  once.Target.RetryPolicy.emplace();
  once.Target.RetryPolicy->MaximumRetryAttempts = 2;
  ASSERT_TRUE(create(once));
  dispatcher.error = api_error("TooManyRequestsException", "Rate exceeded", 429);
  const auto ran = advance(hours(2));
  EXPECT_THAT(dispatcher.inputs(), ElementsAre(R"(["2026-01-01T01:00:00Z",1])", R"(["2026-01-01T01:00:00Z",2])",
                                               R"(["2026-01-01T01:00:00Z",3])"));
  ASSERT_EQ(ran.size(), 4U);
  EXPECT_EQ(ran[2].at, kStart + hours(1) + seconds(1));
  EXPECT_EQ(ran[3].at, kStart + hours(1) + seconds(3));
  EXPECT_THAT(ran[2].summary, HasSubstr("put off, TooManyRequestsException: Rate exceeded"));
  EXPECT_THAT(ran[3].summary, HasSubstr("dropped, TooManyRequestsException: Rate exceeded"));
  EXPECT_FALSE(ran[3].ok);
}

TEST_F(SchedulerTest, WhatAFailedOperationWroteIsUndone) {
  ASSERT_TRUE(create(input("once", "at(2026-01-01T01:00:00)")));
  dispatcher.error = api_error("AccessDenied", "no", 403);
  advance(hours(2));
  EXPECT_EQ(dispatcher.asked().size(), 1U);
  EXPECT_FALSE(store->snapshot()->get("written")->has_value());
  dispatcher.error.reset();
  ASSERT_TRUE(create(input("again", "at(2026-01-01T03:00:00)")));
  advance(hours(2));
  EXPECT_TRUE(store->snapshot()->get("written")->has_value());
}

TEST_F(SchedulerTest, ARoleThatTrustsTheSchedulerNoMore) {
  ASSERT_TRUE(create(input("daily", "cron(0 17 * * ? *)")));
  authorizer.allows = false;
  EXPECT_EQ(create(input("other", "cron(0 17 * * ? *)")).error().message,
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  const auto ran = advance(hours(24));
  EXPECT_TRUE(dispatcher.asked().empty());
  ASSERT_FALSE(ran.empty());
  EXPECT_THAT(ran.back().summary, HasSubstr("dropped, AccessDenied: not trusted"));
}

TEST_F(SchedulerTest, ACompleteScheduleGoesIfItSaysSo) {
  CreateScheduleInput once = input("once", "at(2026-01-01T01:00:00)");
  once.ActionAfterCompletion = ActionAfterCompletion::DELETE;
  ASSERT_TRUE(create(once));
  ASSERT_TRUE(create(input("kept", "at(2026-01-01T01:00:00)")));
  CreateScheduleInput thrice = input("thrice", "rate(1 hour)");
  thrice.EndDate = kStart + minutes(150);
  thrice.ActionAfterCompletion = ActionAfterCompletion::DELETE;
  ASSERT_TRUE(create(thrice));
  advance(minutes(90));
  EXPECT_FALSE(exists("once"));
  EXPECT_TRUE(exists("kept"));
  EXPECT_TRUE(exists("thrice"));
  advance(minutes(90));
  EXPECT_FALSE(exists("thrice"));
  EXPECT_EQ(dispatcher.asked().size(), 5U);
}

TEST_F(SchedulerTest, AScheduleOfTheSameNameIsNotTheOneThatWasDeleted) {
  CreateScheduleInput once = input("once", "at(2026-01-01T01:00:00)");
  dispatcher.error = api_error("TooManyRequestsException", "Rate exceeded", 429);
  ASSERT_TRUE(create(once));
  advance(minutes(60));
  DeleteScheduleInput gone;
  gone.Name = "once";
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return delete_schedule(scheduler, call, tx, gone); }));
  ASSERT_TRUE(create(input("once", "cron(0 17 * * ? *)")));
  const auto ran = advance(minutes(30));
  ASSERT_FALSE(ran.empty());
  EXPECT_THAT(ran.back().summary, HasSubstr("not invoked, it was deleted or disabled"));
  EXPECT_EQ(dispatcher.asked().size(), 1U);
}

TEST_F(SchedulerTest, AGroupTakesItsSchedulesWithIt) {
  CreateScheduleGroupInput group;
  group.Name = "g";
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return create_group(call, tx, group); }));
  for (int i = 0; i < 3; ++i) {
    CreateScheduleInput one = input("s" + std::to_string(i), "rate(1 day)");
    one.GroupName = "g";
    one.StartDate = kStart + hours(1);
    ASSERT_TRUE(create(one));
  }
  ASSERT_TRUE(create(input("s0", "cron(0 0 1 1 ? 2030)")));
  DeleteScheduleGroupInput gone;
  gone.Name = "g";
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return delete_group(scheduler, call, tx, gone); }));
  settle();
  EXPECT_FALSE(exists("s1", "g"));
  EXPECT_TRUE(exists("s0"));
  EXPECT_EQ(background->upcoming(10).size(), 1U);
  CreateScheduleInput late = input("late", "rate(1 day)");
  late.GroupName = "g";
  EXPECT_EQ(create(late).error().message, "Schedule group g does not exist.");
}

TEST_F(SchedulerTest, TheSameRequestAgainIsTheSameSchedule) {
  CreateScheduleInput once = input("once", "at(2026-01-01T01:00:00)");
  once.ClientToken = "t1";
  ASSERT_TRUE(create(once));
  EXPECT_TRUE(create(once));
  once.Description = "different";
  EXPECT_EQ(create(once).error().message, "Schedule once already exists.");
}

TEST(Retries, SpanTheAgeOfTheEvent) {
  const Error busy = api_error("ThrottlingException", "");
  EXPECT_EQ(retry_at(busy, 1, kStart, kStart, {}), kStart + seconds(1));
  EXPECT_EQ(retry_at(busy, 8, kStart, kStart, {}), kStart + seconds(128));
  EXPECT_EQ(retry_at(busy, 185, kStart, kStart, {}), kStart + seconds(480));
  EXPECT_EQ(retry_at(busy, 186, kStart, kStart, {}), std::nullopt);
  EXPECT_EQ(retry_at(busy, 2, kStart, kStart + hours(24), {}), std::nullopt);
  RetryPolicy none;
  none.MaximumRetryAttempts = 0;
  EXPECT_EQ(retry_at(busy, 1, kStart, kStart, none), std::nullopt);
  for (const char* code : {"AccessDenied", "ResourceNotFoundException", "ValidationException", "NotImplemented"}) {
    EXPECT_EQ(retry_at(api_error(code, ""), 1, kStart, kStart, {}), std::nullopt) << code;
  }
}

}  // namespace
}  // namespace orrery::scheduler
