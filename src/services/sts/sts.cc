#include "services/sts/sts.h"

#include "base/arn.h"
#include "services/sts/condition_keys.h"
#include "services/sts/operations.h"

namespace orrery::sts {
namespace {

// GetCallerIdentity and GetSessionToken need no permission at all, by their documentation; AssumeRoleWithWebIdentity
// asks the role's trust policy itself, in the name that the token proves.
constexpr auto nothing = [](const Call&, const auto&) { return std::vector<Access>(); };
constexpr auto everything = [](const Call&, const auto&) -> std::string { return "*"; };
constexpr auto federated = [](const Call& call, const GetFederationTokenRequest& input) {
  const std::string arn = make_arn("sts", "", call.account, "federated-user/" + input.Name);
  std::vector<Access> accesses{{std::string(), arn, {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"sts:TagSession", arn, {}});
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<assume_role, assumed_role>("AssumeRole", "sts:AssumeRole"),
    unsigned_too(transacting<assume_role_with_web_identity, nothing>("AssumeRoleWithWebIdentity",
                                                                     "sts:AssumeRoleWithWebIdentity")),
    reading<decode_authorization_message, everything>("DecodeAuthorizationMessage", "sts:DecodeAuthorizationMessage"),
    reading<get_access_key_info, everything>("GetAccessKeyInfo", "sts:GetAccessKeyInfo"),
    reading<get_caller_identity, nothing>("GetCallerIdentity", "sts:GetCallerIdentity"),
    transacting<get_federation_token, federated>("GetFederationToken", "sts:GetFederationToken"),
    transacting<get_session_token, nothing>("GetSessionToken", "sts:GetSessionToken"),
};

// A role's trust policy is the resource policy that AssumeRole is judged by.
Result<std::optional<std::string>> trust_policy(void* self, Reader& reader, std::string_view resource_arn) {
  const auto arn = Arn::parse(resource_arn);
  if (!arn || !arn->resource.starts_with("role/")) return std::optional<std::string>();
  const auto role = TRY(
      identity::get_role(reader, arn->account, identity::name_in_arn(resource_arn), static_cast<Sts*>(self)->roles));
  if (!role) return std::optional<std::string>();
  return std::optional<std::string>(role->trust_by_id.empty() ? role->trust_policy : role->trust_by_id);
}

}  // namespace

Service sts_service(Sts& sts) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &sts;
  service.condition_keys = kConditionKeys;
  service.resource_policy_kind = auth::PolicyKind::Trust;
  service.resource_policy = &trust_policy;
  return service;
}

void register_background(Background& background) {
  background.on_timer("sts.session",
                      [](Transaction& tx, const Timer& timer) { return tx.erase(identity::session_key(timer.id)); });
}

}  // namespace orrery::sts
