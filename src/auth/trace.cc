// The evaluation again, this time with everything that it saw.
#include "auth/matcher.h"

#include <utility>

namespace orrery::auth {
namespace {

std::string quoted(const KeyValues& found) {
  if (!found.present) return "the request has no such key";
  if (found.many == nullptr) return "the request has \"" + found.one + "\"";
  std::string out = "the request has";
  for (const std::string& value : *found.many) out += " \"" + value + "\"";
  return found.many->empty() ? "the request has no value of it" : out;
}

std::string_view kind_name(Source source) {
  switch (source) {
    case Source::Identity:
      return "identity-based policies";
    case Source::Resource:
      return "the resource-based policy";
    case Source::Boundary:
      return "the permissions boundary";
    case Source::Session:
      return "session policies";
    case Source::Trust:
      return "the role's trust policy";
    case Source::None:
      break;
  }
  return "no policy";
}

class Tracer {
 public:
  Tracer(const Request& request, const Policies& policies)
      : request_(request), policies_(policies), matcher_(request) {}

  Trace run() {
    out_.decision = evaluate(request_, policies_);
    const bool trust = policies_.resource != nullptr && policies_.resource->kind == PolicyKind::Trust;
    describe_request();
    read(Source::Identity, policies_.identity, "no identity-based policy applies to the principal");
    const Policy* const resource[] = {policies_.resource};
    read(trust ? Source::Trust : Source::Resource, some(resource), "the resource has no policy of its own");
    const Policy* const boundary[] = {policies_.boundary};
    read(Source::Boundary, some(boundary), "no permissions boundary: no limit");
    read(Source::Session, policies_.session, "no session policy: no limit");
    conclude();
    return std::move(out_);
  }

 private:
  static std::span<const Policy* const> some(const Policy* const (&one)[1]) {
    return one[0] == nullptr ? std::span<const Policy* const>() : std::span<const Policy* const>(one);
  }

  void describe_request() {
    const Principal& who = *request_.principal;
    out_.steps.push_back((who.arn.empty() ? std::string("an anonymous caller") : who.arn) + " asks for " +
                         std::string(request_.action) + " on " + std::string(request_.resource));
    if (who.account.empty()) return;
    const bool same = request_.resource_account.empty() || request_.resource_account == who.account;
    out_.steps.push_back(same ? "principal and resource are of one account, " + who.account +
                                    ": an identity-based or the resource-based policy has to allow"
                              : "the resource is of another account, " + std::string(request_.resource_account) +
                                    ": both sides have to allow");
  }

  void read(Source source, std::span<const Policy* const> policies, std::string_view when_none) {
    if (policies.empty()) {
      out_.steps.emplace_back(when_none);
      return;
    }
    std::string denied;
    std::string allowed;
    for (std::size_t p = 0; p < policies.size(); ++p) {
      for (std::size_t s = 0; s < policies[p]->statements.size(); ++s) {
        const Statement& statement = policies[p]->statements[s];
        const std::string name = policy_name(policies_.names, source, static_cast<int>(p));
        out_.statements.push_back({source, static_cast<int>(p), static_cast<int>(s), name, statement.sid,
                                   statement.effect, matcher_.obstacle(statement)});
        if (!out_.statements.back().obstacle.empty()) continue;
        std::string& which = statement.effect == Effect::Deny ? denied : allowed;
        if (which.empty()) which = place(name, s, statement);
      }
    }
    const std::string kind(kind_name(source));
    if (!denied.empty()) {
      out_.steps.push_back(kind + ": " + denied + " denies");
    } else if (!allowed.empty()) {
      out_.steps.push_back(kind + ": " + allowed + " allows");
    } else {
      out_.steps.push_back(kind + ": no statement applies");
    }
  }

  static std::string place(const std::string& policy, std::size_t statement, const Statement& of) {
    std::string out = policy + ", statement " + std::to_string(statement + 1);
    if (!of.sid.empty()) out += " (" + of.sid + ")";
    return out;
  }

  void conclude() {
    const Decision& decision = out_.decision;
    const std::string kind(kind_name(decision.source));
    if (decision.outcome == Outcome::ExplicitDeny) {
      out_.steps.push_back("denied: an explicit deny in " + kind + " ends it");
    } else if (decision.outcome == Outcome::ImplicitDeny) {
      out_.steps.push_back("denied: " + kind + " would have to allow it and " +
                           (decision.source == Source::Identity || decision.source == Source::Session ? "do" : "does") +
                           " not");
    } else if (decision.source == Source::None) {
      out_.steps.emplace_back("allowed: it is the account's own root");
    } else {
      out_.steps.push_back("allowed by " + kind);
    }
  }

  const Request& request_;
  const Policies& policies_;
  const Matcher matcher_;
  Trace out_;
};

}  // namespace

std::string Matcher::obstacle(const Statement& statement) const {
  if (!element(statement.action_sense, statement.actions, action_)) {
    return statement.action_sense == Sense::Negated ? "NotAction names the action" : "Action does not match";
  }
  if (statement.resource_sense != Sense::Absent && !element(statement.resource_sense, statement.resources, resource_)) {
    return statement.resource_sense == Sense::Negated ? "NotResource names the resource" : "Resource does not match";
  }
  if (principal(statement) == Grant::None) {
    return statement.principal_sense == Sense::Negated ? "NotPrincipal names the principal"
                                                       : "Principal does not match";
  }
  for (const Condition& condition : statement.conditions) {
    if (holds(condition, keys_)) continue;
    std::string wanted;
    for (const Pattern& value : condition.values) wanted += (wanted.empty() ? "\"" : " or \"") + value.source() + "\"";
    return "Condition " + operator_name(condition) + " " + condition.key + " " + wanted +
           " does not hold: " + quoted(keys_.values(condition.key));
  }
  return {};
}

Trace trace(const Request& request, const Policies& policies) { return Tracer(request, policies).run(); }

}  // namespace orrery::auth
