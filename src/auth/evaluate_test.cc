#include "auth/evaluate.h"

#include "auth/test_support.h"

#include <chrono>

#include <gtest/gtest.h>

namespace orrery::auth {
namespace {

constexpr const char* kObject = "arn:aws:s3:::b/k";
constexpr const char* kMine = "111122223333";
constexpr const char* kOther = "999988887777";

const char* const kAllow = R"({"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"})";
const char* const kDeny = R"({"Sid":"D","Effect":"Deny","Action":"s3:Put*","Resource":"arn:aws:s3:::b/*"})";
const char* const kElse = R"({"Effect":"Allow","Action":"sqs:*","Resource":"*"})";

std::string granting(const std::string& principal, const char* effect = "Allow") {
  return R"({"Sid":"R","Effect":")" + std::string(effect) + R"(","Principal":)" + principal +
         R"(,"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"})";
}

// One row: what each kind of policy holds (null: there is none), and what comes out.
struct Row {
  const char* name;
  Principal who;
  const char* owner;
  const char* identity;
  std::string resource;
  const char* boundary;
  const char* session;
  Outcome outcome;
  Source source;
};

Decision decide(const Row& row) {
  const Policy identity = row.identity != nullptr ? statements(row.identity) : Policy{};
  const Policy resource = !row.resource.empty() ? statements(row.resource, PolicyKind::Resource) : Policy{};
  const Policy boundary = row.boundary != nullptr ? statements(row.boundary) : Policy{};
  const Policy session = row.session != nullptr ? statements(row.session) : Policy{};
  const Policy* const identities[] = {&identity};
  const Policy* const sessions[] = {&session};
  Policies policies;
  if (row.identity != nullptr) policies.identity = identities;
  if (!row.resource.empty()) policies.resource = &resource;
  if (row.boundary != nullptr) policies.boundary = &boundary;
  if (row.session != nullptr) policies.session = sessions;
  Request request;
  request.principal = &row.who;
  request.action = "s3:PutObject";
  request.resource = kObject;
  request.resource_account = row.owner;
  Decision decision = evaluate(request, policies);
  decision.statement = nullptr;  // it points into the policies above
  return decision;
}

const std::string kEveryone = R"("*")";
const std::string kRole = R"({"AWS":"arn:aws:iam::111122223333:role/jobs/exporter"})";
const std::string kSession = R"({"AWS":"arn:aws:sts::111122223333:assumed-role/exporter/s1"})";
const std::string kAnn = R"({"AWS":"arn:aws:iam::111122223333:user/ann"})";
const std::string kAccount = R"({"AWS":"111122223333"})";
const std::string kEvents = R"({"Service":"events.amazonaws.com"})";

std::vector<Row> rows() {
  constexpr auto kYes = Outcome::Allowed;
  constexpr auto kNo = Outcome::ImplicitDeny;
  constexpr auto kNever = Outcome::ExplicitDeny;
  return {
      {"nothing", user(), kMine, nullptr, "", nullptr, nullptr, kNo, Source::Identity},
      {"identity allows", user(), kMine, kAllow, "", nullptr, nullptr, kYes, Source::Identity},
      {"identity of something else", user(), kMine, kElse, "", nullptr, nullptr, kNo, Source::Identity},
      {"deny beats allow", user(), kMine, kDeny, granting(kAnn), nullptr, nullptr, kNever, Source::Identity},
      {"resource denies", user(), kMine, kAllow, granting(kAnn, "Deny"), nullptr, nullptr, kNever, Source::Resource},
      {"resource denies the account", user(), kMine, kAllow, granting(kAccount, "Deny"), nullptr, nullptr, kNever,
       Source::Resource},
      {"boundary denies", user(), kMine, kAllow, "", kDeny, nullptr, kNever, Source::Boundary},
      {"session denies", session(), kMine, kAllow, "", nullptr, kDeny, kNever, Source::Session},
      {"boundary silent", user(), kMine, kAllow, "", kElse, nullptr, kNo, Source::Boundary},
      {"boundary alone allows nothing", user(), kMine, nullptr, "", kAllow, nullptr, kNo, Source::Identity},
      {"session silent", session(), kMine, kAllow, "", nullptr, kElse, kNo, Source::Session},
      {"all agree", session(), kMine, kAllow, "", kAllow, kAllow, kYes, Source::Identity},
      // Within the account: who is named matters.
      {"resource names the user", user(), kMine, nullptr, granting(kAnn), kElse, nullptr, kYes, Source::Resource},
      {"resource for everybody", user(), kMine, nullptr, granting(kEveryone), nullptr, nullptr, kYes, Source::Resource},
      {"resource names the role", session(), kMine, nullptr, granting(kRole), nullptr, nullptr, kYes, Source::Resource},
      {"role, boundary silent", session(), kMine, nullptr, granting(kRole), kElse, nullptr, kNo, Source::Boundary},
      {"role, session silent", session(), kMine, nullptr, granting(kRole), nullptr, kElse, kNo, Source::Session},
      {"role, both agree", session(), kMine, nullptr, granting(kRole), kAllow, kAllow, kYes, Source::Resource},
      {"resource names the session", session(), kMine, nullptr, granting(kSession), kElse, kElse, kYes,
       Source::Resource},
      {"account is delegation only", user(), kMine, nullptr, granting(kAccount), nullptr, nullptr, kNo,
       Source::Identity},
      {"account and identity", user(), kMine, kAllow, granting(kAccount), nullptr, nullptr, kYes, Source::Identity},
      {"resource names another", user(), kMine, nullptr, granting(kRole), nullptr, nullptr, kNo, Source::Identity},
      // The root.
      {"root", root(), kMine, nullptr, "", nullptr, nullptr, kYes, Source::None},
      {"root is not above a resource's deny", root(), kMine, nullptr, granting(kEveryone, "Deny"), nullptr, nullptr,
       kNever, Source::Resource},
      {"root's session, within its limits", root(), kMine, nullptr, "", nullptr, kAllow, kYes, Source::None},
      {"root's session, beyond its limits", root(), kMine, nullptr, "", nullptr, kElse, kNo, Source::Session},
      {"root's session, denied", root(), kMine, nullptr, "", nullptr, kDeny, kNever, Source::Session},
      {"root's session across accounts, beyond its limits", root(), kOther, nullptr, granting(kAccount), nullptr, kElse,
       kNo, Source::Session},
      {"root of another account", root(), kOther, nullptr, "", nullptr, nullptr, kNo, Source::Resource},
      {"root of another account, let in", root(), kOther, nullptr, granting(kAccount), nullptr, nullptr, kYes,
       Source::Resource},
      // Across accounts both sides must allow.
      {"cross: identity only", user(), kOther, kAllow, "", nullptr, nullptr, kNo, Source::Resource},
      {"cross: resource only", user(), kOther, nullptr, granting(kAnn), nullptr, nullptr, kNo, Source::Identity},
      {"cross: both", user(), kOther, kAllow, granting(kAnn), nullptr, nullptr, kYes, Source::Resource},
      {"cross: account suffices", user(), kOther, kAllow, granting(kAccount), nullptr, nullptr, kYes, Source::Resource},
      {"cross: boundary silent", user(), kOther, kAllow, granting(kAnn), kElse, nullptr, kNo, Source::Boundary},
      // Services and strangers have nothing but the resource's policy.
      {"service, no policy", service(), kMine, nullptr, "", nullptr, nullptr, kNo, Source::Resource},
      {"service named", service(), kMine, nullptr, granting(kEvents), nullptr, nullptr, kYes, Source::Resource},
      {"another service", service("s3.amazonaws.com"), kMine, nullptr, granting(kEvents), nullptr, nullptr, kNo,
       Source::Resource},
      {"service is not of the account", service(), kMine, kAllow, granting(kAccount), nullptr, nullptr, kNo,
       Source::Resource},
      {"anonymous", Principal{}, kMine, nullptr, granting(kAccount), nullptr, nullptr, kNo, Source::Resource},
      {"anonymous, public", Principal{}, kMine, nullptr, granting(kEveryone), nullptr, nullptr, kYes, Source::Resource},
  };
}

TEST(Evaluate, Table) {
  for (const Row& row : rows()) {
    const Decision decision = decide(row);
    EXPECT_EQ(static_cast<int>(decision.outcome), static_cast<int>(row.outcome)) << row.name;
    EXPECT_EQ(static_cast<int>(decision.source), static_cast<int>(row.source)) << row.name;
    EXPECT_EQ(decision.statement_index >= 0, row.outcome != Outcome::ImplicitDeny && row.source != Source::None)
        << row.name;
  }
}

// Action, NotAction, Resource and NotResource.
TEST(Evaluate, Elements) {
  const Principal who = user();
  const auto allowed = [&](const std::string& statement, std::string_view action, std::string_view resource) {
    const Policy policy = statements(statement);
    const Policy* const identity[] = {&policy};
    Request request;
    request.principal = &who;
    request.action = action;
    request.resource = resource;
    return evaluate(request, {.identity = identity}).allowed();
  };
  const std::string put = R"({"Effect":"Allow","Action":["s3:putobject"],"Resource":"arn:aws:s3:::b/*"})";
  EXPECT_TRUE(allowed(put, "s3:PutObject", "arn:aws:s3:::b/k"));
  EXPECT_FALSE(allowed(put, "s3:PutObject", "arn:aws:s3:::b"));
  EXPECT_FALSE(allowed(put, "s3:PutObject", "arn:aws:s3:::B/k"));
  EXPECT_FALSE(allowed(put, "s3:PutObjectAcl", "arn:aws:s3:::b/k"));
  const std::string except = R"({"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:s3:::secret*"})";
  EXPECT_TRUE(allowed(except, "s3:GetObject", "arn:aws:s3:::b/k"));
  EXPECT_FALSE(allowed(except, "iam:GetRole", "*"));
  EXPECT_FALSE(allowed(except, "s3:GetObject", "arn:aws:s3:::secret/k"));
  const std::string incomplete = R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs"})";
  EXPECT_TRUE(allowed(incomplete, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q"));
  EXPECT_FALSE(allowed(incomplete, "sqs:SendMessage", "arn:aws:sns:eu-west-1:111122223333:t"));
  const std::string home = R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"})";
  EXPECT_TRUE(allowed(home, "s3:GetObject", "arn:aws:s3:::home/ann/x"));
  EXPECT_FALSE(allowed(home, "s3:GetObject", "arn:aws:s3:::home/bob/x"));
  EXPECT_TRUE(allowed(R"({"Effect":"Allow","Action":"*","Resource":"*"})", "x:" + std::string(300, 'y'), "*"));
}

TEST(Evaluate, WhichStatement) {
  const Policy first = statements(kElse);
  const Policy second = statements(std::string(kElse) + "," + kAllow);
  const Policy third = statements(kDeny);
  const Principal who = user();
  Request request;
  request.principal = &who;
  request.action = "s3:GetObject";
  request.resource = kObject;
  const Policy* const identity[] = {&first, &second, &third};
  Decision decision = evaluate(request, {.identity = identity});
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.policy_index, 1);
  EXPECT_EQ(decision.statement_index, 1);
  EXPECT_EQ(decision.sid(), "A");
  request.action = "s3:PutObject";
  decision = evaluate(request, {.identity = identity});
  EXPECT_EQ(decision.outcome, Outcome::ExplicitDeny);
  EXPECT_EQ(decision.policy_index, 2);
  EXPECT_EQ(decision.sid(), "D");
}

// The union of several session policies limits the session.
TEST(Evaluate, SeveralSessionPolicies) {
  const Policy all = statements(kAllow);
  const Policy other = statements(kElse);
  const Principal who = session();
  Request request;
  request.principal = &who;
  request.action = "s3:PutObject";
  request.resource = kObject;
  const Policy* const identity[] = {&all};
  const Policy* const sessions[] = {&other, &all};
  EXPECT_TRUE(evaluate(request, {.identity = identity, .session = sessions}).allowed());
}

Decision assume(const Principal& who, const std::string& principal, const char* identity_text, const char* extra = "") {
  const Policy trust =
      statements(R"({"Effect":"Allow","Principal":)" + principal + R"(,"Action":"sts:AssumeRole")" + extra + "}",
                 PolicyKind::Trust);
  const Policy identity = identity_text != nullptr ? statements(identity_text) : Policy{};
  const Policy* const identities[] = {&identity};
  Policies policies;
  if (identity_text != nullptr) policies.identity = identities;
  policies.resource = &trust;
  Request request;
  request.principal = &who;
  request.action = "sts:AssumeRole";
  request.resource = "arn:aws:iam::111122223333:role/r";
  request.resource_account = kMine;
  Decision decision = evaluate(request, policies);
  decision.statement = nullptr;
  return decision;
}

TEST(Evaluate, TrustPolicies) {
  const char* may = R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"})";
  const std::string lambda = R"({"Service":"lambda.amazonaws.com"})";
  EXPECT_TRUE(assume(service("lambda.amazonaws.com"), lambda, nullptr).allowed());
  EXPECT_EQ(assume(service(), lambda, nullptr).source, Source::Trust);
  EXPECT_FALSE(assume(user(), lambda, may).allowed());  // the identity policy alone is not enough
  EXPECT_EQ(assume(user(), lambda, may).source, Source::Trust);
  EXPECT_TRUE(assume(user(), kAnn, nullptr).allowed());       // named directly, same account
  EXPECT_FALSE(assume(user(), kAccount, nullptr).allowed());  // the account: identity decides
  EXPECT_EQ(assume(user(), kAccount, nullptr).source, Source::Identity);
  EXPECT_TRUE(assume(user(), kAccount, may).allowed());
  EXPECT_TRUE(assume(session(), kRole, nullptr).allowed());
  EXPECT_FALSE(assume(root(), kAnn, nullptr).allowed());  // not even the root without trust
  EXPECT_TRUE(assume(root(), kAccount, nullptr).allowed());
  EXPECT_FALSE(assume(user(kOther), R"({"AWS":"999988887777"})", nullptr).allowed());
  EXPECT_TRUE(assume(user(kOther), R"({"AWS":"999988887777"})", may).allowed());
  const char* external = R"(,"Condition":{"StringEquals":{"sts:ExternalId":"x"}})";
  EXPECT_FALSE(assume(user(), kAnn, nullptr, external).allowed());
}

// What is suggested means what was asked for and nothing else.
TEST(Evaluate, SuggestsNoWildcards) {
  EXPECT_EQ(resource_pattern("arn:aws:s3:::b/*"), "arn:aws:s3:::b/${*}");
  EXPECT_EQ(resource_pattern("arn:aws:s3:::b/a?${x}"), "arn:aws:s3:::b/a${?}${$}{x}");
  EXPECT_EQ(resource_pattern("arn:aws:lambda:r:1:function:f:$LATEST"), "arn:aws:lambda:r:1:function:f:$LATEST");
  EXPECT_EQ(resource_pattern("arn:aws:iam::1:role/*"), "arn:aws:iam::1:role/*");
  const Principal who = user();
  Request request;
  request.principal = &who;
  request.action = "s3:GetObject";
  request.resource = "arn:aws:s3:::b/*";
  EXPECT_EQ(suggested_statement(request, evaluate(request, {})),
            R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${*}"})");
}

TEST(Evaluate, PoliciesHaveNames) {
  const std::string names[] = {"arn:aws:iam::aws:policy/ReadOnlyAccess", "inline p of user ann"};
  const Policy first = statements(kElse);
  const Policy second = statements(kAllow);
  const Policy bound = statements(kAllow);
  const Principal who = user();
  Request request;
  request.principal = &who;
  request.action = "s3:PutObject";
  request.resource = kObject;
  const Policy* const identity[] = {&first, &second};
  Policies policies{.identity = identity, .boundary = &bound};
  policies.names.identity = names;
  policies.names.boundary = "boundary arn:aws:iam::111122223333:policy/b";
  const Trace told = trace(request, policies);
  ASSERT_EQ(told.statements.size(), 3U);
  EXPECT_EQ(told.statements[0].policy, names[0]);
  EXPECT_EQ(told.statements[2].policy, "boundary arn:aws:iam::111122223333:policy/b");
  const std::string all = [&] {
    std::string out;
    for (const auto& step : told.steps) out += step + "\n";
    return out;
  }();
  EXPECT_NE(all.find("identity-based policies: inline p of user ann, statement 1 (A) allows"), std::string::npos)
      << all;
  EXPECT_EQ(policy_name({}, Source::Identity, 1), "policy 2");
  EXPECT_EQ(policy_name({}, Source::Session, 0), "session policy 1");
  EXPECT_EQ(policy_name({}, Source::None, -1), "");
}

TEST(Evaluate, ResourceRuleRequired) {
  const Policy all = statements(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  const Policy* const identity[] = {&all};
  const Principal who = user();
  Request request;
  request.principal = &who;
  request.action = "kms:Decrypt";
  request.resource = "arn:aws:kms:eu-west-1:111122223333:key/k";
  EXPECT_TRUE(evaluate(request, {.identity = identity}).allowed());
  EXPECT_FALSE(evaluate(request, {.identity = identity, .resource_rule = ResourceRule::Required}).allowed());
}

TEST(Evaluate, Messages) {
  const Principal who = session();
  Request request;
  request.principal = &who;
  request.action = "s3:PutObject";
  request.resource = kObject;
  Decision decision = evaluate(request, {});
  EXPECT_EQ(denial_message(request, decision),
            "User: arn:aws:sts::111122223333:assumed-role/exporter/s1 is not authorized to perform: s3:PutObject on "
            "resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:PutObject action");
  EXPECT_EQ(suggested_statement(request, decision),
            R"({"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/k"})");
  request.action = "dynamodb:GetItem";
  request.resource = "arn:aws:dynamodb:eu-west-1:111122223333:table/t";
  decision = {Outcome::ExplicitDeny, Source::Resource};
  EXPECT_EQ(
      denial_message(request, decision),
      "User: arn:aws:sts::111122223333:assumed-role/exporter/s1 is not authorized to perform: dynamodb:GetItem on "
      "resource: arn:aws:dynamodb:eu-west-1:111122223333:table/t with an explicit deny in a resource-based policy");
  EXPECT_EQ(suggested_statement(request, decision), "");
  decision = {Outcome::ImplicitDeny, Source::Boundary};
  EXPECT_TRUE(denial_message(request, decision)
                  .ends_with(" because no permissions boundary allows the dynamodb:GetItem action"));
  decision = {Outcome::ImplicitDeny, Source::Trust};
  EXPECT_TRUE(
      denial_message(request, decision).ends_with(" because no role trust policy allows the dynamodb:GetItem action"));
  const Principal events = service();
  request.principal = &events;
  request.action = "lambda:InvokeFunction";
  request.resource = "arn:aws:lambda:eu-west-1:111122223333:function:f";
  decision = evaluate(request, {});
  EXPECT_EQ(suggested_statement(request, decision),
            R"({"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction",)"
            R"("Resource":"arn:aws:lambda:eu-west-1:111122223333:function:f"})");
  EXPECT_EQ(denial_message(request, {Outcome::Allowed, Source::None}), "");
}

// The statement that is suggested is one that allows.
TEST(Evaluate, SuggestionsWork) {
  for (const Principal& who : {user(), session(), service(), root(kOther)}) {
    Request request;
    request.principal = &who;
    request.action = "s3:PutObject";
    request.resource = kObject;
    request.resource_account = kMine;
    const Decision decision = evaluate(request, {});
    const std::string text = suggested_statement(request, decision);
    Policies policies;
    const Policy fixed =
        statements(text, decision.source == Source::Resource ? PolicyKind::Resource : PolicyKind::Identity);
    const Policy* const identity[] = {&fixed};
    if (decision.source == Source::Resource) {
      policies.resource = &fixed;
    } else {
      policies.identity = identity;
    }
    EXPECT_TRUE(evaluate(request, policies).allowed()) << text;
  }
}

}  // namespace
}  // namespace orrery::auth
