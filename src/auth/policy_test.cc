#include "auth/policy.h"

#include "auth/test_support.h"

#include <gtest/gtest.h>

namespace orrery::auth {
namespace {

struct Case {
  PolicyKind kind;
  const char* text;
  const char* message;
};

constexpr auto kIdentity = PolicyKind::Identity;
constexpr auto kResource = PolicyKind::Resource;
constexpr auto kTrust = PolicyKind::Trust;

const Case kRefused[] = {
    {kIdentity, "not json", "Syntax errors in policy."},
    {kIdentity, "[]", "Syntax errors in policy."},
    {kIdentity, "", "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17"})", "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":[]})", "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":["x"]})", "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":"x"})", "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2000-01-01","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Extra":1,"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Extra":1}})",
     "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Action":"s3:*","Resource":"*"}})", "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":1,"Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:*",1],"Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","NotAction":"s3:x","Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"s3:*","Resource":"*"}})",
     "Syntax errors in policy."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":)"
     R"({"Bool":{"aws:SecureTransport":"true"},"Bool" : {"aws:SecureTransport":"false"}}}})",
     "Syntax errors in policy."},
    {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})",
     "Policy document must be version 2012-10-17 or greater."},
    {kIdentity, R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})",
     "Policy document must be version 2012-10-17 or greater."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}})",
     "Policy statement must contain actions."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[],"Resource":"*"}})",
     "Policy statement must contain actions."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*"}})",
     "Policy statement must contain resources."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":[]}})",
     "Policy statement must contain resources."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},
        {"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]})",
     "Statement IDs (SID) in a single policy must be unique."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Sid":"a b","Effect":"Allow","Action":"s3:*","Resource":"*"}})",
     "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"PutObject","Resource":"*"}})",
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Put:x","Resource":"*"}})",
     "Actions/Condition can contain only one colon."},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s 3:Put","Resource":"*"}})",
     "Vendor s 3 is not valid"},
    {kIdentity, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}})",
     "Resource bucket must be in ARN format or \"*\"."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}})",
     "Policy document should not specify a principal."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
        "Condition":{"StringMatches":{"aws:x":"y"}}}})",
     "Invalid Condition type : StringMatches"},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
        "Condition":{"NullIfExists":{"aws:x":"true"}}}})",
     "Invalid Condition type : NullIfExists"},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
        "Condition":{"StringEquals":{"x":"y"}}}})",
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
    {kIdentity,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
        "Condition":{"StringEquals":{"aws:x":{}}}}})",
     "Syntax errors in policy."},
    {kTrust, "{", "This policy contains invalid Json"},
    {kTrust, " {}", "JSON strings must not have leading spaces"},
    {kTrust, R"({"Version":"2012-10-17","Statement":[]})", "Could not parse the policy: Statement is empty!"},
    {kTrust, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})",
     "Missing required field Principal"},
    {kTrust, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}})",
     "Missing required field Principal cannot be empty!"},
    {kTrust, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}})",
     "AssumeRole policy may only specify STS AssumeRole actions."},
    {kTrust,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject"}})",
     "AssumeRole policy may only specify STS AssumeRole actions."},
    {kTrust,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole",
        "Resource":"*"}})",
     "Has prohibited field Resource"},
    {kTrust,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"ann"},"Action":"sts:AssumeRole"}})",
     "Invalid principal in policy: \"AWS\":\"ann\""},
    {kTrust,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"},
        "Action":"sts:AssumeRole"}})",
     "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/*\""},
    {kTrust,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda"},
        "Action":"sts:AssumeRole"}})",
     "Invalid principal in policy: \"SERVICE\":\"lambda\""},
    {kTrust,
     R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"}})",
     "Allow with NotPrincipal is not allowed."},
    {kResource, "x", "Policies must be valid JSON and the first byte must be '{'"},
    {kResource, R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}})",
     "Missing required field Principal"},
    {kResource, R"({"Statement":{"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::b"}})",
     "Missing required field Action"},
    {kResource, R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*"}})",
     "Missing required field Resource"},
    {kResource, R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Get","Resource":"*"}})",
     "Policy has invalid action"},
    {kResource, R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"b"}})",
     "Policy has invalid resource"},
    {kResource, R"({"Statement":{"Effect":"Maybe","Principal":"*","Action":"s3:*","Resource":"*"}})",
     "Invalid effect: Maybe"},
};

TEST(Policy, Refused) {
  for (const Case& one : kRefused) {
    const auto policy = parse_policy(one.text, one.kind);
    ASSERT_FALSE(policy.ok()) << one.text;
    EXPECT_EQ(policy.error().code, "MalformedPolicyDocument");
    EXPECT_EQ(policy.error().message, one.message) << one.text;
  }
}

TEST(Policy, Accepted) {
  for (
      const char* text :
      {R"({"Version":"2012-10-17","Id":"x","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
       R"({"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":["s3:Get*","logs:*"],
               "NotResource":["arn:aws:s3:::b/*","arn:aws:s3"]},{"Sid":"","Effect":"Deny","NotAction":"iam:*","Resource":"*"}]})",
       R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:*:s3:::${aws:username}/*",
               "Condition":{"ForAnyValue:stringlikeIfExists":{"aws:x":["a",1,true]},"Bool":{"aws:SecureTransport":true}}}})"}) {
    EXPECT_TRUE(parse_policy(text, kIdentity).ok()) << text << parse_policy(text, kIdentity).error().message;
  }
  const Policy trust = must_parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],
      "Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:role/x","AROAEXAMPLEEXAMPLE12"],
      "Service":["lambda.amazonaws.com"],"Federated":"cognito-identity.amazonaws.com"}}]})",
      kTrust);
  ASSERT_EQ(trust.statements.size(), 1U);
  EXPECT_EQ(trust.statements[0].principals.size(), 6U);
  EXPECT_TRUE(trusts_service(trust, "lambda.amazonaws.com"));
  EXPECT_FALSE(trusts_service(trust, "events.amazonaws.com"));
}

}  // namespace
}  // namespace orrery::auth
