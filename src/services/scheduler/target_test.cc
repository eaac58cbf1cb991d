#include "services/scheduler/target.h"

#include "services/scheduler/scheduler.h"
#include "services/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::scheduler {
namespace {

using testing::HasSubstr;

const Attributes kAttributes{"arn:aws:scheduler:us-east-1:123456789012:schedule/default/a",
                             instant_from_ms(1'767'225'600'000), 1};

// No operation runs: the table alone is looked at, the service's own.
class TargetTest : public testing::Test {
 protected:
  Result<Invocation> of(const std::string& arn, const std::string& input = "") {
    Target target;
    target.Arn = arn;
    target.RoleArn = "arn:aws:iam::123456789012:role/r";
    if (!input.empty()) target.Input = input;
    return invocation_of(services, target, kAttributes);
  }
  std::string refusal(const std::string& arn, const std::string& input = "") {
    const auto invocation = of(arn, input);
    if (!invocation) return invocation.error().code + ": " + invocation.error().message;
    const auto fits = universal::check_input(services, *invocation);
    return fits ? "" : fits.error().code + ": " + fits.error().message;
  }

  std::unique_ptr<Store> store = make_memory_store();
  Clock clock;
  std::unique_ptr<Background> background = make_background(*store, clock);
  NoDispatcher dispatcher;
  Scheduler scheduler{*background, dispatcher, clock};
  std::vector<Service> services{scheduler_service(scheduler)};
};

TEST_F(TargetTest, AUniversalTargetIsAnOperationAndItsRequest) {
  const auto group = of("arn:aws:scheduler:::aws-sdk:scheduler:createScheduleGroup",
                        R"({"Name":"g","Tags":[{"Key":"at","Value":"<aws.scheduler.scheduled-time>"}]})");
  ASSERT_TRUE(group) << group.error().message;
  EXPECT_EQ(group->service + ":" + group->operation, "scheduler:CreateScheduleGroup");
  EXPECT_EQ(group->label, "scheduler:createScheduleGroup");
  EXPECT_EQ(to_text(group->input), R"({"Name":"g","Tags":[{"Key":"at","Value":"2026-01-01T00:00:00Z"}]})");
}

TEST_F(TargetTest, WhatIsNoUniversalTarget) {
  EXPECT_THAT(refusal("arn:aws:scheduler:::aws-sdk:sqs:sendMessage"), HasSubstr("Orrery has no service sqs"));
  EXPECT_THAT(refusal("arn:aws:scheduler:::aws-sdk:events:putEvents"), HasSubstr("Orrery has no service events"));
  EXPECT_THAT(refusal("arn:aws:scheduler:::aws-sdk:scheduler:listSchedules"), HasSubstr("the action only reads"));
  EXPECT_THAT(refusal("arn:aws:scheduler:::aws-sdk:scheduler:makeSchedule"), HasSubstr("has no operation"));
  EXPECT_THAT(refusal("arn:aws:scheduler:::aws-sdk:scheduler:CreateScheduleGroup"), HasSubstr("has no operation"));
  EXPECT_THAT(refusal("arn:aws:scheduler:::aws-sdk:scheduler"), HasSubstr("not in correct format"));
  EXPECT_THAT(refusal("nonsense"), HasSubstr("not in correct format"));
  EXPECT_THAT(refusal("arn:aws:states:us-east-1:123456789012:stateMachine:m"),
              HasSubstr("Orrery has no service states"));
}

TEST_F(TargetTest, ARequestThatDoesNotFit) {
  const char* arn = "arn:aws:scheduler:::aws-sdk:scheduler:createSchedule";
  EXPECT_EQ(refusal(arn),
            "ValidationException: Invalid RequestJson provided. Reason Request payload is missing the following "
            "field(s): Name, ScheduleExpression, Target, FlexibleTimeWindow.");
  EXPECT_THAT(refusal(arn, "["), HasSubstr("Invalid RequestJson provided."));
  const char* group = "arn:aws:scheduler:::aws-sdk:scheduler:createScheduleGroup";
  EXPECT_THAT(refusal(group, R"({"Name":"g","Nam":1})"), HasSubstr("The field 'Nam' is not one of"));
  EXPECT_THAT(refusal(group, R"({"name":"g"})"), HasSubstr("missing the following field(s): Name."));
  EXPECT_THAT(refusal(group, R"({"Name":["g"]})"), HasSubstr("Invalid RequestJson provided."));
}

TEST_F(TargetTest, AFunctionGetsTheInputOrANotification) {
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
  const auto with = of(arn, R"({"n":<aws.scheduler.attempt-number>})");
  ASSERT_TRUE(with);
  EXPECT_EQ(with->service + ":" + with->operation, "lambda:InvokeAsync");
  EXPECT_EQ(to_text(with->input), R"({"FunctionName":")" + arn + R"(","InvokeArgs":"eyJuIjoxfQ=="})");
  EXPECT_TRUE(of(arn));
  EXPECT_THAT(refusal(arn, "not JSON"), HasSubstr("must be well-formed JSON"));
}

TEST_F(TargetTest, ABusGetsAnEvent) {
  Target target;
  target.Arn = "arn:aws:events:us-east-1:123456789012:event-bus/default";
  EXPECT_THAT(invocation_of(services, target, kAttributes).error().message, HasSubstr("EventBridgeParameters"));
  target.EventBridgeParameters.emplace();
  target.EventBridgeParameters->Source = "mine";
  target.EventBridgeParameters->DetailType = "tick";
  const auto event = invocation_of(services, target, kAttributes);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->service + ":" + event->operation, "events:PutEvents");
  EXPECT_THAT(to_text(event->input), HasSubstr(R"(\"source\":\"aws.scheduler\")"));
  target.Arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
  EXPECT_THAT(invocation_of(services, target, kAttributes).error().message,
              HasSubstr("EventBridgeParameters is not supported for the target"));
}

}  // namespace
}  // namespace orrery::scheduler
