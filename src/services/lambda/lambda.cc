#include "services/lambda/lambda.h"

#include "base/arn.h"
#include "services/lambda/condition_keys.h"
#include "services/lambda/event_sources/engine.h"
#include "services/lambda/event_sources/operations.h"
#include "services/lambda/invocation/async.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/invocation/invoke_config.h"
#include "services/lambda/invocation/operations.h"
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "services/lambda/urls/operations.h"

namespace orrery::lambda {
namespace {

// With the qualifier that the caller gave: a policy for the function alone says nothing of its versions and aliases
// (docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html).
constexpr auto function_of = [](const Call& call, const auto& input) {
  if constexpr (requires { input.Qualifier; }) {
    return parse_function_name(call, input.FunctionName, input.Qualifier).qualified_arn();
  } else {
    return parse_function_name(call, input.FunctionName).qualified_arn();
  }
};

// Of an alias or a version, operations that take its name apart act on the function
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html).
constexpr auto whole_function = [](const Call& call, const auto& input) {
  return parse_function_name(call, input.FunctionName).arn();
};

constexpr auto everything = [](const Call&, const auto&) { return std::string("*"); };

constexpr auto layer_of = [](const Call& call, const auto& input) {
  return parse_layer_name(call, input.LayerName).arn();
};
constexpr auto layer_version_of = [](const Call& call, const auto& input) {
  return parse_layer_name(call, input.LayerName, input.VersionNumber).version_arn();
};
constexpr auto layer_version_at = [](const Call&, const GetLayerVersionByArnRequest& input) { return input.Arn; };

constexpr auto code_signing_config = [](const Call&, const auto& input) { return input.CodeSigningConfigArn; };

// What the statement is about to allow, for conditions on it
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html#awslambda-policy-keys).
constexpr auto permitted_function = [](const Call& call, const AddPermissionRequest& input) {
  Access access{"", parse_function_name(call, input.FunctionName, input.Qualifier).qualified_arn(), {}};
  access.context.emplace_back("lambda:Principal", input.Principal);
  if (input.FunctionUrlAuthType) access.context.emplace_back("lambda:FunctionUrlAuthType", *input.FunctionUrlAuthType);
  return std::vector<Access>{std::move(access)};
};

// A function is made of its layers: whoever uses them has to be allowed to get them.
void add_layers(const std::optional<std::vector<std::string>>& layers, std::vector<Access>& accesses) {
  if (!layers) return;
  for (const std::string& layer : *layers) {
    accesses.front().context.emplace_back("lambda:Layer", layer);
    accesses.push_back({"lambda:GetLayerVersion", layer, {}});
  }
}

Access pass_role(const std::string& role) {
  return {"iam:PassRole", role, {{"iam:PassedToService", "lambda.amazonaws.com"}}};
}

// Tags at creation need the right to tag what is made, as the reference's operations list it
// (docs.aws.amazon.com/service-authorization/latest/reference/list_lambda.html).
template <class In>
void add_tagging(const In& input, std::string resource, std::vector<Access>& accesses) {
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"lambda:TagResource", std::move(resource), {}});
}

// Handing a role over needs iam:PassRole on it
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html).
constexpr auto created_function = [](const Call& call, const CreateFunctionRequest& input) {
  std::vector<Access> accesses{{"", parse_function_name(call, input.FunctionName).arn(), {}}};
  accesses.push_back(pass_role(input.Role));
  add_tagging(input, accesses.front().resource, accesses);
  add_layers(input.Layers, accesses);
  if (input.CodeSigningConfigArn) {
    accesses.front().context.emplace_back("lambda:CodeSigningConfigArn", *input.CodeSigningConfigArn);
  }
  return accesses;
};

constexpr auto configured_function = [](const Call& call, const UpdateFunctionConfigurationRequest& input) {
  std::vector<Access> accesses{{"", parse_function_name(call, input.FunctionName).arn(), {}}};
  if (input.Role) accesses.push_back(pass_role(*input.Role));
  add_layers(input.Layers, accesses);
  return accesses;
};

constexpr auto tagged_resource = [](const Call&, const auto& input) { return input.Resource; };

// Whose function is to be fed is a condition, not the resource
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html).
constexpr auto mapped_function = [](const Call& call, const CreateEventSourceMappingRequest& input) {
  const std::string function = parse_function_name(call, input.FunctionName).qualified_arn();
  std::vector<Access> accesses{{"", "*", {{"lambda:FunctionArn", function}}}};
  add_tagging(input, mapping_arn(call.region, call.account, "*"), accesses);
  return accesses;
};
constexpr auto new_code_signing_config = [](const Call& call, const CreateCodeSigningConfigRequest& input) {
  std::vector<Access> accesses{{"", "*", {}}};
  add_tagging(input, make_arn("lambda", call.region, call.account, "code-signing-config:*"), accesses);
  return accesses;
};
constexpr auto mapping_named = [](const Call& call, const auto& input) {
  return mapping_arn(call.region, call.account, input.UUID);
};

