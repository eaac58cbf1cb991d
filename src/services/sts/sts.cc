#include "services/sts/sts.h"

#include "base/arn.h"
#include "services/identity/managed_policies.h"
#include "services/identity/records.h"
#include "services/identity/stored_identity.h"
#include "shapes/sts.h"

#include <algorithm>

namespace orrery::sts {
namespace {

constexpr std::string_view kExpiryTimer = "sts.session";
constexpr std::int64_t kDefaultSeconds = 3600;
constexpr std::int64_t kChainedMostSeconds = 3600;  // a role assumed from a role: one hour at the most

// GetCallerIdentity needs no permission at all, by its documentation.
constexpr auto nothing = [](const Call&, const GetCallerIdentityRequest&) { return std::vector<Access>(); };

constexpr auto assumed_role = [](const Call&, const AssumeRoleRequest& input) {
  Access access{"sts:AssumeRole", input.RoleArn, {}};
  access.context.emplace_back("sts:RoleSessionName", input.RoleSessionName);
  if (input.ExternalId) access.context.emplace_back("sts:ExternalId", *input.ExternalId);
  return std::vector<Access>{std::move(access)};
};

Result<GetCallerIdentityResponse> get_caller_identity(Call& call, Reader&, const GetCallerIdentityRequest&) {
  GetCallerIdentityResponse output;
  output.UserId = call.principal->user_id;
  output.Account = call.principal->account;
  output.Arn = call.principal->arn;
  return output;
}

Error denied(const Call& call, std::string_view role_arn) {
  return api_error("AccessDenied",
                   "User: " + call.principal->arn +
                       " is not authorized to perform: sts:AssumeRole on resource: " + std::string(role_arn),
                   403);
}

Result<std::int64_t> duration_of(const Call& call, const AssumeRoleRequest& input, const identity::RoleRecord& role) {
  const std::int64_t seconds = input.DurationSeconds.value_or(kDefaultSeconds);
  if (seconds > role.max_session_s) {
    return fail(api_error("ValidationError",
                          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400));
  }
  if (call.principal->kind == auth::Principal::Kind::RoleSession && seconds > kChainedMostSeconds) {
    return fail(api_error("ValidationError",
                          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
                          "chaining",
                          400));
  }
  return seconds;
}

// The documents of Policy and PolicyArns, checked.
Result<std::vector<std::string>> session_policies(Reader& reader, const Call& call, const AssumeRoleRequest& input) {
  std::vector<std::string> documents;
  if (input.Policy) documents.push_back(*input.Policy);
  if (input.PolicyArns) {
    for (const auto& descriptor : *input.PolicyArns) {
      const std::string arn = descriptor.arn.value_or("");
      if (const auto* aws = identity::find_managed_policy(arn)) {
        documents.emplace_back(aws->document);
        continue;
      }
      const auto policy = TRY(identity::get_policy(reader, call.account, identity::name_in_arn(arn)));
      if (!policy)
        return fail(api_error("ValidationError", "Policy " + arn + " does not exist or is not attachable.", 400));
      documents.push_back(policy->document);
    }
  }
  for (const auto& document : documents) TRY(auth::parse_policy(document, auth::PolicyKind::Identity));
  return documents;
}

// What is not there yet, and would change what the session may: named, rather than quietly left out.
Result<> refuse_absent(const AssumeRoleRequest& input) {
  const std::pair<bool, const char*> absent[] = {
      {input.Tags && !input.Tags->empty(), "Tags"},
      {input.TransitiveTagKeys && !input.TransitiveTagKeys->empty(), "TransitiveTagKeys"},
      {input.SerialNumber || input.TokenCode, "multi-factor authentication"},
      {input.ProvidedContexts && !input.ProvidedContexts->empty(), "ProvidedContexts"},
  };
  const auto found = std::ranges::find_if(absent, [](const auto& one) { return one.first; });
  if (found == std::end(absent)) return {};
  return fail(api_error("NotImplemented",
                        std::string("Orrery does not implement sts:AssumeRole with ") + found->second + ".", 501));
}

Result<AssumeRoleResponse> assume_role(Sts& sts, Call& call, Transaction& tx, const AssumeRoleRequest& input) {
  TRY(refuse_absent(input));
  const auto arn = Arn::parse(input.RoleArn);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/")) {
    return fail(api_error("ValidationError", input.RoleArn + " is invalid", 400));
  }
  const auto role = TRY(identity::get_role(tx, arn->account, identity::name_in_arn(input.RoleArn)));
  if (!role || role->arn != input.RoleArn) return fail(denied(call, input.RoleArn));
  const std::int64_t seconds = TRY(duration_of(call, input, *role));

  identity::SessionRecord session;
  session.session_policies = TRY(session_policies(tx, call, input));
  session.access_key = "ASIA" + call.random->token(16, kUpperAlphanumeric);
  session.secret = call.random->token(40, kBase62);
  session.token = "IQoJb3JpZ2luX2Vj" + call.random->token(300, kBase62);
  session.account = arn->account;
  session.role_arn = role->arn;
  session.role_id = role->id;
  session.session_name = input.RoleSessionName;
  session.expires = std::chrono::ceil<std::chrono::seconds>(call.now) + std::chrono::seconds(seconds);
  TRY(identity::put_session(tx, session));
  TRY(sts.background.arm(tx,
                         {std::string(kExpiryTimer), session.access_key, session.expires + std::chrono::hours(1), {}}));

  AssumeRoleResponse output;
  output.Credentials = Credentials{session.access_key, session.secret, session.token, session.expires};
  const auto principal = identity::session_principal(arn->account, role->arn, role->id, input.RoleSessionName);
  output.AssumedRoleUser = AssumedRoleUser{principal.user_id, principal.arn};
  output.SourceIdentity = input.SourceIdentity;
  if (!session.session_policies.empty()) {
    std::size_t bytes = 0;
    for (const auto& text : session.session_policies) bytes += text.size();
    output.PackedPolicySize = static_cast<std::int64_t>(bytes * 100 / 2048);
    if (*output.PackedPolicySize > 100) {
      return fail(errors::PackedPolicyTooLargeException("Packed policy consumes " +
                                                        std::to_string(*output.PackedPolicySize) +
                                                        "% of allotted space, please use smaller policy."));
    }
  }
  return output;
}

constexpr Operation kOperations[] = {
    transacting<assume_role, assumed_role>("AssumeRole", "sts:AssumeRole"),
    reading<get_caller_identity, nothing>("GetCallerIdentity", "sts:GetCallerIdentity"),
};

// A role's trust policy is the resource policy that AssumeRole is judged by.
Result<std::optional<std::string>> trust_policy(void*, Reader& reader, std::string_view resource_arn) {
  const auto arn = Arn::parse(resource_arn);
  if (!arn || !arn->resource.starts_with("role/")) return std::optional<std::string>();
  const auto role = TRY(identity::get_role(reader, arn->account, identity::name_in_arn(resource_arn)));
  if (!role) return std::optional<std::string>();
  return std::optional<std::string>(role->trust_policy);
}

}  // namespace

Service sts_service(Sts& sts) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &sts;
  service.resource_policy_kind = auth::PolicyKind::Trust;
  service.resource_policy = &trust_policy;
  return service;
}

void register_background(Background& background) {
  background.on_timer(std::string(kExpiryTimer),
                      [](Transaction& tx, const Timer& timer) { return tx.erase(identity::session_key(timer.id)); });
}

}  // namespace orrery::sts
