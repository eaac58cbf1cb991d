#include "services/events/destinations/request.h"

#include "services/events/connections/authorizing.h"
#include "services/events/destinations/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::events {
namespace {

using testing::ElementsAre;

using Map = std::map<std::string, std::string>;

const Instant kNow = instant_from_ms(1'767'225'600'000);

struct Sent {
  DestinationRecord destination;
  ConnectionRecord connection;
  std::optional<HttpParameters> parameters;
  std::string event = R"({"source":"shop","detail":{"id":7,"who":"Zoë","deep":{"k":1}}})";

  Sent() {
    destination.endpoint = "https://example.com/a";
    destination.method = "POST";
  }
  http::Outgoing request(std::string_view payload = "{}", std::string_view token = "") const {
    return invocation_request({destination, connection, parameters, event, payload, token});
  }
  CreateConnectionAuthRequestParameters& auth() { return connection.auth; }
};

TEST(Request, PathAndQuery) {
  Sent sent;
  sent.destination.endpoint = "https://example.com/*/b*?c=*";
  sent.parameters.emplace();
  sent.parameters->PathParameterValues = {"x/y", "$.detail.id", "left over"};
  sent.parameters->QueryStringParameters = {
      {"who", "$.detail.who"}, {"deep", "$.detail.deep"}, {"none", "$.nothing"}, {"text", "costs $.5"}};
  EXPECT_EQ(sent.request().url,
            "https://example.com/x%2Fy/b7?c=*&deep=%7B%22k%22%3A1%7D&none=&text=costs%20%24.5&who=Zo%C3%AB");
}

TEST(Request, WhatParametersCannotSet) {
  Sent sent;
  sent.parameters.emplace();
  sent.parameters->HeaderParameters = {
      {"Host", "other"}, {"user-agent", "mine"}, {"Content-Length", "1"}, {"X-A", "1"}};
  const auto request = sent.request();
  EXPECT_EQ(request.headers.find("host"), std::nullopt);
  EXPECT_EQ(request.headers.find("content-length"), std::nullopt);
  EXPECT_EQ(request.headers.find("user-agent"), "Amazon/EventBridge/ApiDestinations");
  EXPECT_EQ(request.headers.find("x-a"), "1");
}

TEST(Request, TheConnectionHasTheLastWord) {
  Sent sent;
  sent.auth().ApiKeyAuthParameters = CreateConnectionApiKeyAuthRequestParameters{"X-Key", "k"};
  auto& own = sent.auth().InvocationHttpParameters.emplace();
  own.HeaderParameters = {{"X-A", "own", false}};
  own.BodyParameters = {{"b", "own", true}};
  own.QueryStringParameters = {{"q", "own", false}};
  sent.parameters.emplace();
  sent.parameters->HeaderParameters = Map{{"x-a", "target"}, {"X-Key", "target"}};
  sent.parameters->QueryStringParameters = Map{{"q", "target"}};
  const auto request = sent.request(R"({"a":1,"b":2})");
  EXPECT_EQ(request.url, "https://example.com/a?q=own");
  EXPECT_EQ(request.headers.find("X-A"), "own");
  EXPECT_EQ(request.headers.find("X-Key"), "k");
  EXPECT_EQ(request.body, R"({"a":1,"b":"own"})");
  EXPECT_EQ(sent.request("\"text\"").body, "\"text\"");
}

http::Answer answered(int status, const std::string& retry_after = "") {
  http::Answer answer;
  answer.status = status;
  if (!retry_after.empty()) answer.headers.add("Retry-After", retry_after);
  return answer;
}

TEST(Verdict, ByStatus) {
  using Kind = Verdict::Kind;
  const auto kind = [](int status) { return verdict_on(answered(status), kNow).kind; };
  for (const int status : {200, 204, 299}) EXPECT_EQ(kind(status), Kind::Done) << status;
  for (const int status : {301, 302, 304, 400, 403, 404, 410, 422}) EXPECT_EQ(kind(status), Kind::Dropped) << status;
  for (const int status : {409, 429, 500, 502, 503, 599}) EXPECT_EQ(kind(status), Kind::Again) << status;
  for (const int status : {401, 407}) EXPECT_EQ(kind(status), Kind::Renew) << status;
  EXPECT_EQ(verdict_on(fail(api_error("Timeout", "late")), kNow).kind, Kind::Again);
  EXPECT_EQ(verdict_on(fail(api_error("NotReachable", "no")), kNow).kind, Kind::Dropped);
}

TEST(Verdict, RetryAfter) {
  EXPECT_EQ(verdict_on(answered(503, "120"), kNow).after, std::chrono::seconds(120));
  EXPECT_EQ(verdict_on(answered(503, http_date(kNow + std::chrono::seconds(9))), kNow).after, std::chrono::seconds(9));
  EXPECT_EQ(verdict_on(answered(503, http_date(kNow - std::chrono::seconds(9))), kNow).after, std::chrono::seconds(0));
  EXPECT_EQ(verdict_on(answered(503, "soon"), kNow).after, std::nullopt);
  EXPECT_EQ(verdict_on(answered(503, "-1"), kNow).kind, Verdict::Kind::Dropped);
  EXPECT_EQ(verdict_on(answered(200, "9"), kNow).kind, Verdict::Kind::Done);
}

TEST(Pace, NoSecondHasMoreThanItsShare) {
  Pace pace;
  std::vector<std::int64_t> places;
  for (int i = 0; i < 7; ++i) places.push_back((pace.place("a", 3, kNow) - kNow).count());
  EXPECT_THAT(places, ElementsAre(0, 0, 0, 1000, 1000, 1000, 2000));
  EXPECT_EQ(pace.place("b", 3, kNow), kNow);
  EXPECT_EQ(pace.place("a", 3, kNow + std::chrono::seconds(9)), kNow + std::chrono::seconds(9));
}

CreateConnectionOAuthRequestParameters oauth(const std::string& method) {
  CreateConnectionOAuthRequestParameters out;
  out.ClientParameters = {"id", "s&cret"};
  out.AuthorizationEndpoint = "https://example.com/token";
  out.HttpMethod = method;
  return out;
}

TEST(Token, Request) {
  EXPECT_EQ(token_request(oauth("POST")).body, "grant_type=client_credentials&client_id=id&client_secret=s%26cret");
  const auto get = token_request(oauth("GET"));
  EXPECT_EQ(get.url, "https://example.com/token?grant_type=client_credentials&client_id=id&client_secret=s%26cret");
  EXPECT_EQ(get.body, "");
  auto own = oauth("PUT");
  own.OAuthHttpParameters.emplace();
  own.OAuthHttpParameters->HeaderParameters = {{"content-type", "application/json", false}};
  own.OAuthHttpParameters->BodyParameters = {{"grant_type", "other", false}};
  EXPECT_EQ(token_request(own).body, R"({"grant_type":"other","client_id":"id","client_secret":"s&cret"})");
}

TEST(Token, Answer) {
  http::Answer answer;
  answer.status = 200;
  answer.body = R"({"access_token":"t","token_type":"bearer","expires_in":60})";
  EXPECT_EQ(read_token(answer)->header, "Bearer t");
  EXPECT_EQ(read_token(answer)->lasts_s, 60);
  answer.body = R"({"access_token":"t","token_type":"MAC"})";
  EXPECT_EQ(read_token(answer)->header, "MAC t");
  for (const char* body : {"", "[]", "{}", R"({"access_token":""})", R"({"access_token":1})"}) {
    answer.body = body;
    EXPECT_EQ(read_token(answer).error().code, "AuthorizationRefused") << body;
  }
  EXPECT_EQ(read_token(answered(401)).error().code, "AuthorizationRefused");
  EXPECT_EQ(read_token(answered(500)).error().code, "AuthorizationFailed");
  EXPECT_EQ(read_token(fail(api_error("Timeout", "late"))).error().code, "AuthorizationFailed");
}

}  // namespace
}  // namespace orrery::events
