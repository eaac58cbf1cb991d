#include "auth/condition.h"

#include "auth/test_support.h"

#include <gtest/gtest.h>

namespace orrery::auth {
namespace {

// Whether a policy that allows under the condition allows, in a context of keys with values.
bool allowed(const std::string& condition, const std::vector<std::pair<std::string, Context::Values>>& keys,
             const Principal& who = user()) {
  const Policy policy = statements(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":)" + condition + "}");
  const Policy* const identity[] = {&policy};
  Context context;
  for (const auto& [key, values] : keys) context.set(key, values);
  Request request;
  request.principal = &who;
  request.action = "s3:GetObject";
  request.resource = "arn:aws:s3:::b/k";
  request.context = &context;
  request.now = *parse_iso8601("2026-03-01T17:00:00Z");
  return evaluate(request, {.identity = identity}).allowed();
}

struct Row {
  const char* test;    // operator
  const char* policy;  // value or values in the policy, JSON
  Context::Values context;
  bool holds;
};

const Row kRows[] = {
    {"StringEquals", R"("a")", {"a"}, true},
    {"StringEquals", R"("a")", {"A"}, false},
    {"StringEquals", R"("a*")", {"ab"}, false},
    {"StringEquals", R"(["x","a"])", {"a"}, true},
    {"stringequals", R"("a")", {"a"}, true},
    {"StringNotEquals", R"(["x","a"])", {"a"}, false},
    {"StringNotEquals", R"(["x","a"])", {"b"}, true},
    {"StringEqualsIgnoreCase", R"("aBc")", {"AbC"}, true},
    {"StringNotEqualsIgnoreCase", R"("aBc")", {"AbC"}, false},
    {"StringLike", R"("ho*/?")", {"home/x"}, true},
    {"StringLike", R"("ho*/?")", {"home/xy"}, false},
    {"StringNotLike", R"("ho*")", {"home"}, false},
    {"StringEquals", R"("${aws:username}")", {"ann"}, true},
    {"StringLike", R"("${aws:username}/*")", {"ann/x"}, true},
    {"StringLike", R"("${aws:username}/*")", {"bob/x"}, false},
    {"NumericEquals", R"("10")", {"10.0"}, true},
    {"NumericEquals", R"(10)", {"10"}, true},
    {"NumericNotEquals", R"("10")", {"11"}, true},
    {"NumericLessThan", R"("10")", {"9.5"}, true},
    {"NumericLessThan", R"("10")", {"10"}, false},
    {"NumericLessThanEquals", R"("10")", {"10"}, true},
    {"NumericGreaterThan", R"("10")", {"11"}, true},
    {"NumericGreaterThanEquals", R"("10")", {"9"}, false},
    {"NumericLessThan", R"("10")", {"few"}, false},
    {"DateEquals", R"("2026-03-01T17:00:00Z")", {"2026-03-01T18:00:00+01:00"}, true},
    {"DateNotEquals", R"("2026-03-01T17:00:00Z")", {"2026-03-01T17:00:01Z"}, true},
    {"DateLessThan", R"("2026-03-01")", {"2026-02-28T23:59:59Z"}, true},
    {"DateGreaterThanEquals", R"("2026-03-01T00:00:00Z")", {"2026-03-01"}, true},
    {"DateGreaterThan", R"("1772323200")", {"2026-03-01T00:00:01Z"}, true},
    {"DateLessThanEquals", R"("2026-03-01T00:00:00Z")", {"2026-03-01T00:00:01Z"}, false},
    {"Bool", R"("true")", {"true"}, true},
    {"Bool", R"(true)", {"True"}, true},
    {"Bool", R"("false")", {"true"}, false},
    {"BinaryEquals", R"("QmluYXJ5")", {"QmluYXJ5"}, true},
    {"BinaryEquals", R"("QmluYXJ5")", {"QmluYXJ6"}, false},
    {"IpAddress", R"("203.0.113.0/24")", {"203.0.113.77"}, true},
    {"IpAddress", R"(["10.0.0.0/8","2001:db8::/32"])", {"2001:db8::7"}, true},
    {"IpAddress", R"("203.0.113.0/24")", {"203.0.114.1"}, false},
    {"IpAddress", R"("203.0.113.0/24")", {"nonsense"}, false},
    {"NotIpAddress", R"("203.0.113.0/24")", {"203.0.114.1"}, true},
    {"NotIpAddress", R"("203.0.113.0/24")", {"203.0.113.1"}, false},
    {"ArnEquals", R"("arn:aws:sns:*:111122223333:t")", {"arn:aws:sns:eu-west-1:111122223333:t"}, true},
    {"ArnLike", R"("arn:aws:s3:::b*")", {"arn:aws:s3:::bucket"}, true},
    {"ArnLike", R"("arn:aws:s3:*:b")", {"arn:aws:s3:::b"}, false},
    {"ArnNotLike", R"("arn:aws:s3:::b*")", {"arn:aws:s3:::x"}, true},
    {"ArnNotEquals", R"("arn:aws:s3:::b")", {"arn:aws:s3:::b"}, false},
    {"Null", R"("true")", {"x"}, false},
    {"Null", R"("false")", {"x"}, true},
    {"StringEqualsIfExists", R"("a")", {"b"}, false},
    // Several values in the request.
    {"ForAnyValue:StringEquals", R"(["a","b"])", {"x", "b"}, true},
    {"ForAnyValue:StringEquals", R"(["a","b"])", {"x", "y"}, false},
    {"ForAllValues:StringEquals", R"(["a","b"])", {"a", "b"}, true},
    {"ForAllValues:StringEquals", R"(["a","b"])", {"a", "x"}, false},
    {"ForAnyValue:StringNotEquals", R"(["a","b"])", {"a", "x"}, true},
    {"ForAnyValue:StringNotEquals", R"(["a","b"])", {"a", "b"}, false},
    {"ForAllValues:StringNotLike", R"(["a*"])", {"b", "c"}, true},
    {"ForAllValues:StringNotLike", R"(["a*"])", {"b", "ab"}, false},
};

TEST(Condition, Table) {
  for (const Row& row : kRows) {
    const std::string condition = std::string("{\"") + row.test + "\":{\"x:Key\":" + row.policy + "}}";
    EXPECT_EQ(allowed(condition, {{"X:kEY", row.context}}), row.holds) << condition << " " << row.context[0];
  }
}

// The key is not in the request.
TEST(Condition, Absent) {
  const std::pair<const char*, bool> expected[] = {
      {R"({"StringEquals":{"x:k":"a"}})", false},
      {R"({"StringNotEquals":{"x:k":"a"}})", true},
      {R"({"StringEqualsIfExists":{"x:k":"a"}})", true},
      {R"({"NumericLessThan":{"x:k":"1"}})", false},
      {R"({"NotIpAddress":{"x:k":"10.0.0.0/8"}})", true},
      {R"({"ArnNotLike":{"x:k":"*"}})", true},
      {R"({"ForAllValues:StringEquals":{"x:k":"a"}})", true},
      {R"({"ForAnyValue:StringEquals":{"x:k":"a"}})", false},
      {R"({"ForAnyValue:StringNotEquals":{"x:k":"a"}})", false},
      {R"({"Null":{"x:k":"true"}})", true},
      {R"({"Null":{"x:k":false}})", false},
      {R"({"Bool":{"x:k":"false"}})", false},
  };
  for (const auto& [condition, holds] : expected) EXPECT_EQ(allowed(condition, {}), holds) << condition;
  EXPECT_TRUE(allowed(R"({"ForAllValues:StringEquals":{"x:k":"a"}})", {{"x:k", {}}}));
  EXPECT_TRUE(allowed(R"({"Null":{"x:k":"true"}})", {{"x:k", {}}}));
}

TEST(Condition, AllMustHold) {
  const char* both = R"({"StringEquals":{"x:a":"1","x:b":"2"},"Bool":{"aws:SecureTransport":"true"}})";
  EXPECT_TRUE(allowed(both, {{"x:a", {"1"}}, {"x:b", {"2"}}, {"aws:securetransport", {"true"}}}));
  EXPECT_FALSE(allowed(both, {{"x:a", {"1"}}, {"x:b", {"3"}}, {"aws:securetransport", {"true"}}}));
  EXPECT_FALSE(allowed(both, {{"x:a", {"1"}}, {"x:b", {"2"}}}));
  EXPECT_TRUE(allowed("{}", {}));
}

TEST(Condition, KeysOfTheRequest) {
  const std::pair<const char*, bool> of_user[] = {
      {R"({"StringEquals":{"aws:username":"ann"}})", true},
      {R"({"StringEquals":{"aws:PrincipalType":"User"}})", true},
      {R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/*"}})", true},
      {R"({"StringEquals":{"aws:PrincipalAccount":"111122223333","aws:ResourceAccount":"111122223333"}})", true},
      {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-03-01T16:59:59Z"}})", true},
      {R"({"DateLessThan":{"aws:CurrentTime":"2026-03-01T16:59:59Z"}})", false},
      {R"({"NumericEquals":{"aws:EpochTime":"1772384400"}})", true},
      {R"({"Bool":{"aws:PrincipalIsAWSService":"false"}})", true},
  };
  for (const auto& [condition, holds] : of_user) EXPECT_EQ(allowed(condition, {}), holds) << condition;
  EXPECT_FALSE(allowed(R"({"StringEquals":{"aws:username":"s1"}})", {}, session()));
  EXPECT_TRUE(
      allowed(R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/jobs/exporter"}})", {}, session()));
  EXPECT_TRUE(allowed(R"({"StringLike":{"aws:userid":"AROA*:s1"}})", {}, session()));
  EXPECT_TRUE(allowed(R"({"StringEquals":{"aws:username":"set"}})", {{"AWS:UserName", {"set"}}}));
}

TEST(Condition, OldVersionHasNoVariables) {
  const Policy policy = must_parse(
      R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*",
         "Resource":"arn:aws:s3:::${aws:username}"}})",
      PolicyKind::Resource);
  const Principal who = user();
  Request request;
  request.principal = &who;
  request.action = "s3:ListBucket";
  request.resource = "arn:aws:s3:::ann";
  EXPECT_FALSE(evaluate(request, {.resource = &policy}).allowed());
  request.resource = "arn:aws:s3:::${aws:username}";
  EXPECT_TRUE(evaluate(request, {.resource = &policy}).allowed());
}

}  // namespace
}  // namespace orrery::auth
