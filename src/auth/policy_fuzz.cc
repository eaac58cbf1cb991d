// Any text is either refused or evaluates without harm, whatever its patterns, variables and conditions.
#include "auth/evaluate.h"
#include "base/check.h"
#include "base/json.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace orrery;
using namespace orrery::auth;

namespace {

void check(std::string_view text, PolicyKind kind) {
  const auto policy = parse_policy(text, kind);
  if (!policy) {
    CHECK(policy.error().code == "MalformedPolicyDocument" && !policy.error().message.empty());
    return;
  }
  Principal who;
  who.kind = Principal::Kind::RoleSession;
  who.account = "111122223333";
  who.arn = "arn:aws:sts::111122223333:assumed-role/r/s";
  who.role_arn = "arn:aws:iam::111122223333:role/r";
  who.user_id = "AROAEXAMPLEEXAMPLE12:s";
  Context context;
  context.set("aws:SourceIp", "203.0.113.9");
  context.set("s3:prefix", "photos/\x01*${aws:userid}");
  context.set("aws:TagKeys", Context::Values{"a", "b"});
  Request request;
  request.principal = &who;
  request.action = kind == PolicyKind::Trust ? "sts:AssumeRole" : "s3:PutObject";
  request.resource = "arn:aws:s3:::bucket/key";
  request.context = &context;
  const Policy* const list[] = {&*policy};
  Policies policies;
  if (kind == PolicyKind::Identity) {
    policies.identity = list;
    policies.session = list;
    policies.boundary = list[0];
  } else {
    policies.resource = list[0];
  }
  const Decision decision = evaluate(request, policies);
  CHECK(trace(request, policies).decision.outcome == decision.outcome);
  CHECK(decision.allowed() == denial_message(request, decision).empty());
  const std::string suggested = suggested_statement(request, decision);
  CHECK(suggested.empty() || parse_json(suggested).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, PolicyKind::Identity);
  check(text, PolicyKind::Resource);
  check(text, PolicyKind::Trust);
  return 0;
}
