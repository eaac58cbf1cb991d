// AssumeRoleWithWebIdentity: an identity provider's token instead of a signature
// (docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
#include "base/arn.h"
#include "services/identity/entities.h"
#include "services/identity/stored_identity.h"
#include "services/sts/jwt.h"
#include "services/sts/operations.h"

#include <algorithm>

namespace orrery::sts {
namespace {

std::vector<std::string> texts_of(const json::value& document, std::string_view name) {
  std::vector<std::string> out;
  const json::value* value = find(document, name);
  if (value == nullptr) return out;
  if (value->is_string()) out.emplace_back(value->get_string());
  if (value->is_array()) {
    for (const auto& one : value->get_array()) {
      if (one.is_string()) out.emplace_back(one.get_string());
    }
  }
  return out;
}

std::optional<Instant> time_of(const json::value& claims, std::string_view name) {
  const json::value* value = find(claims, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return instant_from_ms(static_cast<std::int64_t>(value->to_number<double>() * 1000));
}

struct Identified {
  std::string issuer;  // without "https://"
  std::string provider_arn, subject, audience;
  std::vector<std::string> methods;  // amr
};

Error invalid_token(std::string message) { return errors::InvalidIdentityTokenException(std::move(message)); }

Result<> check_time(const Call& call, const json::value& claims) {
  const auto expires = time_of(claims, "exp");
  if (!expires || !find(claims, "iat")) return fail(invalid_token("Missing a required claim: exp or iat"));
  if (call.now >= *expires) {
    return fail(errors::ExpiredTokenException("Token expired: current date/time " + iso8601_seconds(call.now) +
                                              " must be before the expiration date/time " + iso8601_seconds(*expires)));
  }
  const auto from = time_of(claims, "nbf");
  if (from && call.now + std::chrono::minutes(5) < *from) {
    return fail(invalid_token("The ID Token provided is not valid before " + iso8601_seconds(*from)));
  }
  return {};
}

// Who the token says it is, once its signature, times and audience are right for a provider of the role's account.
Result<Identified> identify(const Sts& sts, const Call& call, Reader& reader, const std::string& account,
                            const Token& token) {
  Identified out;
  const std::string url(find_string(token.claims, "iss").value_or(""));
  out.issuer = issuer_name(url);
  out.provider_arn = make_arn("iam", "", account, "oidc-provider/" + out.issuer);
  const auto provider = TRY(identity::get_item(reader, account, "oidc", out.provider_arn));
  if (!provider) return fail(invalid_token("No OpenIDConnect provider found in your account for " + url));
  const auto issuer = sts.issuers.find(out.issuer);
  if (issuer == sts.issuers.end()) {
    return fail(errors::IDPCommunicationErrorException("Orrery has no keys of the identity provider " + url +
                                                       ": name its JSON Web Key Set with --oidc-issuer " + url +
                                                       "=FILE"));
  }
  switch (verify_token(token, issuer->second.jwks)) {
    case Verdict::Valid:
      break;
    case Verdict::NoKey:
      return fail(
          invalid_token("Couldn't retrieve verification key from your identity provider, please reference "
                        "AssumeRoleWithWebIdentity documentation for requirements"));
    case Verdict::BadSignature:
      return fail(invalid_token("The ID Token provided has an invalid signature."));
  }
  TRY(check_time(call, token.claims));
  const auto clients = texts_of(*provider, "clients");
  const auto audiences = texts_of(token.claims, "aud");
  const auto known = std::ranges::find_first_of(audiences, clients);
  if (known == audiences.end()) return fail(invalid_token("Incorrect token audience"));
  out.audience = find_string(token.claims, "azp").value_or(*known);
  out.subject = find_string(token.claims, "sub").value_or("");
  if (out.subject.empty()) return fail(invalid_token("Missing a required claim: sub"));
  out.methods = texts_of(token.claims, "amr");
  return out;
}

// The role's trust policy decides, in the provider's name; the keys of the condition are the issuer's
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif).
Result<> check_trust(const Call& call, Reader& reader, const AssumeRoleWithWebIdentityRequest& input,
                     const Identified& who, const identity::SessionRecord& session) {
  auth::Principal principal;
  principal.kind = auth::Principal::Kind::WebIdentity;
  principal.account = session.account;
  principal.arn = who.provider_arn;
  principal.user_id = who.subject;
  Call as;
  as.principal = &principal;
  as.account = session.account;
  as.region = call.region;
  as.now = call.now;
  as.request_id = call.request_id;
  as.source_ip = call.source_ip;
  as.secure = call.secure;
  as.judged = call.judged;
  Access access{"sts:AssumeRoleWithWebIdentity", input.RoleArn, {}};
  access.context.emplace_back(who.issuer + ":aud", who.audience);
  access.context.emplace_back(who.issuer + ":sub", who.subject);
  for (const auto& method : who.methods) access.context.emplace_back(who.issuer + ":amr", method);
  access.context.emplace_back("aws:FederatedProvider", who.provider_arn);
  access.context.emplace_back("sts:RoleSessionName", input.RoleSessionName);
  for (const auto& [key, value] : session.tags) {
    access.context.emplace_back("aws:RequestTag/" + key, value);
    access.context.emplace_back("aws:TagKeys", key);
  }
  std::vector<std::string> actions{access.action};
  if (!session.tags.empty()) actions.emplace_back("sts:TagSession");
  if (!session.source_identity.empty()) {
    actions.emplace_back("sts:SetSourceIdentity");
    access.context.emplace_back("sts:SourceIdentity", session.source_identity);
  }
  for (const auto& action : actions) {
    access.action = action;
    const auto allowed = call.authorizer->check(reader, as, access);
    if (allowed) continue;
    if (allowed.error().code != "AccessDenied") return fail(allowed.error());
    return fail(api_error("AccessDenied", "Not authorized to perform " + action, 403));
  }
  return {};
}

// {"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]}
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp).
void take_claims(const json::value& claims, identity::SessionRecord& session) {
  session.source_identity = find_string(claims, "https://aws.amazon.com/source_identity").value_or("");
  const json::value* tags = find(claims, "https://aws.amazon.com/tags");
  if (tags == nullptr) return;
  if (const json::value* pairs = find(*tags, "principal_tags"); pairs != nullptr && pairs->is_object()) {
    for (const auto& entry : pairs->get_object()) {
      const auto values = texts_of(*pairs, entry.key());
      if (!values.empty()) session.tags.emplace_back(std::string(entry.key()), values.front());
    }
  }
  session.transitive_tag_keys = texts_of(*tags, "transitive_tag_keys");
}

}  // namespace

