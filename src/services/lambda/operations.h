// The functions behind the rows of lambda.cc.
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"
#include "services/tags.h"

namespace orrery::lambda {

// deploying/deploy.cc: on the deployer's thread, because packages are unpacked
void create_function(Lambda& lambda, Call& call, const CreateFunctionRequest& input,
                     Completion<FunctionConfiguration> done);
void update_function_code(Lambda& lambda, Call& call, const UpdateFunctionCodeRequest& input,
                          Completion<FunctionConfiguration> done);

// deploying/configure.cc
Result<FunctionConfiguration> update_function_configuration(Lambda& lambda, Call& call, Transaction& tx,
                                                            const UpdateFunctionConfigurationRequest& input);
Result<GetFunctionResponse> get_function_operation(const Lambda& lambda, Call& call, Reader& reader,
                                                   const GetFunctionRequest& input);
Result<FunctionConfiguration> get_function_configuration(Call& call, Reader& reader,
                                                         const GetFunctionConfigurationRequest& input);
Result<ListFunctionsResponse> list_functions(Call& call, Reader& reader, const ListFunctionsRequest& input);
Result<DeleteFunctionResponse> delete_function(Lambda& lambda, Call& call, Transaction& tx,
                                               const DeleteFunctionRequest& input);

// versions/
Result<FunctionConfiguration> publish_version(Lambda& lambda, Call& call, Transaction& tx,
                                              const PublishVersionRequest& input);
Result<ListVersionsByFunctionResponse> list_versions_by_function(Call& call, Reader& reader,
                                                                 const ListVersionsByFunctionRequest& input);
Result<AliasConfiguration> create_alias(Lambda& lambda, Call& call, Transaction& tx, const CreateAliasRequest& input);
Result<AliasConfiguration> get_alias_operation(Call& call, Reader& reader, const GetAliasRequest& input);
Result<AliasConfiguration> update_alias(Lambda& lambda, Call& call, Transaction& tx, const UpdateAliasRequest& input);
Result<wire::Empty> delete_alias(Lambda& lambda, Call& call, Transaction& tx, const DeleteAliasRequest& input);
Result<ListAliasesResponse> list_aliases(Call& call, Reader& reader, const ListAliasesRequest& input);

// layers/
void publish_layer_version(Lambda& lambda, Call& call, const PublishLayerVersionRequest& input,
                           Completion<PublishLayerVersionResponse> done);
Result<GetLayerVersionResponse> get_layer_version(const Lambda& lambda, Call& call, Reader& reader,
                                                  const GetLayerVersionRequest& input);
Result<GetLayerVersionResponse> get_layer_version_by_arn(const Lambda& lambda, Call& call, Reader& reader,
                                                         const GetLayerVersionByArnRequest& input);
Result<wire::Empty> delete_layer_version(Lambda& lambda, Call& call, Transaction& tx,
                                         const DeleteLayerVersionRequest& input);
Result<ListLayersResponse> list_layers(Call& call, Reader& reader, const ListLayersRequest& input);
Result<ListLayerVersionsResponse> list_layer_versions(Call& call, Reader& reader,
                                                      const ListLayerVersionsRequest& input);
Result<AddLayerVersionPermissionResponse> add_layer_version_permission(Call& call, Transaction& tx,
                                                                       const AddLayerVersionPermissionRequest& input);
Result<wire::Empty> remove_layer_version_permission(Call& call, Transaction& tx,
                                                    const RemoveLayerVersionPermissionRequest& input);
Result<GetLayerVersionPolicyResponse> get_layer_version_policy(Call& call, Reader& reader,
                                                               const GetLayerVersionPolicyRequest& input);

// concurrency/
Result<Concurrency> put_function_concurrency(Lambda& lambda, Call& call, Transaction& tx,
                                             const PutFunctionConcurrencyRequest& input);
Result<GetFunctionConcurrencyResponse> get_function_concurrency(Call& call, Reader& reader,
                                                                const GetFunctionConcurrencyRequest& input);
Result<wire::Empty> delete_function_concurrency(Lambda& lambda, Call& call, Transaction& tx,
                                                const DeleteFunctionConcurrencyRequest& input);
Result<PutProvisionedConcurrencyConfigResponse> put_provisioned_concurrency_config(
    Lambda& lambda, Call& call, Transaction& tx, const PutProvisionedConcurrencyConfigRequest& input);
Result<GetProvisionedConcurrencyConfigResponse> get_provisioned_concurrency_config(
    const Lambda& lambda, Call& call, Reader& reader, const GetProvisionedConcurrencyConfigRequest& input);
Result<wire::Empty> delete_provisioned_concurrency_config(Lambda& lambda, Call& call, Transaction& tx,
                                                          const DeleteProvisionedConcurrencyConfigRequest& input);
Result<ListProvisionedConcurrencyConfigsResponse> list_provisioned_concurrency_configs(
    const Lambda& lambda, Call& call, Reader& reader, const ListProvisionedConcurrencyConfigsRequest& input);
Result<GetAccountSettingsResponse> get_account_settings(Call& call, Reader& reader,
                                                        const GetAccountSettingsRequest& input);

// settings/
Result<CreateCodeSigningConfigResponse> create_code_signing_config(Call& call, Transaction& tx,
                                                                   const CreateCodeSigningConfigRequest& input);
Result<GetCodeSigningConfigResponse> get_code_signing_config(Call& call, Reader& reader,
                                                             const GetCodeSigningConfigRequest& input);
Result<UpdateCodeSigningConfigResponse> update_code_signing_config(Call& call, Transaction& tx,
                                                                   const UpdateCodeSigningConfigRequest& input);
Result<DeleteCodeSigningConfigResponse> delete_code_signing_config(Call& call, Transaction& tx,
                                                                   const DeleteCodeSigningConfigRequest& input);
Result<ListCodeSigningConfigsResponse> list_code_signing_configs(Call& call, Reader& reader,
                                                                 const ListCodeSigningConfigsRequest& input);
Result<ListFunctionsByCodeSigningConfigResponse> list_functions_by_code_signing_config(
    Call& call, Reader& reader, const ListFunctionsByCodeSigningConfigRequest& input);
Result<PutFunctionCodeSigningConfigResponse> put_function_code_signing_config(
    Call& call, Transaction& tx, const PutFunctionCodeSigningConfigRequest& input);
Result<GetFunctionCodeSigningConfigResponse> get_function_code_signing_config(
    Call& call, Reader& reader, const GetFunctionCodeSigningConfigRequest& input);
Result<wire::Empty> delete_function_code_signing_config(Call& call, Transaction& tx,
                                                        const DeleteFunctionCodeSigningConfigRequest& input);
Result<PutRuntimeManagementConfigResponse> put_runtime_management_config(
    Call& call, Transaction& tx, const PutRuntimeManagementConfigRequest& input);
Result<GetRuntimeManagementConfigResponse> get_runtime_management_config(
    Call& call, Reader& reader, const GetRuntimeManagementConfigRequest& input);
Result<PutFunctionRecursionConfigResponse> put_function_recursion_config(
    Call& call, Transaction& tx, const PutFunctionRecursionConfigRequest& input);
Result<GetFunctionRecursionConfigResponse> get_function_recursion_config(
    Call& call, Reader& reader, const GetFunctionRecursionConfigRequest& input);
Result<PutFunctionScalingConfigResponse> put_function_scaling_config(Call& call, Transaction& tx,
                                                                     const PutFunctionScalingConfigRequest& input);
Result<GetFunctionScalingConfigResponse> get_function_scaling_config(Call& call, Reader& reader,
                                                                     const GetFunctionScalingConfigRequest& input);

// permissions/function_policy.cc
Result<AddPermissionResponse> add_permission(Lambda& lambda, Call& call, Transaction& tx,
                                             const AddPermissionRequest& input);
Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionRequest& input);
Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input);
// For Service::resource_policy: of functions, versions, aliases and layer versions.
Result<std::optional<std::string>> function_policy(void* self, Reader& reader, std::string_view resource_arn);

