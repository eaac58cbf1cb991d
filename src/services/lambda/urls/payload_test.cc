#include "services/lambda/urls/payload.h"

#include "base/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

using testing::Contains;
using testing::Pair;

FunctionUrl url() {
  FunctionUrl out;
  out.name = {"000000000000", "us-east-1", "f", ""};
  out.id = "abc";
  out.auth_type = "NONE";
  return out;
}

UrlRequest request() {
  UrlRequest out;
  out.method = "POST";
  out.path = "/my%20path";
  out.query = "a=1&b=x%20y&a=2";
  out.headers = {
      {"content-type", "text/plain"}, {"x-two", "1"}, {"x-two", "2"}, {"cookie", "one=1; two=2"}, {"user-agent", "me"}};
  out.body = "hello";
  out.source_ip = "127.0.0.1";
  out.protocol = "HTTP/1.1";
  out.request_id = "id";
  out.now = instant_from_ms(1'583'348'638'390);
  return out;
}

json::value event(const UrlRequest& asked) { return *parse_json(url_event(url(), asked)); }
std::string text(const json::value* value) { return value == nullptr ? "-" : json::serialize(*value); }

TEST(UrlPayload, TheEvent) {
  const json::value made = event(request());
  EXPECT_EQ(find_string(made, "version"), "2.0");
  EXPECT_EQ(find_string(made, "rawPath"), "/my path");
  EXPECT_EQ(find_string(made, "rawQueryString"), "a=1&b=x%20y&a=2");
  EXPECT_EQ(text(find(made, "queryStringParameters")), R"({"a":"1,2","b":"x y"})");
  EXPECT_EQ(text(find(made, "cookies")), R"(["one=1","two=2"])");
  EXPECT_EQ(find_string(*find(made, "headers"), "x-two"), "1,2");
  EXPECT_EQ(find_string(made, "body"), "hello");
  EXPECT_EQ(find_bool(made, "isBase64Encoded"), false);
  const json::value& context = *find(made, "requestContext");
  EXPECT_EQ(find_string(context, "accountId"), "anonymous");
  EXPECT_EQ(find_string(context, "domainName"), "abc.lambda-url.us-east-1.localhost");
  EXPECT_EQ(find_string(context, "time"), "04/Mar/2020:19:03:58 +0000");
  EXPECT_EQ(find(context, "authorizer"), nullptr);
}

TEST(UrlPayload, BytesGoInBase64) {
  UrlRequest asked = request();
  asked.headers[0].second = "application/octet-stream";
  EXPECT_EQ(find_string(event(asked), "body"), base64("hello"));
  asked.headers[0].second = "text/plain; charset=utf-8";
  asked.body = "\xff\xfe";
  EXPECT_EQ(find_bool(event(asked), "isBase64Encoded"), true);
  asked.body = "\xc3\xa4";
  EXPECT_EQ(find_bool(event(asked), "isBase64Encoded"), false);
  asked.body = "\xc3";
  EXPECT_EQ(find_bool(event(asked), "isBase64Encoded"), true);
}

TEST(UrlPayload, Answers) {
  const auto plain = url_reply("\"hi\"");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->body, "\"hi\"");
  EXPECT_THAT(plain->headers, Contains(Pair("Content-Type", "application/json")));
  const auto full = url_reply(
      R"({"statusCode":201,"headers":{"content-type":"text/html","x-n":5},"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true})");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->status, 201);
  EXPECT_EQ(full->body, "hi");
  EXPECT_THAT(full->headers, testing::ElementsAre(Pair("content-type", "text/html"), Pair("x-n", "5"),
                                                  Pair("Set-Cookie", "a=1"), Pair("Set-Cookie", "b=2")));
  EXPECT_EQ(url_reply(R"({"a":1})")->body, R"({"a":1})");
  EXPECT_FALSE(url_reply("no json"));
  EXPECT_FALSE(url_reply(R"({"statusCode":"high"})"));
  EXPECT_FALSE(url_reply(R"({"statusCode":200,"body":"!","isBase64Encoded":true})"));
}

TEST(UrlPayload, Cors) {
  FunctionUrl open = url();
  Cors& cors = open.cors.emplace();
  cors.AllowOrigins = {"https://*.example.com"};
  cors.AllowMethods = {"GET", "PUT"};
  cors.AllowHeaders = {"x-mine"};
  cors.MaxAge = 60;
  UrlRequest asked = request();
  asked.method = "OPTIONS";
  asked.headers = {{"origin", "https://a.example.com"}, {"access-control-request-method", "PUT"}};
  const auto answer = preflight(open, asked);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->headers, Contains(Pair("Access-Control-Allow-Origin", "https://a.example.com")));
  EXPECT_THAT(answer->headers, Contains(Pair("Access-Control-Allow-Methods", "GET,PUT")));
  EXPECT_THAT(answer->headers, Contains(Pair("Access-Control-Max-Age", "60")));
  asked.headers[0].second = "https://evil.test";
  EXPECT_TRUE(preflight(open, asked)->headers.empty());
  EXPECT_TRUE(cors_headers(open, asked).empty());
  EXPECT_FALSE(preflight(url(), asked));
}

}  // namespace
}  // namespace orrery::lambda
