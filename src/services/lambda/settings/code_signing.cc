// Code signing configurations: recorded and described. Nothing verifies signatures
// (docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html).
#include "base/arn.h"
#include "services/lambda/operations.h"
#include "services/paging.h"
#include "services/record.h"
#include "services/tags.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 50;
constexpr std::string_view kResourcePrefix = "code-signing-config:";

std::string configs_prefix(const std::string& account, const std::string& region) {
  return KeyWriter(KeyKind::CodeSigningConfig).text(account).text(region).take();
}

std::string config_key(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || !arn->resource.starts_with(kResourcePrefix)) return configs_prefix("", "");
  return KeyWriter(KeyKind::CodeSigningConfig)
      .text(arn->account)
      .text(arn->region)
      .text(std::string_view(arn->resource).substr(kResourcePrefix.size()))
      .take();
}

Result<CodeSigningConfig> existing_config(Reader& reader, const std::string& arn) {
  auto found = TRY(get_shape<CodeSigningConfig>(reader, config_key(arn)));
  if (found) return *std::move(found);
  return fail(errors::ResourceNotFoundException("The Lambda code signing configuration " + arn + " can not be found."));
}

// The functions that use it, from `begin` on, at most `most`; `next` receives where to go on.
Result<std::vector<std::string>> users_of(const Call& call, Reader& reader, const std::string& arn,
                                          const KeyRange& range, std::size_t most, std::optional<std::string>& next) {
  std::vector<std::string> arns;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const FunctionRecord record = TRY(decode_function(cursor->value()));
    if (record.settings.code_signing_config != arn) continue;
    if (arns.size() == most) {
      next = page_token(cursor->key());
      break;
    }
    arns.push_back(FunctionName{call.account, call.region, record.configuration.FunctionName.value_or(""), {}}.arn());
  }
  TRY(cursor->status());
  return arns;
}

}  // namespace

Result<> check_code_signing_config(Reader& reader, const std::string& arn) {
  if (TRY(reader.get(config_key(arn)))) return {};
  return fail(errors::CodeSigningConfigNotFoundException(
      "The code signing configuration cannot be found. Check that the provided configuration is not deleted: " + arn +
      "."));
}

Result<CreateCodeSigningConfigResponse> create_code_signing_config(Call& call, Transaction& tx,
                                                                   const CreateCodeSigningConfigRequest& input) {
  CodeSigningConfig config;
  config.CodeSigningConfigId = "csc-" + call.random->token(17, kLowerHex);
  config.CodeSigningConfigArn =
      make_arn("lambda", call.region, call.account, std::string(kResourcePrefix) + config.CodeSigningConfigId);
  config.Description = input.Description;
  config.AllowedPublishers = input.AllowedPublishers;
  config.CodeSigningPolicies = input.CodeSigningPolicies.value_or(CodeSigningPolicies{"Warn"});
  config.LastModified = last_modified(call.now);
  TRY(put_shape(tx, config_key(config.CodeSigningConfigArn), config));
  TRY(tag(tx, config.CodeSigningConfigArn, input.Tags));
  return CreateCodeSigningConfigResponse{config};
}

Result<GetCodeSigningConfigResponse> get_code_signing_config(Call&, Reader& reader,
                                                             const GetCodeSigningConfigRequest& input) {
  GetCodeSigningConfigResponse output;
  output.CodeSigningConfig = TRY(existing_config(reader, input.CodeSigningConfigArn));
  return output;
}

Result<UpdateCodeSigningConfigResponse> update_code_signing_config(Call& call, Transaction& tx,
                                                                   const UpdateCodeSigningConfigRequest& input) {
  CodeSigningConfig config = TRY(existing_config(tx, input.CodeSigningConfigArn));
  if (input.Description) config.Description = input.Description;
  if (input.AllowedPublishers) config.AllowedPublishers = *input.AllowedPublishers;
  if (input.CodeSigningPolicies) config.CodeSigningPolicies = *input.CodeSigningPolicies;
  config.LastModified = last_modified(call.now);
  TRY(put_shape(tx, config_key(input.CodeSigningConfigArn), config));
  return UpdateCodeSigningConfigResponse{config};
}

