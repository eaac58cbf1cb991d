// Reading, changing and deleting what is recorded of a function.
#include "services/lambda/operations.h"
#include "services/paging.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 50;  // functions a page, whatever MaxItems says

void apply(const UpdateFunctionConfigurationRequest& input, FunctionConfiguration& to) {
  if (input.Role) to.Role = input.Role;
  if (input.Handler) to.Handler = input.Handler;
  if (input.Description) to.Description = input.Description;
  if (input.Timeout) to.Timeout = input.Timeout;
  if (input.MemorySize) to.MemorySize = input.MemorySize;
  if (input.Runtime) to.Runtime = input.Runtime;
  if (input.EphemeralStorage) to.EphemeralStorage = input.EphemeralStorage;
  if (input.KMSKeyArn) to.KMSKeyArn = input.KMSKeyArn;
  if (input.TracingConfig) to.TracingConfig = TracingConfigResponse{input.TracingConfig->Mode};
  if (input.VpcConfig)
    to.VpcConfig = VpcConfigResponse{input.VpcConfig->SubnetIds, input.VpcConfig->SecurityGroupIds, {}, {}};
  if (input.Environment) to.Environment = EnvironmentResponse{input.Environment->Variables, {}};
  if (input.LoggingConfig) {
    if (input.LoggingConfig->LogFormat) to.LoggingConfig->LogFormat = input.LoggingConfig->LogFormat;
    if (input.LoggingConfig->LogGroup) to.LoggingConfig->LogGroup = input.LoggingConfig->LogGroup;
  }
}

// Features that are not there: named, rather than quietly left out.
Result<> refuse_absent(const UpdateFunctionConfigurationRequest& input) {
  const std::pair<bool, const char*> absent[] = {
      {input.Layers && !input.Layers->empty(), "Layers"},
      {input.DeadLetterConfig && !input.DeadLetterConfig->TargetArn.value_or("").empty(), "DeadLetterConfig"},
      {input.FileSystemConfigs && !input.FileSystemConfigs->empty(), "FileSystemConfigs"},
      {input.SnapStart && input.SnapStart->ApplyOn.value_or("None") != "None", "SnapStart"},
      {input.ImageConfig.has_value(), "ImageConfig"},
      {input.CapacityProviderConfig.has_value(), "CapacityProviderConfig"},
      {input.DurableConfig.has_value(), "DurableConfig"},
      {input.RuntimeConfig.has_value(), "RuntimeConfig"},
      {input.AcceleratorConfig.has_value(), "AcceleratorConfig"},
  };
  const auto found = std::ranges::find_if(absent, [](const auto& one) { return one.first; });
  if (found == std::end(absent)) return {};
  return fail(api_error(
      "NotImplemented",
      std::string("Orrery does not implement lambda:UpdateFunctionConfiguration with ") + found->second + ".", 501));
}

}  // namespace

Result<FunctionConfiguration> update_function_configuration(Lambda& lambda, Call& call, Transaction& tx,
                                                            const UpdateFunctionConfigurationRequest& input) {
  TRY(refuse_absent(input));
  TRY(check_limits(input.Timeout, input.MemorySize));
  TRY(check_environment(input.Environment));
  if (input.Runtime) TRY(check_runtime(lambda, *input.Runtime));
  const FunctionName name = parse_function_name(call, input.FunctionName);
  FunctionRecord record = TRY(existing_function(tx, name));
  if (input.RevisionId && input.RevisionId != record.configuration.RevisionId) {
    return fail(
        errors::PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. Call the "
                                            "GetFunction/GetAlias API to retrieve the "
                                            "latest Revision Id"));
  }
  if (input.Role) TRY(check_role(lambda, call, *input.Role));
  const std::string old_key = spec_key(name, record);
  apply(input, record.configuration);
  record.configuration.LastModified = last_modified(call.now);
  record.configuration.RevisionId = call.random->uuid();
  TRY(put_function(tx, name, record));
  tx.on_commit([&lambda, old_key] { lambda.environments->retire_key(old_key); });
  return record.configuration;
}

Result<GetFunctionResponse> get_function_operation(const Lambda& lambda, Call& call, Reader& reader,
                                                   const GetFunctionRequest& input) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  GetFunctionResponse output;
  FunctionRecord record = TRY(existing_function(reader, name));
  output.Configuration = std::move(record.configuration);
  output.Code = FunctionCodeLocation{};
  output.Code->RepositoryType = "S3";
  output.Code->Location = call.endpoint + lambda.code_urls.make(record.blob_id, call.now);
  const TagMap tags = TRY(get_tags(reader, name.arn()));
  if (!tags.empty()) output.Tags = tags;
  return output;
}

Result<FunctionConfiguration> get_function_configuration(Call& call, Reader& reader,
                                                         const GetFunctionConfigurationRequest& input) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  return TRY(existing_function(reader, name)).configuration;
}

Result<ListFunctionsResponse> list_functions(Call& call, Reader& reader, const ListFunctionsRequest& input) {
  ListFunctionsResponse output;
  output.Functions.emplace();
  const std::int64_t most = std::min(input.MaxItems.value_or(kListMost), kListMost);
  const std::string prefix = functions_prefix(call.account, call.region);
  KeyRange range = prefix_range(prefix);
  if (input.Marker) {
    const auto position = page_position(*input.Marker);
    if (!position || !position->starts_with(prefix)) {
      return fail(errors::InvalidParameterValueException("Invalid value for marker parameter: " + *input.Marker));
    }
    range.begin = *position;
  }
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (static_cast<std::int64_t>(output.Functions->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    output.Functions->push_back(TRY(decode_function(cursor->value())).configuration);
  }
  TRY(cursor->status());
  return output;
}

Result<DeleteFunctionResponse> delete_function(Lambda& lambda, Call& call, Transaction& tx,
                                               const DeleteFunctionRequest& input) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  const FunctionRecord record = TRY(existing_function(tx, name));
  if (!name.qualifier.empty()) {
    return fail(
        errors::InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function."));
  }
  TRY(lambda.blobs.release(tx, record.blob_id));
  TRY(tx.erase(function_key(name)));
  TRY(tx.erase(policy_key(name)));
  TRY(erase_tags(tx, name.arn()));
  const std::string key = spec_key(name, record);
  tx.on_commit([&lambda, key] { lambda.environments->retire_key(key); });
  return DeleteFunctionResponse{204};
}

}  // namespace orrery::lambda
