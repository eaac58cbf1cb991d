#include "shapes/events.h"
#include "shapes/logs.h"
#include "wire/protocol_internal.h"
#include "wire/test_support.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

using testing::parse;
using testing::problem;

template <class T>
std::string failure(const ServiceModel& model, std::string_view operation, std::string body) {
  const Result<T> result = parse<T>(model, operation, {.body = std::move(body)});
  return result ? "(none)" : problem(result.error());
}

TEST(Json, ReadsNestedInput) {
  const auto input = parse<logs::PutLogEventsRequest>(
      logs::model(), "PutLogEvents",
      {.body = R"({"logGroupName":"g","logStreamName":"s\u00e9","unknown":{"a":[1,{"b":null}]},
                   "logEvents":[{"timestamp":1700000000123,"message":"a\"b"},{"message":"two","timestamp":2.0}],
                   "sequenceToken":null})"});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->logStreamName, "s\xc3\xa9");
  EXPECT_FALSE(input->sequenceToken);
  ASSERT_EQ(input->logEvents.size(), 2u);
  EXPECT_EQ(input->logEvents[0].timestamp, 1700000000123);
  EXPECT_EQ(input->logEvents[0].message, "a\"b");
  EXPECT_EQ(input->logEvents[1].timestamp, 2);
}

TEST(Json, ReadsTimestampsMapsAndEnums) {
  const auto events = parse<events::PutEventsRequest>(
      events::model(), "PutEvents",
      {.body = R"({"Entries":[{"Time":1700000000.5,"Source":"s","DetailType":"d","Detail":"{}"}]})"});
  ASSERT_TRUE(events) << problem(events.error());
  EXPECT_EQ(epoch_ms(*events->Entries[0].Time), 1700000000500);
  const auto group = parse<logs::CreateLogGroupRequest>(logs::model(), "CreateLogGroup",
                                                        {.body = R"({"logGroupName":"g","tags":{"b":"2","a":"1"}})"});
  ASSERT_TRUE(group) << problem(group.error());
  EXPECT_EQ(group->tags->at("a"), "1");
}

TEST(Json, RefusesMalformedDocuments) {
  for (const char* body :
       {"{", "[]", "\"x\"", "{\"logGroupName\":}", "{\"logGroupName\":\"g\"", "{\"logGroupName\":\"g\"} x",
        "{\"logGroupName\":\"\\ud800\"}", "{\"logGroupName\":\"\xff\"}", "null", "{\"a\" \"b\"}"}) {
    EXPECT_EQ(failure<logs::CreateLogGroupRequest>(logs::model(), "CreateLogGroup", body).substr(0, 22),
              "SerializationException")
        << body;
  }
}

TEST(Json, SaysWhatIsOfTheWrongType) {
  const auto of = [](std::string body) {
    return failure<logs::GetLogEventsRequest>(logs::model(), "GetLogEvents", std::move(body));
  };
  EXPECT_EQ(of(R"({"limit":"1"})"), "SerializationException: STRING_VALUE can not be converted to an Integer");
  EXPECT_EQ(of(R"({"limit":true})"), "SerializationException: TRUE_VALUE can not be converted to an Integer");
  EXPECT_EQ(of(R"({"logStreamName":5})"), "SerializationException: NUMBER_VALUE can not be converted to a String");
  EXPECT_EQ(of(R"({"limit":[1]})"), "SerializationException: Start of list found where not expected");
  EXPECT_EQ(of(R"({"limit":{}})"), "SerializationException: Start of structure or map found where not expected.");
}

TEST(Json, SaysItInDynamoDbsWords) {
  ServiceModel model = logs::model();
  model.id = "dynamodb";
  const auto of = [&](std::string body) {
    return failure<logs::CreateLogGroupRequest>(model, "CreateLogGroup", std::move(body));
  };
  EXPECT_EQ(of(R"({"logGroupName":5.5})"), "SerializationException: DECIMAL_VALUE cannot be converted to String");
  EXPECT_EQ(of(R"({"logGroupName":false})"), "SerializationException: FALSE_VALUE cannot be converted to String");
  EXPECT_EQ(of(R"({"logGroupName":[]})"),
            "SerializationException: Unrecognized collection type class java.lang.String");
  EXPECT_EQ(of(R"({"tags":"x"})"), "SerializationException: Unexpected field type");
  EXPECT_EQ(of(R"({"tags":[]})"),
            "SerializationException: Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>");
}

TEST(Json, WritesOutput) {
  logs::DescribeLogGroupsResponse output;
  logs::LogGroup& group = output.logGroups.emplace().emplace_back();
  group.logGroupName = "g\n\"\x01\xff\xe2\x82\xac\x7f";
  group.creationTime = 5;
  output.nextToken = "t";
  const ReplyParts reply = testing::reply(logs::model(), "DescribeLogGroups", output);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body,
            "{\"logGroups\":[{\"logGroupName\":\"g\\n\\\"\\u0001\xef\xbf\xbd\xe2\x82\xac\\u007f\",\"creationTime\":5}],"
            "\"nextToken\":\"t\"}");
  EXPECT_EQ(testing::header(reply, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(testing::header(reply, "x-amzn-RequestId"), "req-1");
  EXPECT_EQ(testing::reply(logs::model(), "DeleteLogGroup", Empty{}).body, "");
}

TEST(Json, WritesErrors) {
  const ReplyParts plain = serialize_error(events::model(), nullptr,
                                           events::errors::ResourceNotFoundException("Rule r does not exist."), "id");
  EXPECT_EQ(plain.status, 400);
  EXPECT_EQ(plain.body, R"({"__type":"ResourceNotFoundException","message":"Rule r does not exist."})");

  ServiceModel named = events::model();
  named.error_namespace = "com.amazonaws.dynamodb.v20120810";
  EXPECT_EQ(serialize_error(named, nullptr, events::errors::ResourceNotFoundException("no"), "id").body,
            R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no"})");
  EXPECT_EQ(serialize_error(named, nullptr, api_error("ValidationException", "bad"), "id").body,
            R"({"__type":"com.amazon.coral.validate#ValidationException","message":"bad"})");
  EXPECT_EQ(serialize_error(named, nullptr, api_error("SerializationException", "bad"), "id").body,
            R"({"__type":"com.amazon.coral.service#SerializationException","Message":"bad"})");

  const ReplyParts ours = serialize_error(events::model(), nullptr, internal_error("disk /secret is full"), "id");
  EXPECT_EQ(ours.status, 500);
  EXPECT_EQ(ours.body.find("secret"), std::string::npos);
  EXPECT_NE(ours.body.find("InternalException"), std::string::npos);

  const Error with = api_error("X", "m").with("Item", R"({"a":{"S":"1"}})").with("Plain", "p\"q");
  EXPECT_EQ(serialize_error(events::model(), nullptr, with, "id").body,
            R"({"__type":"X","message":"m","Item":{"a":{"S":"1"}},"Plain":"p\"q"})");
}

TEST(Json, FormerQueryServiceSendsItsOldCodeInAHeader) {
  ServiceModel model = events::model();
  model.query_compatible = true;
  const ReplyParts reply = serialize_error(model, nullptr, events::errors::LimitExceededException("no"), "id");
  EXPECT_EQ(testing::header(reply, "x-amzn-query-error"), "LimitExceededException;Sender");
}

}  // namespace
}  // namespace orrery::wire
