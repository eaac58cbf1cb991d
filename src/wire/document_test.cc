#include "shapes/lambda.h"
#include "shapes/logs.h"
#include "wire/protocol.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

TEST(Document, RoundTrip) {
  lambda::InvocationRequest input;
  input.FunctionName = "f";
  input.InvocationType = "Event";
  input.Payload = std::string("\x00\xff", 2);
  const json::value document = to_document(shape_for<lambda::InvocationRequest>(), &input);
  EXPECT_EQ(to_text(document), R"({"FunctionName":"f","InvocationType":"Event","Payload":"AP8="})");
  lambda::InvocationRequest back;
  ASSERT_TRUE(from_document(shape_for<lambda::InvocationRequest>(), document, &back, true));
  EXPECT_EQ(back.Payload, input.Payload);
  EXPECT_EQ(back.FunctionName, "f");
}

TEST(Document, StrictnessAndTypes) {
  const Shape& shape = shape_for<logs::PutLogEventsRequest>();
  logs::PutLogEventsRequest input;
  const auto read = [&](std::string_view text, bool strict) {
    input = {};
    return from_document(shape, *parse_json(text), &input, strict);
  };
  const char* good = R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"}]})";
  ASSERT_TRUE(read(good, true));
  EXPECT_EQ(input.logEvents[0].message, "m");
  const char* unknown = R"({"logGroupName":"g","logStreamName":"s","logEvents":[],"later":1})";
  EXPECT_TRUE(read(unknown, false));
  EXPECT_EQ(read(unknown, true).error().message, "Unknown member 'later' of PutLogEventsRequest");
  EXPECT_EQ(read(R"({"logGroupName":"g"})", true).error().code, "ValidationException");
  EXPECT_EQ(read(R"({"logEvents":[{"timestamp":"x"}]})", false).error().message,
            "Expected Timestamp at 'logEvents.1.member.timestamp'");
  EXPECT_FALSE(read("[]", false));
}

}  // namespace
}  // namespace orrery::wire
