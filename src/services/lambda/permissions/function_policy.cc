// The resource policies of a function and of its versions and aliases: each has one of its own.
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "services/lambda/permissions/grantee.h"
#include "services/lambda/permissions/statements.h"
#include "services/record.h"

namespace orrery::lambda {
namespace {

json::object statement_of(const FunctionName& name, const AddPermissionRequest& input) {
  json::object statement{{"Sid", input.StatementId},
                         {"Effect", "Allow"},
                         {"Principal", principal_of(input.Principal)},
                         {"Action", input.Action},
                         {"Resource", name.qualified_arn()}};
  json::object equals;
  if (input.SourceAccount) equals["AWS:SourceAccount"] = *input.SourceAccount;
  if (input.PrincipalOrgID) equals["aws:PrincipalOrgID"] = *input.PrincipalOrgID;
  if (input.EventSourceToken) equals["lambda:EventSourceToken"] = *input.EventSourceToken;
  if (input.FunctionUrlAuthType) equals["lambda:FunctionUrlAuthType"] = *input.FunctionUrlAuthType;
  json::object condition;
  if (!equals.empty()) condition["StringEquals"] = std::move(equals);
  if (input.InvokedViaFunctionUrl) {
    condition["Bool"] = json::object{{"lambda:InvokedViaFunctionUrl", *input.InvokedViaFunctionUrl ? "true" : "false"}};
  }
  if (input.SourceArn) condition["ArnLike"] = json::object{{"AWS:SourceArn", *input.SourceArn}};
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  return statement;
}

Result<> check_permission(const FunctionName& name, const AddPermissionRequest& input) {
  if (name.qualifier == kLatest) {
    return fail(errors::InvalidParameterValueException("We currently do not support adding policies for $LATEST."));
  }
  if (!is_function_action(input.Action)) {
    return fail(errors::InvalidParameterValueException("The provided action " + input.Action +
                                                       " was invalid. Please check the action and try again."));
  }
  if (input.FunctionUrlAuthType && input.Action != "lambda:InvokeFunctionUrl") {
    return fail(errors::InvalidParameterValueException(
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"));
  }
  return {};
}

// A missing alias has words of its own where policies are concerned.
Result<Resolved> policy_holder(Reader& reader, const FunctionName& name) {
  auto resolved = resolve(reader, name);
  if (resolved || name.latest() || name.version()) return resolved;
  if (!TRY(get_function(reader, name))) return resolved;
  Error error = errors::ResourceNotFoundException("Cannot find alias arn: " + name.qualified_arn());
  error.with("Type", "User");
  return fail(std::move(error));
}

// A policy's revision is that of the function, version or alias that has it.
std::string revision_of(const Resolved& holder) {
  return (holder.alias ? holder.alias->RevisionId : holder.record.configuration.RevisionId).value_or("");
}

Result<> set_revision(Transaction& tx, Resolved& holder, const std::string& revision) {
  if (holder.alias) {
    holder.alias->RevisionId = revision;
    return put_shape(tx, alias_key(holder.name), *holder.alias);
  }
  holder.record.configuration.RevisionId = revision;
  if (const auto version = holder.name.version()) return put_version(tx, holder.name, *version, holder.record);
  return put_function(tx, holder.name, holder.record);
}

Result<std::optional<std::string>> stored_text(Reader& reader, const std::string& key) {
  const StoredPolicy policy = TRY(load_policy(reader, key));
  if (policy.statements.empty()) return std::optional<std::string>();
  return std::optional<std::string>(policy_text(policy));
}

}  // namespace

Result<> check_revision(const std::optional<std::string>& wanted, const std::optional<std::string>& current) {
  if (!wanted || wanted->empty() || wanted == current) return {};
  return fail(
      errors::PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. Call the "
                                          "GetFunction/GetAlias API to retrieve the latest Revision Id"));
}

Result<AddPermissionResponse> add_permission(Lambda& lambda, Call& call, Transaction& tx,
                                             const AddPermissionRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(check_permission(name, input));
  Resolved holder = TRY(policy_holder(tx, name));
  TRY(check_grantee(lambda, tx, call.region, input.Principal));
  TRY(check_revision(input.RevisionId, revision_of(holder)));
  StoredPolicy policy = TRY(load_policy(tx, policy_key(name)));
  const json::object statement = statement_of(name, input);
  TRY(add_statement(policy, input.StatementId, statement));
  TRY(save_policy(tx, policy_key(name), policy));
  TRY(set_revision(tx, holder, call.random->uuid()));
  return AddPermissionResponse{json::serialize(statement)};
}

Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  Resolved holder = TRY(policy_holder(tx, name));
  StoredPolicy policy = TRY(load_policy(tx, policy_key(name)));
  TRY(remove_statement(policy, input.StatementId));
  TRY(check_revision(input.RevisionId, revision_of(holder)));
  TRY(save_policy(tx, policy_key(name), policy));
  TRY(set_revision(tx, holder, call.random->uuid()));
  return wire::Empty{};
}

Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  const Resolved holder = TRY(policy_holder(reader, name));
  const StoredPolicy policy = TRY(load_policy(reader, policy_key(name)));
  if (policy.statements.empty()) {
    return fail(errors::ResourceNotFoundException("The resource you requested does not exist."));
  }
  return GetPolicyResponse{policy_text(policy), revision_of(holder)};
}

Result<std::optional<std::string>> function_policy(void*, Reader& reader, std::string_view resource_arn) {
  if (const auto name = parse_function_arn(resource_arn)) return stored_text(reader, policy_key(*name));
  if (const auto layer = parse_layer_arn(resource_arn); layer && layer->version > 0) {
    return stored_text(reader, layer_policy_key(*layer));
  }
  return std::optional<std::string>();
}

}  // namespace orrery::lambda
