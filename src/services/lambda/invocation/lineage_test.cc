#include "services/lambda/invocation/lineage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Instant kNow = instant_from_ms(1'767'225'600'000);
constexpr std::string_view kA = "arn:aws:lambda:us-east-1:000000000000:function:a";
constexpr std::string_view kB = "arn:aws:lambda:us-east-1:000000000000:function:b";

TEST(Lineage, AChainBeginsWithARoot) {
  Random random;
  const TraceStep step = step_into("", kA, random, kNow);
  EXPECT_THAT(step.trace_id, testing::MatchesRegex("Root=1-6955b900-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;"
                                                   "Lineage=1:[0-9a-f]{8}:1"));
  EXPECT_EQ(step.times, 1);
}

TEST(Lineage, WhatTheCallerSentIsKept) {
  Random random;
  const std::string sent = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  EXPECT_THAT(step_into(sent, kA, random, kNow).trace_id, StartsWith(sent + ";Lineage="));
  EXPECT_THAT(step_into("nonsense", kA, random, kNow).trace_id, HasSubstr("Root=1-"));
}

TEST(Lineage, EachFunctionIsCountedForItself) {
  Random random;
  std::string trace;
  for (int i = 1; i <= kMostLoops; ++i) {
    const TraceStep a = step_into(trace, kA, random, kNow);
    EXPECT_EQ(a.times, i);
    EXPECT_FALSE(a.loop());
    const TraceStep b = step_into(a.trace_id, kB, random, kNow);
    EXPECT_EQ(b.times, i);
    trace = b.trace_id;
  }
  EXPECT_TRUE(step_into(trace, kA, random, kNow).loop());
}

TEST(Lineage, AbsurdHeadersDoNoHarm) {
  Random random;
  for (const std::string& sent : {std::string(100'000, ';'), "Lineage=" + std::string(9'000, '|'),
                                  std::string("Lineage=1:x:99999999999999999999|::|1:2:3:4")}) {
    const TraceStep step = step_into(sent, kA, random, kNow);
    EXPECT_EQ(step.times, 1);
    EXPECT_LT(step.trace_id.size(), 4096U);
  }
}

}  // namespace
}  // namespace orrery::lambda
