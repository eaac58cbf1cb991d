#include "services/scheduler/attributes.h"

#include <gtest/gtest.h>

namespace orrery::scheduler {
namespace {

const Attributes kAttributes{"arn:aws:scheduler:us-east-1:123456789012:schedule/default/a",
                             instant_from_ms(1'647'975'583'000), 3};

TEST(Attributes, AreReplacedWhereverTheyStand) {
  EXPECT_EQ(substitute(R"({"a":"<aws.scheduler.schedule-arn>","t":"at <aws.scheduler.scheduled-time>!"})", kAttributes),
            R"({"a":"arn:aws:scheduler:us-east-1:123456789012:schedule/default/a","t":"at 2022-03-22T18:59:43Z!"})");
  EXPECT_EQ(substitute("<aws.scheduler.attempt-number><aws.scheduler.attempt-number>", kAttributes), "33");
  EXPECT_EQ(substitute("<aws.scheduler.execution-id>", kAttributes), kAttributes.execution_id());
}

TEST(Attributes, OtherTextStays) {
  for (const char* text : {"", "<", "<aws.scheduler.", "<aws.scheduler.>", "<aws.scheduler.nothing>",
                           "<aws.scheduler.attempt-number", "<AWS.SCHEDULER.ATTEMPT-NUMBER>", "a < b > c"}) {
    EXPECT_EQ(substitute(text, kAttributes), text);
  }
  EXPECT_EQ(substitute("<aws.scheduler.<aws.scheduler.attempt-number>", kAttributes), "<aws.scheduler.3");
}

TEST(Attributes, EachAttemptHasAnIdOfItsOwn) {
  Attributes next = kAttributes;
  EXPECT_EQ(next.execution_id(), kAttributes.execution_id());
  EXPECT_EQ(next.execution_id().size(), 16U);
  next.attempt = 4;
  EXPECT_NE(next.execution_id(), kAttributes.execution_id());
  EXPECT_EQ(event_id(next), event_id(kAttributes));
  EXPECT_EQ(event_id(next).size(), 36U);
}

}  // namespace
}  // namespace orrery::scheduler
