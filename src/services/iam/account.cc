#include "services/iam/account.h"

#include "services/record.h"

namespace orrery::iam {
namespace {

// Default quotas (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
constexpr std::pair<std::string_view, std::int64_t> kQuotas[] = {
    {"AccessKeysPerUserQuota", 2},
    {"AssumeRolePolicySizeQuota", 2048},
    {"AttachedPoliciesPerGroupQuota", 10},
    {"AttachedPoliciesPerRoleQuota", 10},
    {"AttachedPoliciesPerUserQuota", 10},
    {"GlobalEndpointTokenVersion", 1},
    {"GroupPolicySizeQuota", 5120},
    {"GroupsPerUserQuota", 10},
    {"GroupsQuota", 300},
    {"InstanceProfilesQuota", 1000},
    {"PoliciesQuota", 1500},
    {"PolicySizeQuota", 6144},
    {"PolicyVersionsInUseQuota", 10000},
    {"RolePolicySizeQuota", 10240},
    {"RolesQuota", 1000},
    {"ServerCertificatesQuota", 20},
    {"SigningCertificatesPerUserQuota", 2},
    {"UserPolicySizeQuota", 2048},
    {"UsersQuota", 5000},
    {"VersionsPerPolicyQuota", 5},
};

Result<std::optional<json::value>> alias_of(Reader& reader, const Call& call) {
  return identity::get_item(reader, call.account, "alias", "");
}

std::string name_of(const json::value& alias) { return std::string(find_string(alias, "name").value_or("")); }

}  // namespace

// Aliases are unique over all accounts; an account has one, a new one takes the place of the old.
Result<wire::Empty> create_account_alias(Call& call, Transaction& tx, const CreateAccountAliasRequest& input) {
  const std::string taken = identity::item_key("", "alias", input.AccountAlias);
  if (TRY(tx.get(taken))) {
    return fail(errors::EntityAlreadyExistsException("The account alias " + input.AccountAlias + " already exists."));
  }
  if (const auto old = TRY(alias_of(tx, call))) TRY(tx.erase(identity::item_key("", "alias", name_of(*old))));
  TRY(tx.put(taken, call.account));
  TRY(identity::put_item(tx, call.account, "alias", "", json::object{{"name", input.AccountAlias}}));
  return wire::Empty{};
}

Result<wire::Empty> delete_account_alias(Call& call, Transaction& tx, const DeleteAccountAliasRequest& input) {
  const auto alias = TRY(alias_of(tx, call));
  if (!alias || name_of(*alias) != input.AccountAlias) {
    return fail(
        errors::NoSuchEntityException("The Account Alias with name " + input.AccountAlias + " cannot be found."));
  }
  TRY(tx.erase(identity::item_key("", "alias", input.AccountAlias)));
  TRY(tx.erase(identity::item_key(call.account, "alias", "")));
  return wire::Empty{};
}

Result<ListAccountAliasesResponse> list_account_aliases(Call& call, Reader& reader,
                                                        const ListAccountAliasesRequest& input) {
  std::vector<std::string> all;
  if (const auto alias = TRY(alias_of(reader, call))) all.push_back(name_of(*alias));
  ListAccountAliasesResponse output;
  end_page(output, TRY(list_page(all, input, output.AccountAliases)));
  return output;
}

Result<GetAccountSummaryResponse> get_account_summary(Call& call, Reader& reader, const wire::Empty&) {
  GetAccountSummaryResponse output;
  auto& map = output.SummaryMap.emplace();
  for (const auto& [name, value] : kQuotas) map.emplace(name, value);
  const auto items = [&](std::string_view type) {
    return count_keys(reader, identity::items_prefix(call.account, type));
  };
  map["Users"] = TRY(count_keys(reader, identity::users_prefix(call.account)));
  map["Groups"] = TRY(count_keys(reader, identity::groups_prefix(call.account)));
  map["Roles"] = TRY(count_keys(reader, identity::roles_prefix(call.account)));
  map["Policies"] = TRY(count_keys(reader, identity::policies_prefix(call.account)));
  map["PolicyVersionsInUse"] = map["Policies"];
  map["InstanceProfiles"] = TRY(items("instance-profile"));
  map["MFADevices"] = TRY(items("mfa"));
  map["Providers"] = TRY(items("oidc")) + TRY(items("saml"));
  map["ServerCertificates"] = 0;
  map["AccountMFAEnabled"] = 0;
  map["AccountSigningCertificatesPresent"] = 0;
  map["AccountAccessKeysPresent"] = 1;
  map["AccountPasswordPresent"] = 0;
  std::int64_t in_use = 0;
  const auto devices = reader.scan(prefix_range(identity::items_prefix(call.account, "mfa")));
  while (devices->next()) {
    in_use += find_string(TRY(decode_record(devices->value())), "user_id").value_or("").empty() ? 0 : 1;
  }
  TRY(devices->status());
  map["MFADevicesInUse"] = in_use;
  return output;
}

Result<wire::Empty> update_password_policy(Call& call, Transaction& tx,
                                           const UpdateAccountPasswordPolicyRequest& input) {
  // "If you do not specify a value for this parameter, then the operation uses the default value."
  json::object policy{{"length", input.MinimumPasswordLength.value_or(6)},
                      {"symbols", input.RequireSymbols.value_or(false)},
                      {"numbers", input.RequireNumbers.value_or(false)},
                      {"upper", input.RequireUppercaseCharacters.value_or(false)},
                      {"lower", input.RequireLowercaseCharacters.value_or(false)},
                      {"change", input.AllowUsersToChangePassword.value_or(false)},
                      {"hard", input.HardExpiry.value_or(false)}};
  if (input.MaxPasswordAge) policy["age"] = *input.MaxPasswordAge;
  if (input.PasswordReusePrevention) policy["reuse"] = *input.PasswordReusePrevention;
  TRY(identity::put_item(tx, call.account, "password-policy", "", policy));
  return wire::Empty{};
}

Result<GetAccountPasswordPolicyResponse> get_password_policy(Call& call, Reader& reader, const wire::Empty&) {
  const auto policy = TRY(identity::get_item(reader, call.account, "password-policy", ""));
  if (!policy) {
    return fail(
        errors::NoSuchEntityException("The Password Policy with domain name " + call.account + " cannot be found."));
  }
  PasswordPolicy shown;
  shown.MinimumPasswordLength = find_int(*policy, "length");
  shown.RequireSymbols = find_bool(*policy, "symbols");
  shown.RequireNumbers = find_bool(*policy, "numbers");
  shown.RequireUppercaseCharacters = find_bool(*policy, "upper");
  shown.RequireLowercaseCharacters = find_bool(*policy, "lower");
  shown.AllowUsersToChangePassword = find_bool(*policy, "change");
  shown.ExpirePasswords = find_int(*policy, "age").value_or(0) > 0;
  shown.MaxPasswordAge = find_int(*policy, "age");
  shown.PasswordReusePrevention = find_int(*policy, "reuse");
  shown.HardExpiry = find_bool(*policy, "hard");
  return GetAccountPasswordPolicyResponse{shown};
}

Result<wire::Empty> delete_password_policy(Call& call, Transaction& tx, const wire::Empty&) {
  if (!TRY(identity::get_item(tx, call.account, "password-policy", ""))) {
    return fail(errors::NoSuchEntityException("The account policy with name PasswordPolicy cannot be found."));
  }
  TRY(tx.erase(identity::item_key(call.account, "password-policy", "")));
  return wire::Empty{};
}

}  // namespace orrery::iam
