#include "base/arn.h"
#include "services/identity.h"
#include "services/identity/entities.h"
#include "services/identity/stored_identity.h"
#include "services/sts/operations.h"

#include <algorithm>

namespace orrery::sts {
namespace {

constexpr std::int64_t kChainedMostSeconds = 3600;  // a role assumed from a role: one hour at the most

// "Session tag keys are case insensitive": nobody gets around an inherited one by another spelling.
bool has_key(const identity::TagList& tags, std::string_view key) {
  const std::string low = identity::lower(key);
  return std::ranges::any_of(tags, [&](const auto& tag) { return identity::lower(tag.first) == low; });
}

// Tags of this session: those asked for, and the transitive ones of the session that asks
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining).
Result<> take_tags(const Call& call, const AssumeRoleRequest& input, identity::SessionRecord& session) {
  session.tags = TRY(session_tags(input.Tags));
  session.transitive_tag_keys = input.TransitiveTagKeys.value_or(std::vector<std::string>());
  for (const auto& key : session.transitive_tag_keys) {
    if (!has_key(session.tags, key)) {
      return fail(api_error("InvalidParameterValue",
                            "The specified transitive tag key must be included in the requested tags.", 400));
    }
  }
  if (call.credential == nullptr) return {};
  for (const auto& key : call.credential->transitive_tag_keys) {
    if (has_key(session.tags, key)) {
      return fail(api_error("InvalidParameterValue",
                            "One of the specified transitive tag keys can't be set because it conflicts with a "
                            "transitive tag key from the calling session.",
                            400));
    }
    for (const auto& tag : call.principal->session_tags) {
      if (tag.first == key) session.tags.push_back(tag);
    }
    session.transitive_tag_keys.push_back(key);
  }
  return {};
}

}  // namespace

// Besides AssumeRole itself, tags need sts:TagSession and a source identity sts:SetSourceIdentity, all of them in the
// trust policy too.
Result<std::vector<Access>> assumed_role(const Call& call, const AssumeRoleRequest& input) {
  Access access{"sts:AssumeRole", input.RoleArn, {}};
  auto& context = access.context;
  if (input.SerialNumber && input.TokenCode) context.emplace_back("aws:MultiFactorAuthPresent", "true");
  const std::string source = input.SourceIdentity.value_or(call.principal->source_identity);
  if (!source.empty()) context.emplace_back("sts:SourceIdentity", source);
  const bool tagged = input.Tags && !input.Tags->empty();
  const bool inherited = call.credential != nullptr && !call.credential->transitive_tag_keys.empty();
  std::vector<Access> accesses{access};
  if (tagged || inherited) {
    accesses.push_back(access);
    accesses.back().action = "sts:TagSession";
  }
  if (!source.empty()) {
    accesses.push_back(access);
    accesses.back().action = "sts:SetSourceIdentity";
  }
  return accesses;
}

Result<AssumeRoleResponse> assume_role(Sts& sts, Call& call, Transaction& tx, const AssumeRoleRequest& input) {
  if (input.ProvidedContexts && !input.ProvidedContexts->empty()) {
    return fail(api_error("NotImplemented", "Orrery does not implement sts:AssumeRole with ProvidedContexts.", 501));
  }
  const auto role = TRY(role_of(tx, call, input.RoleArn, "sts:AssumeRole"));
  const std::int64_t seconds = TRY(role_duration(input.DurationSeconds, role));
  if (call.principal->kind == auth::Principal::Kind::RoleSession && seconds > kChainedMostSeconds) {
    return fail(api_error("ValidationError",
                          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
                          "chaining",
                          400));
  }
  const std::string account = Arn::parse(role.arn)->account;
  const std::string& inherited = call.principal->source_identity;
  if (!inherited.empty() && input.SourceIdentity && *input.SourceIdentity != inherited) {
    return fail(api_error("AccessDenied",
                          "The source identity of a session cannot be changed by the roles that it assumes.", 403));
  }

  identity::SessionRecord session;
  session.session_policies = TRY(session_policies(tx, account, {input.Policy, input.PolicyArns}));
  TRY(take_tags(call, input, session));
  session.mfa_at = TRY(check_mfa(tx, call, input.SerialNumber, input.TokenCode));
  session.source_identity = input.SourceIdentity.value_or(inherited);
  session.account = account;
  session.role_arn = role.arn;
  session.role_id = role.id;
  session.session_name = input.RoleSessionName;

  AssumeRoleResponse output;
  output.PackedPolicySize = TRY(packed_size(session));
  output.Credentials = TRY(open_session(sts, call, tx, session, seconds));
  const auto principal = identity::session_principal(session);
  output.AssumedRoleUser = AssumedRoleUser{principal.user_id, principal.arn};
  if (!session.source_identity.empty()) output.SourceIdentity = session.source_identity;
  return output;
}

}  // namespace orrery::sts
