#include "services/lambda/invocation/pipe.h"

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

TEST(Pipe, PiecesComeInOrderAndThenTheEnd) {
  const auto pipe = std::make_shared<Pipe>();
  PipeBody body(pipe);
  EXPECT_FALSE(body.ready());
  int called = 0;
  body.when_ready([&] { ++called; });
  pipe->push("");
  EXPECT_EQ(called, 0);
  pipe->push("one");
  pipe->push("two");
  EXPECT_EQ(called, 1);
  EXPECT_EQ(pipe->backlog(), 6U);
  EXPECT_EQ(*body.next(), "one");
  EXPECT_EQ(*body.next(), "two");
  EXPECT_FALSE(body.ready());
  body.when_ready([&] { ++called; });
  pipe->end();
  EXPECT_EQ(called, 2);
  EXPECT_EQ(*body.next(), "");
}

TEST(Pipe, WhatNobodyReadsIsDropped) {
  const auto pipe = std::make_shared<Pipe>();
  { PipeBody body(pipe); }
  pipe->push("lost");
  EXPECT_EQ(pipe->backlog(), 0U);
}

}  // namespace
}  // namespace orrery::lambda
