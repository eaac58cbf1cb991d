#include "auth/evaluate.h"

#include "auth/matcher.h"

namespace orrery::auth {
namespace {

Source resource_source(const Policies& policies) {
  return policies.resource != nullptr && policies.resource->kind == PolicyKind::Trust ? Source::Trust
                                                                                      : Source::Resource;
}

Decision decide(Outcome outcome, Source source, Hit hit = {}, std::size_t policy = 0) {
  return {outcome, source, hit.statement, hit ? static_cast<int>(policy) : -1, hit.index};
}

// What the policies of one kind say together: any deny, else any allow.
struct Several {
  Verdict verdict;
  std::size_t policy = 0;
};
Several read_all(const Matcher& matcher, std::span<const Policy* const> policies) {
  Several out;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    if (out.verdict.allow) {
      const Verdict next = matcher.read(*policies[i]);
      if (next.deny) return {next, i};
      continue;
    }
    out = {matcher.read(*policies[i]), i};
    if (out.verdict.deny) return out;
  }
  return out;
}

// Everything that was said about the request, and the rules that combine it.
class Judge {
 public:
  Judge(const Request& request, const Policies& policies) : request_(request), policies_(policies) {}

  Decision run() {
    const Matcher matcher(request_);
    const Principal::Kind kind = request_.principal->kind;
    const bool has_identity =
        kind == Principal::Kind::User || kind == Principal::Kind::RoleSession || kind == Principal::Kind::FederatedUser;
    // An explicit deny anywhere ends it.
    if (has_identity) {
      identity_ = read_all(matcher, policies_.identity);
      if (identity_.verdict.deny) return denied(Source::Identity, identity_);
    }
    if (policies_.resource != nullptr) {
      resource_.verdict = matcher.read(*policies_.resource);
      if (resource_.verdict.deny) return denied(resource_source(policies_), resource_);
    }
    if (has_identity && policies_.boundary != nullptr) {
      boundary_.verdict = matcher.read(*policies_.boundary);
      if (boundary_.verdict.deny) return denied(Source::Boundary, boundary_);
    }
    if (has_identity || kind == Principal::Kind::Root) {
      session_ = read_all(matcher, policies_.session);
      if (session_.verdict.deny) return denied(Source::Session, session_);
    }
    if (kind == Principal::Kind::Service || kind == Principal::Kind::Anonymous ||
        kind == Principal::Kind::WebIdentity) {
      return by_resource();
    }
    const std::string_view owner = request_.resource_account;
    const bool same_account = owner.empty() || owner == request_.principal->account;
    return same_account ? within_account(has_identity) : across_accounts(has_identity);
  }

 private:
  static Decision denied(Source source, const Several& by) {
    return decide(Outcome::ExplicitDeny, source, by.verdict.deny, by.policy);
  }

  // For those without identity policies of their own.
  Decision by_resource() const {
    const Source source = resource_source(policies_);
    if (resource_.verdict.grant == Grant::None) return decide(Outcome::ImplicitDeny, source);
    return decide(Outcome::Allowed, source, resource_.verdict.allow);
  }

  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html:
  // a resource policy that names the user or the session itself (or everybody) is not limited by implicit denies of the
  // others; one that names the role is limited by the boundary and the session policies; one that names the account
  // only lets the account's identity policies decide.
  Decision within_account(bool has_identity) const {
    const Grant grant = resource_.verdict.grant;
    const Source source = resource_source(policies_);
    const bool required = source == Source::Trust || policies_.resource_rule == ResourceRule::Required;
    if (required && grant == Grant::None) return decide(Outcome::ImplicitDeny, source);
    if (grant == Grant::Direct) return decide(Outcome::Allowed, source, resource_.verdict.allow);
    if (!has_identity) return limits();  // the root of the account
    if (grant == Grant::Role) {
      const Decision limit = limits();
      return limit.allowed() ? decide(Outcome::Allowed, source, resource_.verdict.allow) : limit;
    }
    return identity_side();
  }

  // …_policy-eval-basics-cross-account.html: both sides must allow.
  Decision across_accounts(bool has_identity) const {
    const Decision own = has_identity ? identity_side() : limits();
    return own.allowed() ? by_resource() : own;
  }

  Decision identity_side() const {
    if (!identity_.verdict.allow && !issued_by_root()) return decide(Outcome::ImplicitDeny, Source::Identity);
    const Decision limit = limits();
    if (!limit.allowed()) return limit;
    if (!identity_.verdict.allow) return decide(Outcome::Allowed, Source::None);
    return decide(Outcome::Allowed, Source::Identity, identity_.verdict.allow, identity_.policy);
  }

  // The boundary and the session policies: where they are, they must allow as well.
  Decision limits() const {
    const bool bounded = policies_.boundary != nullptr && request_.principal->kind != Principal::Kind::Root;
    if (bounded && !boundary_.verdict.allow) return decide(Outcome::ImplicitDeny, Source::Boundary);
    // "If you do not pass a policy, the resulting [federated user] session has no permissions" (GetFederationToken).
    const bool limited = !policies_.session.empty() || request_.principal->kind == Principal::Kind::FederatedUser;
    if (limited && !session_.verdict.allow) return decide(Outcome::ImplicitDeny, Source::Session);
    return decide(Outcome::Allowed, Source::None);
  }

  // A federated user whom the account's root has made: of that, everything is allowed that the session's policies do.
  bool issued_by_root() const {
    const Principal& who = *request_.principal;
    return who.kind == Principal::Kind::FederatedUser && who.issuer_arn.ends_with(":root");
  }

  const Request& request_;
  const Policies& policies_;
  Several identity_, resource_, boundary_, session_;
};

}  // namespace

Decision evaluate(const Request& request, const Policies& policies) { return Judge(request, policies).run(); }

}  // namespace orrery::auth
