#include "services/lambda/lambda.h"

#include "base/arn.h"
#include "services/lambda/operations.h"

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

}  // namespace orrery::lambda