Result<DeleteCodeSigningConfigResponse> delete_code_signing_config(Call& call, Transaction& tx,
                                                                   const DeleteCodeSigningConfigRequest& input) {
  TRY(existing_config(tx, input.CodeSigningConfigArn));
  std::optional<std::string> more;
  const KeyRange range = prefix_range(functions_prefix(call.account, call.region));
  if (!TRY(users_of(call, tx, input.CodeSigningConfigArn, range, 1, more)).empty()) {
    return fail(errors::ResourceConflictException("The code signing configuration " + input.CodeSigningConfigArn +
                                                  " is in use: functions refer to it."));
  }
  TRY(tx.erase(config_key(input.CodeSigningConfigArn)));
  TRY(erase_tags(tx, input.CodeSigningConfigArn));
  return DeleteCodeSigningConfigResponse{};
}

Result<ListCodeSigningConfigsResponse> list_code_signing_configs(Call& call, Reader& reader,
                                                                 const ListCodeSigningConfigsRequest& input) {
  const std::string prefix = configs_prefix(call.account, call.region);
  const std::int64_t most = std::min(input.MaxItems.value_or(kListMost), kListMost);
  ListCodeSigningConfigsResponse output;
  output.CodeSigningConfigs.emplace();
  KeyRange range = prefix_range(prefix);
  if (input.Marker) range.begin = TRY(marker_position(*input.Marker, prefix));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (static_cast<std::int64_t>(output.CodeSigningConfigs->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    output.CodeSigningConfigs->push_back(TRY(decode_shape<CodeSigningConfig>(cursor->value())));
  }
  TRY(cursor->status());
  return output;
}

Result<ListFunctionsByCodeSigningConfigResponse> list_functions_by_code_signing_config(
    Call& call, Reader& reader, const ListFunctionsByCodeSigningConfigRequest& input) {
  TRY(existing_config(reader, input.CodeSigningConfigArn));
  const std::string prefix = functions_prefix(call.account, call.region);
  KeyRange range = prefix_range(prefix);
  if (input.Marker) range.begin = TRY(marker_position(*input.Marker, prefix));
  const auto most = static_cast<std::size_t>(std::min(input.MaxItems.value_or(kListMost), kListMost));
  ListFunctionsByCodeSigningConfigResponse output;
  output.FunctionArns = TRY(users_of(call, reader, input.CodeSigningConfigArn, range, most, output.NextMarker));
  return output;
}

Result<PutFunctionCodeSigningConfigResponse> put_function_code_signing_config(
    Call& call, Transaction& tx, const PutFunctionCodeSigningConfigRequest& input) {
  TRY(check_code_signing_config(tx, input.CodeSigningConfigArn));
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  FunctionRecord record = TRY(existing_function(tx, name));
  record.settings.code_signing_config = input.CodeSigningConfigArn;
  TRY(put_function(tx, name, record));
  return PutFunctionCodeSigningConfigResponse{input.CodeSigningConfigArn, name.name};
}

// Of a function without one, both members are empty strings to the model; the service leaves them out.
Result<GetFunctionCodeSigningConfigResponse> get_function_code_signing_config(
    Call& call, Reader& reader, const GetFunctionCodeSigningConfigRequest& input) {
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  const FunctionRecord record = TRY(existing_function(reader, name));
  return GetFunctionCodeSigningConfigResponse{record.settings.code_signing_config, name.name};
}

Result<wire::Empty> delete_function_code_signing_config(Call& call, Transaction& tx,
                                                        const DeleteFunctionCodeSigningConfigRequest& input) {
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  FunctionRecord record = TRY(existing_function(tx, name));
  record.settings.code_signing_config.clear();
  TRY(put_function(tx, name, record));
  return wire::Empty{};
}

}  // namespace orrery::lambda