Result<AssumeRoleWithWebIdentityResponse> assume_role_with_web_identity(Sts& sts, Call& call, Transaction& tx,
                                                                        const AssumeRoleWithWebIdentityRequest& input) {
  if (input.ProviderId) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement sts:AssumeRoleWithWebIdentity with OAuth 2.0 access tokens "
                          "(ProviderId): it takes OpenID Connect ID tokens.",
                          501));
  }
  const auto token = read_token(input.WebIdentityToken);
  if (!token) {
    return fail(
        invalid_token("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access "
                      "Token)"));
  }
  const auto role = TRY(role_of(tx, call, input.RoleArn, "sts:AssumeRoleWithWebIdentity"));
  identity::SessionRecord session;
  session.account = Arn::parse(role.arn)->account;
  call.account = session.account;  // nobody has signed: it is the role's account that the trail is of
  const auto who = TRY(identify(sts, call, tx, session.account, *token));
  take_claims(token->claims, session);
  TRY(check_trust(call, tx, input, who, session));
  const std::int64_t seconds = TRY(role_duration(input.DurationSeconds, role));
  session.session_policies = TRY(session_policies(tx, session.account, {input.Policy, input.PolicyArns}));
  session.role_arn = role.arn;
  session.role_id = role.id;
  session.session_name = input.RoleSessionName;
  session.federated_provider = who.provider_arn;

  AssumeRoleWithWebIdentityResponse output;
  output.PackedPolicySize = TRY(packed_size(session));
  output.Credentials = TRY(open_session(sts, call, tx, session, seconds));
  const auto principal = identity::session_principal(session);
  output.AssumedRoleUser = AssumedRoleUser{principal.user_id, principal.arn};
  output.SubjectFromWebIdentityToken = who.subject;
  output.Provider = who.provider_arn;
  output.Audience = who.audience;
  if (!session.source_identity.empty()) output.SourceIdentity = session.source_identity;
  return output;
}

}  // namespace orrery::sts
