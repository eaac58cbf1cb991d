#include "auth/evaluate.h"

#include "auth/request_keys.h"

#include <algorithm>
#include <array>

namespace orrery::auth {
namespace {

struct Hit {
  const Statement* statement = nullptr;
  int index = -1;
  explicit operator bool() const { return statement != nullptr; }
};

// What one policy says of the request. With a deny the rest is not looked at.
struct Verdict {
  Hit deny;
  Hit allow;
  Grant grant = Grant::None;  // of the strongest allowing statement; Direct for policies without Principal
};

// The request, with what every statement's comparison needs prepared once.
class Matcher {
 public:
  explicit Matcher(const Request& request) : request_(request), keys_(request), resource_(request.resource) {
    const std::string_view action = request.action;
    char* out = short_.data();
    if (action.size() > short_.size()) {
      long_.resize(action.size());
      out = long_.data();
    }
    std::transform(action.begin(), action.end(), out,
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    action_ = Candidate({out, action.size()});
  }
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  Verdict read(const Policy& policy) const {
    Verdict verdict;
    for (std::size_t i = 0; i < policy.statements.size(); ++i) {
      const Statement& statement = policy.statements[i];
      const bool deny = statement.effect == Effect::Deny;
      if (!deny && verdict.grant == Grant::Direct) continue;  // nothing to gain
      const Grant grant = applies(statement);
      if (grant == Grant::None) continue;
      const Hit hit{&statement, static_cast<int>(i)};
      if (deny) {
        verdict.deny = hit;
        return verdict;
      }
      if (grant > verdict.grant) {
        verdict.allow = hit;
        verdict.grant = grant;
      }
    }
    return verdict;
  }

 private:
  // Cheapest tests first.
  Grant applies(const Statement& statement) const {
    if (!element(statement.action_sense, statement.actions, action_)) return Grant::None;
    if (statement.resource_sense != Sense::Absent &&
        !element(statement.resource_sense, statement.resources, resource_)) {
      return Grant::None;
    }
    const Grant grant = principal(statement);
    if (grant == Grant::None) return grant;
    for (const Condition& condition : statement.conditions) {
      if (!holds(condition, keys_)) return Grant::None;
    }
    return grant;
  }

  bool element(Sense sense, const std::vector<Pattern>& patterns, const Candidate& text) const {
    for (const Pattern& pattern : patterns) {
      if (pattern.matches(text, keys_)) return sense == Sense::Positive;
    }
    return sense == Sense::Negated;
  }

  Grant principal(const Statement& statement) const {
    if (statement.principal_sense == Sense::Absent) return Grant::Direct;
    Grant best = Grant::None;
    for (const PrincipalMatch& match : statement.principals)
      best = std::max(best, grant_of(match, *request_.principal));
    if (statement.principal_sense == Sense::Positive) return best;
    return best == Grant::None ? Grant::Direct : Grant::None;
  }

  const Request& request_;
  RequestKeys keys_;
  std::array<char, 96> short_{};
  std::string long_;
  Candidate action_{{}};
  Candidate resource_;
};

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
    if (has_identity) {
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
    if (!has_identity) return decide(Outcome::Allowed, Source::None);  // the root of the account
    if (grant == Grant::Role) {
      const Decision limit = limits();
      return limit.allowed() ? decide(Outcome::Allowed, source, resource_.verdict.allow) : limit;
    }
    return identity_side();
  }

  // …_policy-eval-basics-cross-account.html: both sides must allow.
  Decision across_accounts(bool has_identity) const {
    if (has_identity) {
      const Decision own = identity_side();
      if (!own.allowed()) return own;
    }
    return by_resource();
  }

  Decision identity_side() const {
    if (!identity_.verdict.allow) return decide(Outcome::ImplicitDeny, Source::Identity);
    const Decision limit = limits();
    if (!limit.allowed()) return limit;
    return decide(Outcome::Allowed, Source::Identity, identity_.verdict.allow, identity_.policy);
  }

  // The boundary and the session policies: where they are, they must allow as well.
  Decision limits() const {
    if (policies_.boundary != nullptr && !boundary_.verdict.allow)
      return decide(Outcome::ImplicitDeny, Source::Boundary);
    if (!policies_.session.empty() && !session_.verdict.allow) return decide(Outcome::ImplicitDeny, Source::Session);
    return decide(Outcome::Allowed, Source::None);
  }

  const Request& request_;
  const Policies& policies_;
  Several identity_, resource_, boundary_, session_;
};

}  // namespace

Decision evaluate(const Request& request, const Policies& policies) { return Judge(request, policies).run(); }

}  // namespace orrery::auth
