// What the evaluation of one request costs, beside ten policies of twenty statements: prints JSON, microseconds.
#include "auth/evaluate.h"
#include "base/clock.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using orrery::auth::Policy;

namespace {

constexpr int kPolicies = 10;
constexpr int kStatements = 20;
constexpr int kRounds = 500;
constexpr int kEvaluations = 200;

// Statements as people write them: actions and resources of many services, some with wildcards, every fifth with a
// variable and a condition. None applies to what is asked.
std::string statement(int policy, int index) {
  const std::string number = std::to_string(policy) + "-" + std::to_string(index);
  std::string out = R"({"Effect":")" + std::string(index % 7 == 6 ? "Deny" : "Allow") + R"(","Action":[)";
  out += index % 2 == 0 ? R"("dynamodb:Get*","dynamodb:Query")" : R"("s3:PutObject","s3:GetObject*","lambda:Invoke*")";
  out += R"(],"Resource":["arn:aws:dynamodb:*:111122223333:table/t)" + number + R"(","arn:aws:s3:::b)" + number +
         R"(/*"])";
  if (index % 5 == 4) {
    out += R"(,"Condition":{"StringLike":{"aws:username":["${aws:PrincipalTag/team, 'x'}-*"]},)"
           R"("IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})";
  }
  return out + "}";
}

std::vector<Policy> policies(bool with_conditions) {
  std::vector<Policy> out;
  for (int p = 0; p < kPolicies; ++p) {
    std::string text = R"({"Version":"2012-10-17","Statement":[)";
    for (int i = 0; i < kStatements; ++i) text += (i > 0 ? "," : "") + statement(p, i);
    // The last statement of the last policy allows.
    if (p + 1 == kPolicies) {
      text += R"(,{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:*:*:table/orders")";
      if (with_conditions) text += R"(,"Condition":{"StringEquals":{"aws:PrincipalType":"User"}})";
      text += "}";
    }
    auto policy = orrery::auth::parse_policy(text + "]}", orrery::auth::PolicyKind::Identity);
    if (!policy) std::abort();
    out.push_back(*std::move(policy));
  }
  return out;
}

// The fastest of several rounds: what the work takes when nothing else is in the way.
double measure(bool with_conditions) {
  const auto compiled = policies(with_conditions);
  std::vector<const Policy*> borrowed;
  for (const Policy& policy : compiled) borrowed.push_back(&policy);
  orrery::auth::Principal who;
  who.kind = orrery::auth::Principal::Kind::User;
  who.account = "111122223333";
  who.arn = "arn:aws:iam::111122223333:user/ann";
  who.name = "ann";
  orrery::auth::Request request;
  request.principal = &who;
  request.action = "dynamodb:GetItem";
  request.resource = "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
  orrery::auth::Policies all;
  all.identity = borrowed;
  const orrery::Clock clock;
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto began = clock.monotonic_us();
    int allowed = 0;
    for (int i = 0; i < kEvaluations; ++i) allowed += orrery::auth::evaluate(request, all).allowed() ? 1 : 0;
    if (allowed != kEvaluations) std::abort();
    best = std::min(best, static_cast<double>(clock.monotonic_us() - began) / kEvaluations);
  }
  return best;
}

}  // namespace

int main() {
  std::printf("{\"policies\": %d, \"statements\": %d, \"plain_us\": %.3f, \"conditions_us\": %.3f}\n", kPolicies,
              kPolicies * kStatements + 1, measure(false), measure(true));
  return 0;
}
