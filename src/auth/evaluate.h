// The decision: may this principal do this to that resource? Pure functions of the request and the policies, after
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. No allocation for statements
// without conditions and policy variables.
#pragma once

#include "auth/policy.h"
#include "auth/principal.h"
#include "base/time.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::auth {

// What the caller knows of the request, asked for only when a policy names it. Keys in lower case; nullopt: the request
// has no such key.
class ContextSource {
 public:
  virtual ~ContextSource() = default;
  virtual std::optional<Context::Values> find(std::string_view key) const = 0;
};

// Everything is borrowed for the length of the call.
struct Request {
  const Principal* principal = nullptr;   // never null
  std::string_view action;                // "s3:PutObject"
  std::string_view resource;              // an ARN, or "*" for actions without a resource type
  std::string_view resource_account;      // who owns the resource; empty means the principal's own account
  const Context* context = nullptr;       // may be null: nothing but what follows from the request itself
  Instant now{};                          // aws:CurrentTime and aws:EpochTime
  const ContextSource* source = nullptr;  // may be null; asked for what the context does not hold
  // aws:PrincipalTag/KEY of the user or the role; the session's own tags win over them.
  std::span<const std::pair<std::string, std::string>> principal_tags{};
};

enum class ResourceRule : unsigned char {
  Optional,  // within one account an identity policy alone may allow (S3, Lambda, …)
  Required,  // the resource's policy must allow or delegate in any case (KMS keys); trust policies are always so
};

// What explanations call the policies, in the order of Policies; evaluate() does not look at it. A policy without a
// name is told by its number.
struct PolicyNames {
  std::span<const std::string> identity{};  // "arn:aws:iam::aws:policy/ReadOnlyAccess", "inline NAME of role exporter"
  std::span<const std::string> session{};
  std::string_view resource, boundary;
};

// Borrowed for the length of the call; null pointers inside the spans are not allowed.
struct Policies {
  std::span<const Policy* const> identity{};  // attached, inline, of the user or the role, and of the user's groups
  const Policy* resource = nullptr;           // of the resource; for sts:AssumeRole the role's trust policy
  const Policy* boundary = nullptr;           // permissions boundary of the user or the role
  std::span<const Policy* const> session{};   // of AssumeRole's Policy and PolicyArns; their union limits the session
  ResourceRule resource_rule = ResourceRule::Optional;
  PolicyNames names{};
};

enum class Outcome : unsigned char { Allowed, ExplicitDeny, ImplicitDeny };

// Which kind of policy decided; for ImplicitDeny the first kind that should have allowed and did not.
enum class Source : unsigned char {
  None,  // Allowed without a policy: the root of the account
  Identity,
  Resource,
  Boundary,
  Session,
  Trust,
};

struct Decision {
  Outcome outcome = Outcome::ImplicitDeny;
  Source source = Source::Identity;
  // The statement that allowed or denied; null for ImplicitDeny and for Source::None. Borrowed from the Policies.
  const Statement* statement = nullptr;
  int policy_index = -1;     // within its kind's span; 0 where there is only one
  int statement_index = -1;  // within the policy

  bool allowed() const { return outcome == Outcome::Allowed; }
  std::string_view sid() const { return statement != nullptr ? std::string_view(statement->sid) : std::string_view(); }
};

Decision evaluate(const Request& request, const Policies& policies);

// What the policy at that place is called: its name, or "policy N" ("session policy N") where it has none. Empty for
// Source::None.
std::string policy_name(const PolicyNames& names, Source source, int policy_index);

// How one statement stood to the request.
struct StatementTrace {
  Source source;  // the kind of its policy
  int policy_index, statement_index;
  std::string policy;  // what it is called
  std::string sid;
  Effect effect;
  std::string obstacle;  // what keeps it from applying ("Action does not match", "Condition StringEquals s3:prefix
                         // does not hold: …"); empty: it applies
};
struct Trace {
  Decision decision;
  std::vector<StatementTrace> statements;  // all of them, in the order in which the kinds are asked
  std::vector<std::string> steps;          // the evaluation in sentences; the last one is the outcome
};
// The same as evaluate(), with all that led to it. Slow: for explanations.
Trace trace(const Request& request, const Policies& policies);

// AWS's sentence for a refusal (docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html): "User: ARN
// is not authorized to perform: ACTION on resource: RESOURCE because no identity-based policy allows the ACTION
// action". S3 puts the resource in quotation marks, the others do not. Empty when the decision allows.
std::string denial_message(const Request& request, const Decision& decision);

// A resource's ARN as policies have to spell it, so that it means this one and no other: wildcards and variables in the
// names of objects are text there. Elsewhere an asterisk stands for all of a kind, as the service itself asks for it.
std::string resource_pattern(std::string_view resource);

// One JSON statement that would allow the request in the kind of policy that is missing it (with a Principal where that
// kind needs one); for an explicit deny the text is empty, since no statement can allow it.
std::string suggested_statement(const Request& request, const Decision& decision);

}  // namespace orrery::auth
