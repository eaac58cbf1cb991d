#include "services/lambda/lambda.h"

#include "base/arn.h"
#include "services/lambda/event_sources/engine.h"
#include "services/lambda/event_sources/operations.h"
#include "services/lambda/invocation/async.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/invocation/invoke_config.h"
#include "services/lambda/invocation/operations.h"
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

constexpr auto all_functions = [](const Call&, const ListFunctionsRequest&) { return std::string("*"); };

Access pass_role(const std::string& role) {
  return {"iam:PassRole", role, {{"iam:PassedToService", "lambda.amazonaws.com"}}};
}

// Handing a role over needs iam:PassRole on it
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html).
constexpr auto created_function = [](const Call& call, const CreateFunctionRequest& input) {
  return std::vector<Access>{{"", parse_function_name(call, input.FunctionName).arn(), {}}, pass_role(input.Role)};
};

constexpr auto configured_function = [](const Call& call, const UpdateFunctionConfigurationRequest& input) {
  std::vector<Access> accesses{{"", parse_function_name(call, input.FunctionName).arn(), {}}};
  if (input.Role) accesses.push_back(pass_role(*input.Role));
  return accesses;
};

constexpr auto tagged_resource = [](const Call&, const auto& input) { return input.Resource; };

constexpr auto any_mapping = [](const Call&, const auto&) { return std::string("*"); };
// Whose function is to be fed is a condition, not the resource
// (docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html).
constexpr auto mapped_function = [](const Call& call, const CreateEventSourceMappingRequest& input) {
  const std::string function = parse_function_name(call, input.FunctionName).qualified_arn();
  return std::vector<Access>{{"", "*", {{"lambda:FunctionArn", function}}}};
};
constexpr auto mapping_named = [](const Call& call, const auto& input) {
  return mapping_arn(call.region, call.account, input.UUID);
};

constexpr Operation kOperations[] = {
    transacting<add_permission, function_of>("AddPermission", "lambda:AddPermission"),
    waiting<create_function, created_function>("CreateFunction", "lambda:CreateFunction"),
    transacting<delete_function, function_of>("DeleteFunction", "lambda:DeleteFunction"),
    reading<get_function_operation, function_of>("GetFunction", "lambda:GetFunction"),
    reading<get_function_configuration, function_of>("GetFunctionConfiguration", "lambda:GetFunctionConfiguration"),
    reading<get_policy, function_of>("GetPolicy", "lambda:GetPolicy"),
    waiting<invoke, function_of>("Invoke", "lambda:InvokeFunction"),
    transacting<invoke_async, function_of>("InvokeAsync", "lambda:InvokeFunction"),
    reading<list_functions, all_functions>("ListFunctions", "lambda:ListFunctions"),
    reading<list_tags, tagged_resource>("ListTags", "lambda:ListTags"),
    transacting<remove_permission, function_of>("RemovePermission", "lambda:RemovePermission"),
    transacting<tag_resource, tagged_resource>("TagResource", "lambda:TagResource"),
    transacting<untag_resource, tagged_resource>("UntagResource", "lambda:UntagResource"),
    waiting<update_function_code, function_of>("UpdateFunctionCode", "lambda:UpdateFunctionCode"),
    transacting<update_function_configuration, configured_function>("UpdateFunctionConfiguration",
                                                                    "lambda:UpdateFunctionConfiguration"),

    // invoking
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
    reading<list_event_source_mappings, any_mapping>("ListEventSourceMappings", "lambda:ListEventSourceMappings"),
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