// settings/network.cc: "none" for a function whose sandboxes reach this server and nothing else, "host" (or no such
// tag) for one that reaches what the machine reaches.
inline constexpr std::string_view kNetworkTag = "orrery:network";
// Error: InvalidParameterValueException for another value.
Result<functions::Network> network_of(const TagMap& tags);
// After the function's tags changed: its environments, of every version, are made anew if their network is another.
Result<> follow_network_tag(Lambda& lambda, Call& call, Transaction& tx, const FunctionName& name);

// tagging.cc
Result<wire::Empty> tag_resource(Lambda& lambda, Call& call, Transaction& tx, const TagResourceRequest& input);
Result<wire::Empty> untag_resource(Lambda& lambda, Call& call, Transaction& tx, const UntagResourceRequest& input);
Result<ListTagsResponse> list_tags(Call& call, Reader& reader, const ListTagsRequest& input);

// Once `tx` is committed, nothing more is run in the environments of that key.
void retire_on_commit(Lambda& lambda, Transaction& tx, std::string spec_key);

// deploying/code.cc: the folder with an archive's content, unpacked now when it is not there. `code_key` is the hex
// SHA-256 of it.
Result<std::string> unpacked(Lambda& lambda, const std::string& blob_id, const std::string& code_key);
// What the pool needs to run it: code and layers unpacked.
Result<std::shared_ptr<const functions::FunctionSpec>> runnable(Lambda& lambda, const Resolved& resolved);

Result<> check_name(const FunctionName& name);
// Tags of a new or existing resource. Error: InvalidParameterValueException.
Result<> tag(Transaction& tx, const std::string& arn, const std::optional<TagMap>& tags);
// That Lambda may assume the role, by trying it in a transaction that is rolled back.
Result<> check_role(Lambda& lambda, const Call& call, const std::string& role_arn);
// Error: CodeSigningConfigNotFoundException.
Result<> check_code_signing_config(Reader& reader, const std::string& arn);
// The RevisionId of a request, where it has one. Error: PreconditionFailedException.
Result<> check_revision(const std::optional<std::string>& wanted, const std::optional<std::string>& current);
// Where a page begins: a key below `prefix`. Error: InvalidParameterValueException.
Result<std::string> marker_position(const std::string& marker, std::string_view prefix);

// Code or configuration of $LATEST are new: its revision, its state, and for how long it is not settled.
enum class Deployment : std::uint8_t { New, Changed };
void mark_deployed(const Lambda& lambda, const Call& call, FunctionRecord& record, Deployment deployment);
std::string last_modified(Instant now);

}  // namespace orrery::lambda