constexpr Operation kOperations[] = {
    // functions
    waiting<create_function, created_function>("CreateFunction", "lambda:CreateFunction"),
    transacting<delete_function, function_of>("DeleteFunction", "lambda:DeleteFunction"),
    reading<get_function_operation, function_of>("GetFunction", "lambda:GetFunction"),
    reading<get_function_configuration, function_of>("GetFunctionConfiguration", "lambda:GetFunctionConfiguration"),
    reading<list_functions, everything>("ListFunctions", "lambda:ListFunctions"),
    waiting<update_function_code, whole_function>("UpdateFunctionCode", "lambda:UpdateFunctionCode"),
    transacting<update_function_configuration, configured_function>("UpdateFunctionConfiguration",
                                                                    "lambda:UpdateFunctionConfiguration"),
    reading<list_tags, tagged_resource>("ListTags", "lambda:ListTags"),
    transacting<tag_resource, tagged_resource>("TagResource", "lambda:TagResource"),
    transacting<untag_resource, tagged_resource>("UntagResource", "lambda:UntagResource"),

    // versions and aliases
    transacting<publish_version, whole_function>("PublishVersion", "lambda:PublishVersion"),
    reading<list_versions_by_function, whole_function>("ListVersionsByFunction", "lambda:ListVersionsByFunction"),
    transacting<create_alias, whole_function>("CreateAlias", "lambda:CreateAlias"),
    transacting<delete_alias, whole_function>("DeleteAlias", "lambda:DeleteAlias"),
    reading<get_alias_operation, whole_function>("GetAlias", "lambda:GetAlias"),
    reading<list_aliases, whole_function>("ListAliases", "lambda:ListAliases"),
    transacting<update_alias, whole_function>("UpdateAlias", "lambda:UpdateAlias"),

    // layers
    transacting<add_layer_version_permission, layer_version_of>("AddLayerVersionPermission",
                                                                "lambda:AddLayerVersionPermission"),
    transacting<delete_layer_version, layer_version_of>("DeleteLayerVersion", "lambda:DeleteLayerVersion"),
    reading<get_layer_version, layer_version_of>("GetLayerVersion", "lambda:GetLayerVersion"),
    reading<get_layer_version_by_arn, layer_version_at>("GetLayerVersionByArn", "lambda:GetLayerVersion"),
    reading<get_layer_version_policy, layer_version_of>("GetLayerVersionPolicy", "lambda:GetLayerVersionPolicy"),
    reading<list_layer_versions, everything>("ListLayerVersions", "lambda:ListLayerVersions"),
    reading<list_layers, everything>("ListLayers", "lambda:ListLayers"),
    waiting<publish_layer_version, layer_of>("PublishLayerVersion", "lambda:PublishLayerVersion"),
    transacting<remove_layer_version_permission, layer_version_of>("RemoveLayerVersionPermission",
                                                                   "lambda:RemoveLayerVersionPermission"),

    // concurrency
    transacting<delete_function_concurrency, function_of>("DeleteFunctionConcurrency",
                                                          "lambda:DeleteFunctionConcurrency"),
    transacting<delete_provisioned_concurrency_config, function_of>("DeleteProvisionedConcurrencyConfig",
                                                                    "lambda:DeleteProvisionedConcurrencyConfig"),
    reading<get_account_settings, everything>("GetAccountSettings", "lambda:GetAccountSettings"),
    reading<get_function_concurrency, function_of>("GetFunctionConcurrency", "lambda:GetFunctionConcurrency"),
    reading<get_provisioned_concurrency_config, function_of>("GetProvisionedConcurrencyConfig",
                                                             "lambda:GetProvisionedConcurrencyConfig"),
    reading<list_provisioned_concurrency_configs, whole_function>("ListProvisionedConcurrencyConfigs",
                                                                  "lambda:ListProvisionedConcurrencyConfigs"),
    transacting<put_function_concurrency, function_of>("PutFunctionConcurrency", "lambda:PutFunctionConcurrency"),
    transacting<put_provisioned_concurrency_config, function_of>("PutProvisionedConcurrencyConfig",
                                                                 "lambda:PutProvisionedConcurrencyConfig"),

    // settings
    transacting<create_code_signing_config, new_code_signing_config>("CreateCodeSigningConfig",
                                                                     "lambda:CreateCodeSigningConfig"),
    transacting<delete_code_signing_config, code_signing_config>("DeleteCodeSigningConfig",
                                                                 "lambda:DeleteCodeSigningConfig"),
    transacting<delete_function_code_signing_config, whole_function>("DeleteFunctionCodeSigningConfig",
                                                                     "lambda:DeleteFunctionCodeSigningConfig"),
    reading<get_code_signing_config, code_signing_config>("GetCodeSigningConfig", "lambda:GetCodeSigningConfig"),
    reading<get_function_code_signing_config, whole_function>("GetFunctionCodeSigningConfig",
                                                              "lambda:GetFunctionCodeSigningConfig"),
    reading<get_function_recursion_config, whole_function>("GetFunctionRecursionConfig",
                                                           "lambda:GetFunctionRecursionConfig"),
    reading<get_function_scaling_config, whole_function>("GetFunctionScalingConfig", "lambda:GetFunctionScalingConfig"),
    reading<get_runtime_management_config, function_of>("GetRuntimeManagementConfig",
                                                        "lambda:GetRuntimeManagementConfig"),
    reading<list_code_signing_configs, everything>("ListCodeSigningConfigs", "lambda:ListCodeSigningConfigs"),
    reading<list_functions_by_code_signing_config, code_signing_config>("ListFunctionsByCodeSigningConfig",
                                                                        "lambda:ListFunctionsByCodeSigningConfig"),
    transacting<put_function_code_signing_config, whole_function>("PutFunctionCodeSigningConfig",
                                                                  "lambda:PutFunctionCodeSigningConfig"),
    transacting<put_function_recursion_config, whole_function>("PutFunctionRecursionConfig",
                                                               "lambda:PutFunctionRecursionConfig"),
    transacting<put_function_scaling_config, whole_function>("PutFunctionScalingConfig",
                                                             "lambda:PutFunctionScalingConfig"),
    transacting<put_runtime_management_config, function_of>("PutRuntimeManagementConfig",
                                                            "lambda:PutRuntimeManagementConfig"),
    transacting<update_code_signing_config, code_signing_config>("UpdateCodeSigningConfig",
                                                                 "lambda:UpdateCodeSigningConfig"),

    // permissions
    transacting<add_permission, permitted_function>("AddPermission", "lambda:AddPermission"),
    reading<get_policy, function_of>("GetPolicy", "lambda:GetPolicy"),
    transacting<remove_permission, function_of>("RemovePermission", "lambda:RemovePermission"),

    // invoking
    waiting<invoke, function_of>("Invoke", "lambda:InvokeFunction"),
    transacting<invoke_async, function_of>("InvokeAsync", "lambda:InvokeFunction"),
    waiting<invoke_with_response_stream, function_of>("InvokeWithResponseStream", "lambda:InvokeFunction"),
    transacting<delete_event_invoke_config, function_of>("DeleteFunctionEventInvokeConfig",
                                                         "lambda:DeleteFunctionEventInvokeConfig"),
    reading<get_event_invoke_config, function_of>("GetFunctionEventInvokeConfig",
                                                  "lambda:GetFunctionEventInvokeConfig"),
    reading<list_event_invoke_configs, function_of>("ListFunctionEventInvokeConfigs",
                                                    "lambda:ListFunctionEventInvokeConfigs"),
    transacting<put_event_invoke_config, function_of>("PutFunctionEventInvokeConfig",
                                                      "lambda:PutFunctionEventInvokeConfig"),
    transacting<update_event_invoke_config, function_of>("UpdateFunctionEventInvokeConfig",
                                                         "lambda:UpdateFunctionEventInvokeConfig"),

    // event sources
    transacting<create_event_source_mapping, mapped_function>("CreateEventSourceMapping",
                                                              "lambda:CreateEventSourceMapping"),
    transacting<delete_event_source_mapping, mapping_named>("DeleteEventSourceMapping",
                                                            "lambda:DeleteEventSourceMapping"),
    reading<get_event_source_mapping, mapping_named>("GetEventSourceMapping", "lambda:GetEventSourceMapping"),
    reading<list_event_source_mappings, everything>("ListEventSourceMappings", "lambda:ListEventSourceMappings"),
    transacting<update_event_source_mapping, mapping_named>("UpdateEventSourceMapping",
                                                            "lambda:UpdateEventSourceMapping"),

    // function URLs
    transacting<create_function_url_config, function_of>("CreateFunctionUrlConfig", "lambda:CreateFunctionUrlConfig"),
    transacting<delete_function_url_config, function_of>("DeleteFunctionUrlConfig", "lambda:DeleteFunctionUrlConfig"),
    reading<get_function_url_config, function_of>("GetFunctionUrlConfig", "lambda:GetFunctionUrlConfig"),
    reading<list_function_url_configs, function_of>("ListFunctionUrlConfigs", "lambda:ListFunctionUrlConfigs"),
    transacting<update_function_url_config, function_of>("UpdateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"),
};

}  // namespace

Service lambda_service(Lambda& lambda) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &lambda;
  service.condition_keys = kConditionKeys;
  service.resource_policy = &function_policy;
  return service;
}

void register_background(Lambda& lambda) {
  register_queue(lambda);
  register_destinations(lambda);
  lambda.background.on_timer(std::string(kSourceTimer), [&lambda](Transaction& tx, const Timer& timer) -> Result<> {
    tx.on_commit([&lambda, key = timer.payload] {
      if (lambda.event_sources) lambda.event_sources->call(key);
    });
    return {};
  });
}

void start_event_sources(Lambda& lambda, Wakes& wakes) {
  lambda.event_sources = std::make_shared<EventSources>(lambda, wakes);
  lambda.event_sources->start();
}

void stop_event_sources(Lambda& lambda) {
  if (lambda.event_sources) lambda.event_sources->stop();
}

}  // namespace orrery::lambda
