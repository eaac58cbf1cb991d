#include "services/lambda/invocation/async.h"

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kNow = instant_from_ms(1'767'225'600'000);

TEST(Queue, FailuresAreTriedTwiceMore) {
  EXPECT_EQ(judge(Attempt::Failed, 1, 0, kNow, kNow, {}).retry_at, kNow + minutes(1));
  EXPECT_EQ(judge(Attempt::Failed, 2, 1, kNow, kNow, {}).retry_at, kNow + minutes(2));
  EXPECT_EQ(judge(Attempt::Failed, 3, 2, kNow, kNow, {}).condition, "RetriesExhausted");
  EventPolicy once;
  once.retries = 0;
  EXPECT_EQ(judge(Attempt::Failed, 1, 0, kNow, kNow, once).condition, "RetriesExhausted");
  EXPECT_EQ(judge(Attempt::Succeeded, 1, 0, kNow, kNow, {}).condition, "Success");
}

TEST(Queue, WhatDoesNotRunIsTriedUntilItIsTooOld) {
  EXPECT_EQ(judge(Attempt::NotRun, 0, 0, kNow, kNow, {}).retry_at, kNow + seconds(1));
  EXPECT_EQ(judge(Attempt::NotRun, 0, 3, kNow, kNow, {}).retry_at, kNow + seconds(8));
  EXPECT_EQ(judge(Attempt::NotRun, 0, 99, kNow, kNow, {}).retry_at, kNow + minutes(5));
  EXPECT_EQ(judge(Attempt::NotRun, 0, 99, kNow - hours(6), kNow, {}).condition, "EventAgeExceeded");
  EventPolicy minute;
  minute.most_age = minutes(1);
  EXPECT_EQ(judge(Attempt::NotRun, 0, 99, kNow - seconds(30), kNow, minute).retry_at, kNow + seconds(30));
}

QueuedEvent event() {
  QueuedEvent out;
  out.name = {"000000000000", "us-east-1", "f", "live"};
  out.payload = R"({"a":1})";
  out.trace_id = "Root=1-0-0";
  out.runs = 3;
  out.last = json::object{{"version", "7"}, {"error", "Unhandled"}, {"payload", json::object{{"errorMessage", "no"}}}};
  return out;
}

TEST(Queue, EventsComeBackAsTheyWere) {
  const auto read = decode_event(encode_event(event()));
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_event(*read), encode_event(event()));
  EXPECT_FALSE(decode_event("{}"));
}

TEST(Queue, TheRecordOfAnInvocation) {
  EXPECT_EQ(invocation_record(event(), "id", "RetriesExhausted", kNow),
            R"({"version":"1.0","timestamp":"2026-01-01T00:00:00.000Z","requestContext":{"requestId":"id",)"
            R"("functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f:live","condition":"RetriesExhausted",)"
            R"("approximateInvokeCount":3},"requestPayload":{"a":1},"responseContext":{"statusCode":200,)"
            R"("executedVersion":"7","functionError":"Unhandled"},"responsePayload":{"errorMessage":"no"}})");
  QueuedEvent waited = event();
  waited.name.qualifier.clear();
  waited.last = nullptr;
  waited.runs = 0;
  EXPECT_EQ(invocation_record(waited, "id", "EventAgeExceeded", kNow),
            R"({"version":"1.0","timestamp":"2026-01-01T00:00:00.000Z","requestContext":{"requestId":"id",)"
            R"("functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",)"
            R"("condition":"EventAgeExceeded","approximateInvokeCount":0},"requestPayload":{"a":1}})");
}

}  // namespace
}  // namespace orrery::lambda
