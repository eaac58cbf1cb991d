#include "services/events/delivery/input.h"

#include "services/events/delivery/json_path.h"

#include <gtest/gtest.h>

namespace orrery::events {
namespace {

// The documentation's sample event.
constexpr std::string_view kEvent =
    R"({"version":"0","id":"7bf73129","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2",)"
    R"("account":"123456789012","time":"2015-11-11T21:29:54Z","region":"us-east-1","resources":["arn:a","arn:b"],)"
    R"("detail":{"instance-id":"i-0123456789","state":"RUNNING","quote":"say \"hi\"","n":[1,2],"deep":{"k":"v"}}})";

RuleFacts rule() { return {"arn:aws:events:us-east-1:1:rule/r", "r", instant_from_ms(1'767'225'600'000)}; }

Target transformer(std::map<std::string, std::string> paths, std::string text) {
  Target target;
  target.Id = "t";
  target.InputTransformer.emplace();
  target.InputTransformer->InputPathsMap = std::move(paths);
  target.InputTransformer->InputTemplate = std::move(text);
  return target;
}

std::string render(const Target& target) {
  const auto checked = check_input(target);
  if (!checked) return checked.error().message;
  const auto payload = input_for(target, rule(), kEvent);
  return payload ? *payload : payload.error().message;
}

TEST(Input, TheEventItselfIsPassedOnByteForByte) { EXPECT_EQ(render(Target()), kEvent); }

TEST(Input, ConstantAndPath) {
  Target target;
  target.Input = R"({"a": 1.50})";
  EXPECT_EQ(render(target), R"({"a": 1.50})");
  target.Input.reset();
  target.InputPath = "$.detail.deep";
  EXPECT_EQ(render(target), R"({"k":"v"})");
  target.InputPath = "$.resources[1]";
  EXPECT_EQ(render(target), R"("arn:b")");
  target.InputPath = "$.nothing";
  EXPECT_EQ(render(target), "null");
}

TEST(Input, TheDocumentationsTemplates) {
  const std::map<std::string, std::string> paths{{"instance", "$.detail.instance-id"}, {"status", "$.detail.state"}};
  EXPECT_EQ(render(transformer(paths, R"("instance <instance> is in state <status>")")),
            R"("instance i-0123456789 is in state RUNNING")");
  EXPECT_EQ(render(transformer(paths, R"("instance \"<instance>\" is in state <status>")")),
            R"("instance \"i-0123456789\" is in state RUNNING")");
  EXPECT_EQ(render(transformer(paths, R"({"instance" : <instance>, "status": "it is <status>!"})")),
            R"({"instance" : "i-0123456789", "status": "it is RUNNING!"})");
}

TEST(Input, ValuesKeepTheResultJson) {
  const std::map<std::string, std::string> paths{
      {"quote", "$.detail.quote"}, {"deep", "$.detail.deep"}, {"n", "$.detail.n[*]"}, {"none", "$.detail.none"}};
  EXPECT_EQ(render(transformer(paths, R"({"a":<deep>,"b":<n>,"c":"<quote>","d":"x <none>","e":<none>,"f":"<deep>"})")),
            R"({"a":{"k":"v"},"b":[1,2],"c":"say \"hi\"","d":"x ","e":"","f":"{k:v}"})");
}

TEST(Input, PredefinedVariables) {
  EXPECT_EQ(render(transformer({}, R"({"r":<aws.events.rule-name>,"a":"<aws.events.rule-arn>",)"
                                   R"("t":<aws.events.event.ingestion-time>})")),
            R"({"r":"r","a":"arn:aws:events:us-east-1:1:rule/r","t":"2026-01-01T00:00:00Z"})");
  const std::string whole = render(transformer({}, R"({"e":<aws.events.event.json>})"));
  EXPECT_EQ(whole, "{\"e\":" + std::string(kEvent) + "}");
  const std::string outline = render(transformer({}, R"({"e":<aws.events.event>})"));
  EXPECT_EQ(outline.find("\"detail\":"), std::string::npos);
  EXPECT_NE(outline.find("\"detailType\":"), std::string::npos);
}

TEST(Input, RefusesWhatCannotWork) {
  EXPECT_EQ(render(transformer({}, R"({"a":<b>})")), "InputTemplate for target t contains invalid placeholder b.");
  EXPECT_EQ(render(transformer({}, R"("<aws.events.event.json>")")),
            "InputTemplate for target t contains placeholder aws.events.event.json valid only for JSON template.");
  EXPECT_TRUE(render(transformer({}, "plain text")).starts_with("Invalid InputTemplate for target t"));
  EXPECT_TRUE(render(transformer({{"x", "detail.x"}}, "\"<x>\"")).starts_with("InputPathsMap for target t"));
  EXPECT_TRUE(render(transformer({{"aws.x", "$.x"}}, "\"<aws.x>\"")).starts_with("InputPathsMap for target t"));
  Target target;
  target.Id = "t";
  target.Input = "{";
  EXPECT_EQ(render(target), "Input for target t is not a valid JSON text.");
  target.Input = "{}";
  target.InputPath = "$.a";
  EXPECT_EQ(render(target), "Only one of Input, InputPath, or InputTransformer must be provided for target t.");
}

TEST(JsonPath, Syntax) {
  for (const char* good : {"$", "$.a", "$.a-b.c_d", "$['a b']", "$.a[0]", "$.a[*].b", "$.*"}) {
    EXPECT_TRUE(valid_path(good)) << good;
  }
  for (const char* bad : {"", "a", "$a", "$.", "$..a", "$.a[", "$.a[x]", "$.a[-1]", "$[?(@.a)]"}) {
    EXPECT_FALSE(valid_path(bad)) << bad;
  }
}

}  // namespace
}  // namespace orrery::events
