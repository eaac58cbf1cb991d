#include "auth/principal_element.h"

#include "base/arn.h"

#include <algorithm>

namespace orrery::auth {
namespace {

using Kind = PrincipalMatch::Kind;

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_account(std::string_view text) { return text.size() == 12 && digits(text); }

// "AIDAJQABLZS4A3QDU576Q": what remains of a deleted user or role.
bool is_unique_id(std::string_view text) {
  return text.size() >= 16 && text.size() <= 128 && text[0] == 'A' &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

Failure invalid(std::string_view type, std::string_view text) {
  return fail(api_error("MalformedPolicyDocument",
                        "Invalid principal in policy: \"" + std::string(type) + "\":\"" + std::string(text) + "\""));
}

Result<PrincipalMatch> parse_aws(std::string_view text) {
  if (text == "*") return PrincipalMatch{Kind::Everyone, ""};
  if (is_account(text)) return PrincipalMatch{Kind::Account, std::string(text)};
  if (is_unique_id(text)) return PrincipalMatch{Kind::UniqueId, std::string(text)};
  const auto arn = Arn::parse(text);
  // "You cannot use a wildcard to match part of a principal name or ARN."
  if (!arn || !arn->region.empty() || !is_account(arn->account) || text.find_first_of("*?") != std::string_view::npos) {
    return invalid("AWS", text);
  }
  const std::string_view resource = arn->resource;
  if (arn->service == "iam" && resource == "root") return PrincipalMatch{Kind::Account, arn->account};
  const auto is = [&](std::string_view prefix) {
    return resource.starts_with(prefix) && resource.size() > prefix.size();
  };
  const bool known = (arn->service == "iam" && (is("user/") || is("role/"))) ||
                     (arn->service == "sts" && (is("assumed-role/") || is("federated-user/")));
  if (!known) return invalid("AWS", text);
  return PrincipalMatch{Kind::Arn, std::string(text)};
}

Result<PrincipalMatch> parse_service(std::string_view text) {
  // "alexa-appkit.amazon.com" is one as well.
  const bool known = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") ||
                     text.ends_with(".amazon.com") || text.ends_with(".aws.internal");
  if (!known || text.front() == '.' || text.find_first_of("*? /") != std::string_view::npos)
    return invalid("SERVICE", text);
  return PrincipalMatch{Kind::Service, std::string(text)};
}

Result<PrincipalMatch> parse_one(std::string_view type, std::string_view text) {
  if (type == "AWS") return parse_aws(text);
  if (type == "Service") return parse_service(text);
  if (text.empty()) return invalid(type, text);
  if (type == "Federated") return PrincipalMatch{Kind::Federated, std::string(text)};
  if (type == "CanonicalUser") return PrincipalMatch{Kind::Canonical, std::string(text)};
  return invalid(type, text);
}

}  // namespace

Result<std::vector<PrincipalMatch>> parse_principals(const json::value& element) {
  std::vector<PrincipalMatch> out;
  if (element.is_string()) {
    if (element.get_string() != "*") return invalid("STAR", element.get_string());
    out.push_back({Kind::Everyone, ""});
    return out;
  }
  if (!element.is_object()) return fail(api_error("MalformedPolicyDocument", "Invalid principal in policy"));
  for (const auto& [type, value] : element.get_object()) {
    if (value.is_string()) {
      out.push_back(TRY(parse_one(type, value.get_string())));
      continue;
    }
    if (!value.is_array()) return invalid(type, to_text(value));
    for (const json::value& entry : value.get_array()) {
      if (!entry.is_string()) return invalid(type, to_text(entry));
      out.push_back(TRY(parse_one(type, entry.get_string())));
    }
  }
  if (out.empty()) return fail(api_error("MalformedPolicyDocument", "Invalid principal in policy"));
  return out;
}

Grant grant_of(const PrincipalMatch& match, const Principal& principal) {
  const bool of_account = principal.kind != Principal::Kind::Service && principal.kind != Principal::Kind::Anonymous &&
                          principal.kind != Principal::Kind::WebIdentity;
  switch (match.kind) {
    case Kind::Everyone:
      return Grant::Direct;
    case Kind::Account:
      if (!of_account || principal.account != match.text) return Grant::None;
      return principal.kind == Principal::Kind::Root ? Grant::Direct : Grant::Account;
    case Kind::Arn:
      if (!of_account) return Grant::None;
      if (principal.arn == match.text) return Grant::Direct;
      // A federated user may what is granted to the user who made it, as far as the session's policies allow.
      if (!principal.issuer_arn.empty() && principal.issuer_arn == match.text) return Grant::Role;
      return !principal.role_arn.empty() && principal.role_arn == match.text ? Grant::Role : Grant::None;
    case Kind::UniqueId:
      if (!of_account) return Grant::None;
      if (principal.user_id == match.text) return Grant::Direct;
      // A session's id is "AROA…:session-name".
      return principal.user_id.size() > match.text.size() && principal.user_id[match.text.size()] == ':' &&
                     principal.user_id.starts_with(match.text)
                 ? Grant::Role
                 : Grant::None;
    case Kind::Service:
      return principal.kind == Principal::Kind::Service && principal.arn == match.text ? Grant::Direct : Grant::None;
    case Kind::Federated:
      return principal.kind == Principal::Kind::WebIdentity && principal.arn == match.text ? Grant::Direct
                                                                                           : Grant::None;
    case Kind::Canonical:
      return Grant::None;  // no principal of this kind is made
  }
  return Grant::None;
}

bool exempt(const std::vector<PrincipalMatch>& matches, const Principal& principal) {
  bool account = false;
  bool role = false;
  bool itself = false;
  for (const PrincipalMatch& match : matches) {
    if (match.kind == Kind::Everyone) return true;
    const Grant grant = grant_of(match, principal);
    if (match.kind == Kind::Account) {
      account = account || grant != Grant::None;
    } else {
      role = role || grant == Grant::Role;
      itself = itself || grant == Grant::Direct;
    }
  }
  switch (principal.kind) {
    case Principal::Kind::Root:
      return account;
    case Principal::Kind::User:
    case Principal::Kind::FederatedUser:
      return account && itself;
    case Principal::Kind::RoleSession:
      return account && role && itself;
    case Principal::Kind::Service:
    case Principal::Kind::WebIdentity:
      return itself;
    case Principal::Kind::Anonymous:
      break;
  }
  return false;
}

}  // namespace orrery::auth
