// The functions behind the rows of lambda.cc.
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

namespace orrery::lambda {

// deploy.cc: on the deployer's thread, because packages are unpacked
void create_function(Lambda& lambda, Call& call, const CreateFunctionRequest& input,
                     Completion<FunctionConfiguration> done);
void update_function_code(Lambda& lambda, Call& call, const UpdateFunctionCodeRequest& input,
                          Completion<FunctionConfiguration> done);

// configure.cc
Result<FunctionConfiguration> update_function_configuration(Lambda& lambda, Call& call, Transaction& tx,
                                                            const UpdateFunctionConfigurationRequest& input);
Result<GetFunctionResponse> get_function_operation(const Lambda& lambda, Call& call, Reader& reader,
                                                   const GetFunctionRequest& input);
Result<FunctionConfiguration> get_function_configuration(Call& call, Reader& reader,
                                                         const GetFunctionConfigurationRequest& input);
Result<ListFunctionsResponse> list_functions(Call& call, Reader& reader, const ListFunctionsRequest& input);
Result<DeleteFunctionResponse> delete_function(Lambda& lambda, Call& call, Transaction& tx,
                                               const DeleteFunctionRequest& input);

// permissions.cc
Result<AddPermissionResponse> add_permission(Call& call, Transaction& tx, const AddPermissionRequest& input);
Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionRequest& input);
Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input);
Result<std::optional<std::string>> function_policy(void* self, Reader& reader, std::string_view resource_arn);

// tagging.cc
Result<wire::Empty> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input);
Result<wire::Empty> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input);
Result<ListTagsResponse> list_tags(Call& call, Reader& reader, const ListTagsRequest& input);

// invoke.cc
void invoke(Lambda& lambda, Call& call, const InvocationRequest& input, Completion<InvocationResponse> done);
Result<InvokeAsyncResponse> invoke_async(Lambda& lambda, Call& call, Transaction& tx, const InvokeAsyncRequest& input);

// code.cc: the folder with an archive's content, unpacked now when it is not there. `code_key` is the hex SHA-256 of
// it.
Result<std::string> unpacked(Lambda& lambda, const std::string& blob_id, const std::string& code_key);
// What the pool needs to run it: code and layers unpacked.
Result<std::shared_ptr<const functions::FunctionSpec>> runnable(Lambda& lambda, const Resolved& resolved);

// What CreateFunction and UpdateFunctionConfiguration both refuse; `runtime` and `handler` as they will be.
Result<> check_environment(const std::optional<Environment>& environment);
Result<> check_name(const FunctionName& name);
Result<> check_limits(const std::optional<std::int64_t>& timeout_s, const std::optional<std::int64_t>& memory_mb);
Result<> check_runtime(const Lambda& lambda, const std::string& runtime);
// That Lambda may assume the role, by trying it in a transaction that is rolled back.
Result<> check_role(Lambda& lambda, const Call& call, const std::string& role_arn);
std::string last_modified(Instant now);

}  // namespace orrery::lambda
