// What each operation's input means for policies: the ARN of the thing
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).
#pragma once

#include "base/arn.h"
#include "services/iam/shared.h"

namespace orrery::iam::rules {

using Accesses = Result<std::vector<Access>>;

inline Accesses on(std::string arn) { return std::vector<Access>{{std::string(), std::move(arn), {}}}; }

inline std::string arn_of(const Call& call, std::string_view resource) {
  return make_arn("iam", "", call.account, resource);
}

// The ARN of what is there carries its path, so it is looked up.
inline constexpr auto role = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto found = TRY(identity::get_role(reader, call.account, input.RoleName));
  return on(found ? found->arn : arn_of(call, "role/" + input.RoleName));
};

inline Accesses on_user(const Call& call, Reader& reader, const std::string& name) {
  const auto found = TRY(identity::get_user(reader, call.account, name));
  return on(found ? found->arn : arn_of(call, "user/" + name));
}

inline constexpr auto user = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on_user(call, reader, input.UserName);
};

inline constexpr auto group = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto found = TRY(identity::get_group(reader, call.account, input.GroupName));
  return on(found ? found->arn : arn_of(call, "group/" + input.GroupName));
};

// Without a name: the caller.
inline constexpr auto user_or_caller = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  if (input.UserName) return on_user(call, reader, *input.UserName);
  const bool is_user = call.principal->kind == auth::Principal::Kind::User;
  return on(is_user ? call.principal->arn : arn_of(call, "user/"));
};

inline constexpr auto myself = [](const Call& call, const auto&) -> std::string { return call.principal->arn; };

inline constexpr auto key_owner = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto key = TRY(identity::get_access_key(reader, input.AccessKeyId));
  if (!key || key->account != call.account) return on(arn_of(call, "user/*"));
  const auto owner = TRY(identity::get_user_by_id(reader, call.account, key->user_id));
  return on(owner ? owner->arn : arn_of(call, "user/*"));
};

// Whoever makes a thing with tags has to be allowed to tag it as well.
template <class In>
std::vector<Access> made(std::string arn, const In& input, std::string_view tagging) {
  std::vector<Access> accesses{{std::string(), std::move(arn), {}}};
  if (input.Tags && !input.Tags->empty()) accesses.push_back({std::string(tagging), accesses[0].resource, {}});
  return accesses;
}

inline constexpr auto new_role = [](const Call& call, const auto& input) {
  return made(arn_of(call, "role" + input.Path.value_or("/") + input.RoleName), input, "iam:TagRole");
};
inline constexpr auto new_user = [](const Call& call, const auto& input) {
  return made(arn_of(call, "user" + input.Path.value_or("/") + input.UserName), input, "iam:TagUser");
};
inline constexpr auto new_group = [](const Call& call, const auto& input) -> std::string {
  return arn_of(call, "group" + input.Path.value_or("/") + input.GroupName);
};
inline constexpr auto new_policy = [](const Call& call, const auto& input) {
  return made(arn_of(call, "policy" + input.Path.value_or("/") + input.PolicyName), input, "iam:TagPolicy");
};
inline constexpr auto new_profile = [](const Call& call, const auto& input) {
  return made(arn_of(call, "instance-profile" + input.Path.value_or("/") + input.InstanceProfileName), input,
              "iam:TagInstanceProfile");
};
inline constexpr auto new_device = [](const Call& call, const auto& input) {
  return made(arn_of(call, "mfa" + input.Path.value_or("/") + input.VirtualMFADeviceName), input, "iam:TagMFADevice");
};
inline constexpr auto new_oidc = [](const Call& call, const auto& input) {
  const auto at = input.Url.find("://");
  const std::string host = at == std::string::npos ? input.Url : input.Url.substr(at + 3);
  return made(arn_of(call, "oidc-provider/" + host), input, "iam:TagOpenIDConnectProvider");
};
inline constexpr auto new_saml = [](const Call& call, const auto& input) {
  return made(arn_of(call, "saml-provider/" + input.Name), input, "iam:TagSAMLProvider");
};

// "To change a user's name or path, you must have permissions on both the source object and the target object"
// (docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html; UpdateGroup says the same of groups).
inline constexpr auto moved_user = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  auto accesses = TRY(on_user(call, reader, input.UserName));
  const auto found = TRY(identity::get_user(reader, call.account, input.UserName));
  const std::string path = input.NewPath.value_or(found ? found->path : "/");
  const std::string target =
      arn_of(call, "user" + path + input.NewUserName.value_or(found ? found->name : input.UserName));
  if (target != accesses[0].resource) accesses.push_back({std::string(), target, {}});
  return accesses;
};
inline constexpr auto moved_group = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  auto accesses = TRY(group(call, reader, input));
  const auto found = TRY(identity::get_group(reader, call.account, input.GroupName));
  const std::string path = input.NewPath.value_or(found ? found->path : "/");
  const std::string name = input.NewGroupName.value_or(found ? found->name : input.GroupName);
  const std::string target = arn_of(call, "group" + path + name);
  if (target != accesses[0].resource) accesses.push_back({std::string(), target, {}});
  return accesses;
};

inline constexpr auto policy = [](const Call&, const auto& input) -> std::string { return input.PolicyArn; };
inline constexpr auto oidc = [](const Call&, const auto& input) -> std::string {
  return input.OpenIDConnectProviderArn;
};
inline constexpr auto saml = [](const Call&, const auto& input) -> std::string { return input.SAMLProviderArn; };
inline constexpr auto device = [](const Call&, const auto& input) -> std::string { return input.SerialNumber; };
inline constexpr auto profile = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto found =
      TRY(identity::get_item(reader, call.account, "instance-profile", identity::lower(input.InstanceProfileName)));
  const std::string arn(found ? find_string(*found, "arn").value_or("") : "");
  return on(arn.empty() ? arn_of(call, "instance-profile/" + input.InstanceProfileName) : arn);
};
// Who puts a role into a profile hands it over to EC2.
inline constexpr auto profile_with_role = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  auto accesses = TRY(profile(call, reader, input));
  const auto found = TRY(identity::get_role(reader, call.account, input.RoleName));
  accesses.push_back({"iam:PassRole",
                      found ? found->arn : arn_of(call, "role/" + input.RoleName),
                      {{"iam:PassedToService", "ec2.amazonaws.com"}}});
  return accesses;
};
inline constexpr auto service_role = [](const Call& call, const auto& input) -> std::string {
  return arn_of(call, "role/aws-service-role/" + input.AWSServiceName + "/*");
};
inline constexpr auto source = [](const Call&, const auto& input) -> std::string { return input.PolicySourceArn; };
inline constexpr auto entity_arn = [](const Call&, const auto& input) -> std::string { return input.Arn; };

template <const char* Resource>
inline constexpr auto all_of = [](const Call& call, const auto&) -> std::string { return arn_of(call, Resource); };
inline constexpr char kRoles[] = "role/";
inline constexpr char kUsers[] = "user/";
inline constexpr char kGroups[] = "group/";
inline constexpr char kPolicies[] = "policy/";
inline constexpr char kProfiles[] = "instance-profile/";
inline constexpr char kDevices[] = "mfa/";
// Actions without a resource type.
inline constexpr auto everything = [](const Call&, const auto&) -> std::string { return "*"; };

}  // namespace orrery::iam::rules
