// Small settings with operations of their own: runtime management, recursive loops, scaling of managed instances.
#include "services/lambda/operations.h"

namespace orrery::lambda {
namespace {

Result<> check_management(const PutRuntimeManagementConfigRequest& input) {
  const bool manual = input.UpdateRuntimeOn == "Manual";
  const bool given = input.RuntimeVersionArn && !input.RuntimeVersionArn->empty();
  if (manual == given) return {};
  return fail(errors::InvalidParameterValueException(
      manual ? "RuntimeVersionArn must be provided when UpdateRuntimeOn is set to Manual."
             : "RuntimeVersionArn can be provided only when UpdateRuntimeOn is set to Manual."));
}

// $LATEST or a version: an alias has no runtime of its own.
Result<Resolved> managed_version(Reader& reader, const FunctionName& name) {
  Resolved resolved = TRY(resolve(reader, name));
  if (!resolved.alias) return resolved;
  return fail(errors::InvalidParameterValueException(
      "Runtime management applies to $LATEST and to published versions: " + name.qualified_arn() + " is an alias."));
}

}  // namespace

Result<PutRuntimeManagementConfigResponse> put_runtime_management_config(
    Call& call, Transaction& tx, const PutRuntimeManagementConfigRequest& input) {
  TRY(check_management(input));
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  Resolved resolved = TRY(managed_version(tx, name));
  resolved.record.update_runtime_on = input.UpdateRuntimeOn;
  resolved.record.runtime_version_arn = input.RuntimeVersionArn.value_or("");
  if (const auto version = name.version()) {
    TRY(put_version(tx, name, *version, resolved.record));
  } else {
    TRY(put_function(tx, name, resolved.record));
  }
  PutRuntimeManagementConfigResponse output;
  output.UpdateRuntimeOn = input.UpdateRuntimeOn;
  output.FunctionArn = name.with(resolved.version).qualified_arn();
  output.RuntimeVersionArn = input.RuntimeVersionArn;
  return output;
}

Result<GetRuntimeManagementConfigResponse> get_runtime_management_config(
    Call& call, Reader& reader, const GetRuntimeManagementConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  const Resolved resolved = TRY(managed_version(reader, name));
  GetRuntimeManagementConfigResponse output;
  output.UpdateRuntimeOn = resolved.record.update_runtime_on;
  output.FunctionArn = name.with(resolved.version).qualified_arn();
  if (!resolved.record.runtime_version_arn.empty()) output.RuntimeVersionArn = resolved.record.runtime_version_arn;
  return output;
}

Result<PutFunctionRecursionConfigResponse> put_function_recursion_config(
    Call& call, Transaction& tx, const PutFunctionRecursionConfigRequest& input) {
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  FunctionRecord record = TRY(existing_function(tx, name));
  record.settings.recursive_loop = input.RecursiveLoop;
  TRY(put_function(tx, name, record));
  return PutFunctionRecursionConfigResponse{input.RecursiveLoop};
}

Result<GetFunctionRecursionConfigResponse> get_function_recursion_config(
    Call& call, Reader& reader, const GetFunctionRecursionConfigRequest& input) {
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  const FunctionRecord record = TRY(existing_function(reader, name));
  return GetFunctionRecursionConfigResponse{record.settings.recursive_loop};
}

namespace {

// docs.aws.amazon.com/lambda/latest/api/API_PutFunctionScalingConfig.html: of functions of a capacity provider, of
// which there are none.
Error no_capacity_provider(const FunctionName& name) {
  return errors::InvalidParameterValueException("The function " + name.arn() +
                                                " has no capacity provider: only functions of one have a scaling "
                                                "configuration.");
}

}  // namespace

Result<PutFunctionScalingConfigResponse> put_function_scaling_config(Call& call, Transaction& tx,
                                                                     const PutFunctionScalingConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(existing_function(tx, name.with("")));
  return fail(no_capacity_provider(name));
}

Result<GetFunctionScalingConfigResponse> get_function_scaling_config(Call& call, Reader& reader,
                                                                     const GetFunctionScalingConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(existing_function(reader, name.with("")));
  return fail(no_capacity_provider(name));
}

}  // namespace orrery::lambda
