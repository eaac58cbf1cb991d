// What each operation's input means for policies: the ARN of the thing, and the condition keys of the request
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).
#pragma once

#include "base/arn.h"
#include "services/iam/shared.h"
#include "services/identity/managed_policies.h"

namespace orrery::iam::rules {

using Accesses = Result<std::vector<Access>>;

template <class In>
void add_request(Access& access, const In& input) {
  if constexpr (requires { input.Tags; }) {
    const auto add = [&](const std::vector<Tag>& tags) {
      for (const auto& tag : tags) {
        access.context.emplace_back("aws:RequestTag/" + tag.Key, tag.Value);
        access.context.emplace_back("aws:TagKeys", tag.Key);
      }
    };
    if constexpr (requires { input.Tags->size(); }) {
      if (input.Tags) add(*input.Tags);
    } else {
      add(input.Tags);
    }
  }
  if constexpr (requires { input.TagKeys; }) {
    for (const auto& key : input.TagKeys) access.context.emplace_back("aws:TagKeys", key);
  }
  if constexpr (requires { input.PolicyArn; }) access.context.emplace_back("iam:PolicyARN", input.PolicyArn);
  if constexpr (requires { input.AWSServiceName; }) {
    access.context.emplace_back("iam:AWSServiceName", input.AWSServiceName);
  }
  if constexpr (requires { input.PermissionsBoundary; }) {
    if constexpr (requires { *input.PermissionsBoundary; }) {
      if (input.PermissionsBoundary) access.context.emplace_back("iam:PermissionsBoundary", *input.PermissionsBoundary);
    } else {
      access.context.emplace_back("iam:PermissionsBoundary", input.PermissionsBoundary);
    }
  }
}

template <class In>
Accesses on(Reader& reader, std::string arn, const In& input) {
  Access access{std::string(), std::move(arn), {}};
  add_request(access, input);
  for (const auto& [key, value] : TRY(get_tags(reader, access.resource))) {
    access.context.emplace_back("aws:ResourceTag/" + key, value);
    access.context.emplace_back("iam:ResourceTag/" + key, value);
  }
  return std::vector<Access>{std::move(access)};
}

inline std::string arn_of(const Call& call, std::string_view resource) {
  return make_arn("iam", "", call.account, resource);
}

// The ARN of what is there carries its path, so it is looked up.
inline constexpr auto role = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto found = TRY(identity::get_role(reader, call.account, input.RoleName));
  auto accesses = TRY(on(reader, found ? found->arn : arn_of(call, "role/" + input.RoleName), input));
  if (found && !found->boundary_arn.empty()) {
    accesses[0].context.emplace_back("iam:PermissionsBoundary", found->boundary_arn);
  }
  return accesses;
};

inline Accesses on_user(const Call& call, Reader& reader, const std::string& name, const auto& input) {
  const auto found = TRY(identity::get_user(reader, call.account, name));
  return on(reader, found ? found->arn : arn_of(call, "user/" + name), input);
}

inline constexpr auto user = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on_user(call, reader, input.UserName, input);
};

inline constexpr auto group = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto found = TRY(identity::get_group(reader, call.account, input.GroupName));
  return on(reader, found ? found->arn : arn_of(call, "group/" + input.GroupName), input);
};

// Without a name: the caller.
inline constexpr auto user_or_caller = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  if (input.UserName) return on_user(call, reader, *input.UserName, input);
  const bool user = call.principal->kind == auth::Principal::Kind::User;
  return on(reader, user ? call.principal->arn : arn_of(call, "user/"), input);
};

inline constexpr auto myself = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, call.principal->arn, input);
};

inline constexpr auto key_owner = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto key = TRY(identity::get_access_key(reader, input.AccessKeyId));
  if (!key || key->account != call.account) return on(reader, arn_of(call, "user/*"), input);
  const auto owner = TRY(identity::get_user_by_id(reader, call.account, key->user_id));
  return on(reader, owner ? owner->arn : arn_of(call, "user/*"), input);
};

inline constexpr auto new_role = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "role" + input.Path.value_or("/") + input.RoleName), input);
};
inline constexpr auto new_user = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "user" + input.Path.value_or("/") + input.UserName), input);
};
inline constexpr auto new_group = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "group" + input.Path.value_or("/") + input.GroupName), input);
};
inline constexpr auto new_policy = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "policy" + input.Path.value_or("/") + input.PolicyName), input);
};
inline constexpr auto new_profile = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "instance-profile" + input.Path.value_or("/") + input.InstanceProfileName), input);
};
inline constexpr auto new_device = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "mfa" + input.Path.value_or("/") + input.VirtualMFADeviceName), input);
};
inline constexpr auto new_oidc = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto at = input.Url.find("://");
  return on(reader, arn_of(call, "oidc-provider/" + (at == std::string::npos ? input.Url : input.Url.substr(at + 3))),
            input);
};
inline constexpr auto new_saml = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "saml-provider/" + input.Name), input);
};

inline constexpr auto policy = [](const Call&, Reader& reader, const auto& input) -> Accesses {
  return on(reader, input.PolicyArn, input);
};
inline constexpr auto oidc = [](const Call&, Reader& reader, const auto& input) -> Accesses {
  return on(reader, input.OpenIDConnectProviderArn, input);
};
inline constexpr auto saml = [](const Call&, Reader& reader, const auto& input) -> Accesses {
  return on(reader, input.SAMLProviderArn, input);
};
inline constexpr auto device = [](const Call&, Reader& reader, const auto& input) -> Accesses {
  return on(reader, input.SerialNumber, input);
};
inline constexpr auto profile = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const auto found =
      TRY(identity::get_item(reader, call.account, "instance-profile", identity::lower(input.InstanceProfileName)));
  const std::string arn(found ? find_string(*found, "arn").value_or("") : "");
  return on(reader, arn.empty() ? arn_of(call, "instance-profile/" + input.InstanceProfileName) : arn, input);
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
inline constexpr auto service_role = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  return on(reader, arn_of(call, "role/aws-service-role/" + input.AWSServiceName + "/*"), input);
};
inline constexpr auto source = [](const Call&, Reader& reader, const auto& input) -> Accesses {
  return on(reader, input.PolicySourceArn, input);
};
inline constexpr auto entity_arn = [](const Call&, Reader& reader, const auto& input) -> Accesses {
  return on(reader, input.Arn, input);
};

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
