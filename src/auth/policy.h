// The IAM policy language: JSON in, a compiled form out that evaluate() can match without allocation. Grammar:
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
#pragma once

#include "auth/condition.h"
#include "auth/pattern.h"
#include "auth/principal_element.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::auth {

enum class PolicyKind : unsigned char {
  Identity,  // of users, roles, groups; also permissions boundaries and session policies: no Principal
  Resource,  // bucket policies, function policies, …: Principal and Resource
  Trust,     // the AssumeRolePolicyDocument of a role: Principal, no Resource
};

enum class Effect : unsigned char { Allow, Deny };

enum class Sense : unsigned char { Absent, Positive, Negated };  // "Action" is Positive, "NotAction" Negated

struct Statement {
  std::string sid;  // empty when absent
  Effect effect = Effect::Deny;
  Sense action_sense = Sense::Absent;
  Sense resource_sense = Sense::Absent;
  Sense principal_sense = Sense::Absent;
  std::vector<Pattern> actions;  // lower case
  std::vector<Pattern> resources;
  std::vector<PrincipalMatch> principals;
  std::vector<Condition> conditions;  // all must hold
};

struct Policy {
  PolicyKind kind = PolicyKind::Identity;
  std::string version;  // "2012-10-17", or "2008-10-17", in which ${…} has no meaning
  std::string id;
  std::vector<Statement> statements;
};

// The policy, or a MalformedPolicyDocument error (400) with IAM's own message ("Syntax errors in policy.", "Policy
// statement must contain resources.", …). Services with another code for it (S3's MalformedPolicy) keep the message and
// replace the code. An operator in Condition that is not known is an error as well, never ignored.
Result<Policy> parse_policy(std::string_view json, PolicyKind kind);

// Whether a Service principal (e.g. "lambda.amazonaws.com") appears as an allowed principal of a trust policy: what
// CreateFunction checks before it accepts a role. Conditions are not evaluated.
bool trusts_service(const Policy& trust, std::string_view service);

}  // namespace orrery::auth
