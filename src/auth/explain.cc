// The texts that go with a decision.
#include "auth/evaluate.h"
#include "base/json.h"

#include <array>

namespace orrery::auth {
namespace {

std::string_view no_allow(Source source) {
  switch (source) {
    case Source::Resource:
      return "no resource-based policy allows";
    case Source::Boundary:
      return "no permissions boundary allows";
    case Source::Session:
      return "no session policy allows";
    case Source::Trust:
      return "no role trust policy allows";
    default:
      return "no identity-based policy allows";
  }
}

std::string_view denied_by(Source source) {
  switch (source) {
    case Source::Resource:
      return "a resource-based policy";
    case Source::Boundary:
      return "a permissions boundary";
    case Source::Session:
      return "a session policy";
    case Source::Trust:
      return "the role trust policy";
    default:
      return "an identity-based policy";
  }
}

json::value principal_element(const Principal& principal) {
  switch (principal.kind) {
    case Principal::Kind::Anonymous:
      return "*";
    case Principal::Kind::Service:
      return {{"Service", principal.arn}};
    case Principal::Kind::RoleSession:
      return {{"AWS", principal.role_arn.empty() ? principal.arn : principal.role_arn}};
    default:
      return {{"AWS", principal.arn}};
  }
}

}  // namespace

std::string policy_name(const PolicyNames& names, Source source, int policy_index) {
  const auto index = static_cast<std::size_t>(policy_index);
  const bool several = source == Source::Identity || source == Source::Session;
  const auto among = source == Source::Session ? names.session : names.identity;
  if (several && policy_index >= 0 && index < among.size()) return among[index];
  switch (source) {
    case Source::Identity:
      return "policy " + std::to_string(policy_index + 1);
    case Source::Session:
      return "session policy " + std::to_string(policy_index + 1);
    case Source::Resource:
      return std::string(names.resource.empty() ? "resource policy" : names.resource);
    case Source::Trust:
      return std::string(names.resource.empty() ? "trust policy" : names.resource);
    case Source::Boundary:
      return std::string(names.boundary.empty() ? "boundary" : names.boundary);
    case Source::None:
      break;
  }
  return {};
}

std::string denial_message(const Request& request, const Decision& decision) {
  if (decision.allowed()) return {};
  const Principal& who = *request.principal;
  const std::string action(request.action);
  std::string out = "User: ";
  out += who.kind == Principal::Kind::Anonymous ? std::string_view("anonymous") : std::string_view(who.arn);
  out += " is not authorized to perform: " + action;
  if (!request.resource.empty()) {
    const char* quote = action.starts_with("s3:") ? "\"" : "";
    out.append(" on resource: ").append(quote).append(request.resource).append(quote);
  }
  if (decision.outcome == Outcome::ExplicitDeny) {
    return out.append(" with an explicit deny in ").append(denied_by(decision.source));
  }
  return out.append(" because ").append(no_allow(decision.source)).append(" the ").append(action).append(" action");
}

std::string resource_pattern(std::string_view resource) {
  const bool object = resource.starts_with("arn:aws:s3:::");
  std::string out;
  for (std::size_t i = 0; i < resource.size(); ++i) {
    const char c = resource[i];
    const bool variable = c == '$' && (object || resource.substr(i, 2) == "${");
    if (c == '?' || (c == '*' && object) || variable) {
      out.append("${").append(1, c).append("}");
    } else {
      out += c;
    }
  }
  return out;
}

std::string suggested_statement(const Request& request, const Decision& decision) {
  if (decision.outcome != Outcome::ImplicitDeny) return {};
  json::object statement;
  statement["Effect"] = "Allow";
  if (decision.source == Source::Resource || decision.source == Source::Trust) {
    statement["Principal"] = principal_element(*request.principal);
  }
  statement["Action"] = request.action;
  if (decision.source != Source::Trust)
    statement["Resource"] = request.resource.empty() ? "*" : resource_pattern(request.resource);
  return to_text(statement);
}

}  // namespace orrery::auth
