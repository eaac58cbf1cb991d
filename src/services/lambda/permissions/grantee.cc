#include "services/lambda/permissions/grantee.h"

#include "base/arn.h"
#include "shapes/lambda.h"

#include <algorithm>
#include <array>

namespace orrery::lambda {
namespace {

// docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html: the actions on functions, versions
// and aliases.
constexpr auto kActions = std::to_array<std::string_view>({
    "AddPermission",
    "CheckpointDurableExecution",
    "CreateAlias",
    "CreateFunction",
    "CreateFunctionUrlConfig",
    "DeleteAlias",
    "DeleteFunction",
    "DeleteFunctionCodeSigningConfig",
    "DeleteFunctionConcurrency",
    "DeleteFunctionEventInvokeConfig",
    "DeleteFunctionUrlConfig",
    "DeleteProvisionedConcurrencyConfig",
    "DeleteResourcePolicy",
    "DisableReplication",
    "EnableReplication",
    "GetAlias",
    "GetDurableExecution",
    "GetDurableExecutionHistory",
    "GetDurableExecutionState",
    "GetFunction",
    "GetFunctionCodeSigningConfig",
    "GetFunctionConcurrency",
    "GetFunctionConfiguration",
    "GetFunctionEventInvokeConfig",
    "GetFunctionRecursionConfig",
    "GetFunctionScalingConfig",
    "GetFunctionUrlConfig",
    "GetPolicy",
    "GetProvisionedConcurrencyConfig",
    "GetPublicAccessBlockConfig",
    "GetResourcePolicy",
    "GetRuntimeManagementConfig",
    "InvokeAsync",
    "InvokeFunction",
    "InvokeFunctionUrl",
    "ListAliases",
    "ListDurableExecutionsByFunction",
    "ListFunctionEventInvokeConfigs",
    "ListFunctionUrlConfigs",
    "ListProvisionedConcurrencyConfigs",
    "ListTags",
    "ListVersionsByFunction",
    "PublishVersion",
    "PutFunctionCodeSigningConfig",
    "PutFunctionConcurrency",
    "PutFunctionEventInvokeConfig",
    "PutFunctionRecursionConfig",
    "PutFunctionScalingConfig",
    "PutProvisionedConcurrencyConfig",
    "PutPublicAccessBlockConfig",
    "PutResourcePolicy",
    "PutRuntimeManagementConfig",
    "RemovePermission",
    "SendDurableExecutionCallbackFailure",
    "SendDurableExecutionCallbackHeartbeat",
    "SendDurableExecutionCallbackSuccess",
    "StopDurableExecution",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateFunctionCode",
    "UpdateFunctionCodeSigningConfig",
    "UpdateFunctionConfiguration",
    "UpdateFunctionEventInvokeConfig",
    "UpdateFunctionUrlConfig",
});

constexpr std::size_t kAccountDigits = 12;

bool is_account(std::string_view text) {
  return text.size() == kAccountDigits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "s3.amazonaws.com", "logs.eu-west-1.amazonaws.com", "alexa-appkit.amazon.com"
bool is_service(std::string_view text) {
  constexpr std::array<std::string_view, 4> kDomains = {".amazonaws.com", ".amazonaws.com.cn", ".amazon.com",
                                                        ".aws.internal"};
  const auto domain = std::ranges::find_if(kDomains, [&](std::string_view one) { return text.ends_with(one); });
  if (domain == kDomains.end()) return false;
  const std::string_view name = text.substr(0, text.size() - domain->size());
  const bool spelled = std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
  return spelled && !name.empty() && name.front() != '.' && name.back() != '.';
}

// A user or role is looked up as its own account would.
Result<bool> is_in_iam(Lambda& lambda, Transaction& tx, const std::string& region, const Arn& arn) {
  const bool role = arn.resource.starts_with("role/");
  const std::string name = arn.resource.substr(arn.resource.rfind('/') + 1);
  if (name.empty()) return false;
  Caller owner;
  owner.principal.kind = auth::Principal::Kind::Root;
  owner.principal.account = arn.account;
  owner.principal.arn = "arn:aws:iam::" + arn.account + ":root";
  owner.account = arn.account;
  owner.region = region;
  const auto found = lambda.dispatcher.dispatch(tx, owner, "iam", role ? "GetRole" : "GetUser",
                                                json::object{{role ? "RoleName" : "UserName", name}});
  if (!found && found.error().kind != Error::Kind::Api) return fail(found.error());
  const json::value* shown = found ? find(*found, role ? "Role" : "User") : nullptr;
  return shown != nullptr && find_string(*shown, "Arn") == arn.text();
}

Result<bool> exists(Lambda& lambda, Transaction& tx, const std::string& region, const std::string& principal) {
  if (principal == "*" || is_account(principal)) return true;
  if (!principal.starts_with("arn:")) return is_service(principal);
  const auto arn = Arn::parse(principal);
  if (!arn || !is_account(arn->account)) return false;
  if (arn->service == "sts") {
    return arn->resource.starts_with("assumed-role/") || arn->resource.starts_with("federated-user/");
  }
  if (arn->service != "iam") return false;
  if (arn->resource == "root") return true;
  if (!arn->resource.starts_with("user/") && !arn->resource.starts_with("role/")) return false;
  return is_in_iam(lambda, tx, region, *arn);
}

}  // namespace

Result<> check_grantee(Lambda& lambda, Transaction& tx, const std::string& region, const std::string& principal) {
  if (TRY(exists(lambda, tx, region, principal))) return {};
  return fail(errors::InvalidParameterValueException(
      "The provided principal was invalid. Please check the principal and try again."));
}

bool is_function_action(std::string_view action) {
  constexpr std::string_view kPrefix = "lambda:";
  if (action == "*" || action == "lambda:*") return true;
  return action.starts_with(kPrefix) && std::ranges::binary_search(kActions, action.substr(kPrefix.size()));
}

}  // namespace orrery::lambda
