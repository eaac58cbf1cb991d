// Who besides its account may use a layer version.
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "services/lambda/permissions/statements.h"

namespace orrery::lambda {
namespace {

Result<LayerName> existing_layer(const Call& call, Reader& reader, const std::string& text, std::int64_t version) {
  LayerName name = parse_layer_name(call, text, version);
  if (!TRY(get_layer_record(reader, name))) {
    Error error = errors::ResourceNotFoundException("Layer version " + name.version_arn() + " does not exist.");
    error.with("Type", "User");
    return fail(std::move(error));
  }
  return name;
}

Result<> check_policy_revision(const StoredPolicy& policy, const std::optional<std::string>& wanted) {
  if (!wanted || wanted->empty() || *wanted == policy.revision) return {};
  return fail(
      errors::PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. Call the "
                                          "GetLayerPolicy API to retrieve the latest Revision Id"));
}

}  // namespace

Result<AddLayerVersionPermissionResponse> add_layer_version_permission(Call& call, Transaction& tx,
                                                                       const AddLayerVersionPermissionRequest& input) {
  const LayerName name = TRY(existing_layer(call, tx, input.LayerName, input.VersionNumber));
  StoredPolicy policy = TRY(load_policy(tx, layer_policy_key(name)));
  json::object statement{{"Sid", input.StatementId},
                         {"Effect", "Allow"},
                         {"Principal", principal_of(input.Principal)},
                         {"Action", input.Action},
                         {"Resource", name.version_arn()}};
  if (input.OrganizationId) {
    statement["Condition"] =
        json::object{{"StringEquals", json::object{{"aws:PrincipalOrgID", *input.OrganizationId}}}};
  }
  TRY(add_statement(policy, input.StatementId, statement));
  TRY(check_policy_revision(policy, input.RevisionId));
  policy.revision = call.random->uuid();
  TRY(save_policy(tx, layer_policy_key(name), policy));
  return AddLayerVersionPermissionResponse{json::serialize(statement), policy.revision};
}

Result<wire::Empty> remove_layer_version_permission(Call& call, Transaction& tx,
                                                    const RemoveLayerVersionPermissionRequest& input) {
  const LayerName name = TRY(existing_layer(call, tx, input.LayerName, input.VersionNumber));
  StoredPolicy policy = TRY(load_policy(tx, layer_policy_key(name)));
  TRY(check_policy_revision(policy, input.RevisionId));
  TRY(remove_statement(policy, input.StatementId));
  policy.revision = call.random->uuid();
  TRY(save_policy(tx, layer_policy_key(name), policy));
  return wire::Empty{};
}

Result<GetLayerVersionPolicyResponse> get_layer_version_policy(Call& call, Reader& reader,
                                                               const GetLayerVersionPolicyRequest& input) {
  const LayerName name = TRY(existing_layer(call, reader, input.LayerName, input.VersionNumber));
  const StoredPolicy policy = TRY(load_policy(reader, layer_policy_key(name)));
  if (policy.statements.empty()) {
    Error error = errors::ResourceNotFoundException("No policy is associated with the given resource.");
    error.with("Type", "User");
    return fail(std::move(error));
  }
  return GetLayerVersionPolicyResponse{policy_text(policy), policy.revision};
}

}  // namespace orrery::lambda
