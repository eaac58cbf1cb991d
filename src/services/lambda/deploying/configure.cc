// Reading, changing and deleting what is recorded of a function.
#include "services/lambda/concurrency/concurrency.h"
#include "services/lambda/deploying/configuration.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/invocation/invoke_config.h"
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "services/lambda/urls/operations.h"
#include "services/lambda/versions/versions.h"
#include "services/paging.h"
#include "services/record.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 50;  // functions a page, whatever MaxItems says

Result<> refuse(const UpdateFunctionConfigurationRequest& input) {
  return refuse_absent("UpdateFunctionConfiguration",
                       {{input.ImageConfig.has_value(), "ImageConfig"},
                        {input.CapacityProviderConfig.has_value(), "CapacityProviderConfig"},
                        {input.DurableConfig.has_value(), "DurableConfig"},
                        {input.RuntimeConfig.has_value(), "RuntimeConfig"},
                        {input.AcceleratorConfig.has_value(), "AcceleratorConfig"}});
}

Result<> replace_layers(Lambda& lambda, Transaction& tx, const FunctionName& name, const std::vector<std::string>& arns,
                        FunctionRecord& record) {
  const std::vector<LayerContent> old = record.layers;
  TRY(set_layers(tx, name, arns, record));
  for (const LayerContent& layer : record.layers) TRY(lambda.blobs.retain(tx, {layer.blob_id, 0}));
  for (const LayerContent& layer : old) TRY(lambda.blobs.release(tx, layer.blob_id));
  return {};
}

// All versions of a function, $LATEST first: one step of ListFunctions with FunctionVersion ALL.
struct Listing {
  Call& call;
  Reader& reader;
  std::size_t most;
  ListFunctionsResponse output{};

  // False when the page is full. A position is the function's key, '#', and the number of the version that is next.
  Result<bool> add(const FunctionName& name, const FunctionRecord& record, const std::string& position) {
    if (output.Functions->size() == most) {
      output.NextMarker = page_token(position);
      return false;
    }
    output.Functions->push_back(list_item(name, record, call.now));
    return true;
  }

  Result<bool> add_versions(const FunctionName& name, std::string_view key, std::uint64_t from) {
    KeyRange range = prefix_range(versions_prefix(name));
    range.begin = version_key(name, from);
    const auto cursor = reader.scan(range);
    while (cursor->next()) {
      const FunctionRecord record = TRY(decode_function(cursor->value()));
      const std::string number = record.configuration.Version.value_or("");
      if (!TRY(add(name.with(number), record, std::string(key) + "#" + number))) return false;
    }
    TRY(cursor->status());
    return true;
  }
};

struct ListPosition {
  std::string key;
  std::uint64_t version = 0;
};

Result<ListPosition> position_of(const std::string& marker, const std::string& prefix) {
  ListPosition position;
  position.key = TRY(marker_position(marker, prefix));
  const auto hash = position.key.rfind('#');
  if (hash == std::string::npos) return position;
  position.version = FunctionName{{}, {}, {}, position.key.substr(hash + 1)}.version().value_or(0);
  position.key.resize(hash);
  return position;
}

// Adds the keys of their environments to `spec_keys`.
Result<> erase_versions(Lambda& lambda, Transaction& tx, const FunctionName& name,
                        std::vector<std::string>& spec_keys) {
  const auto cursor = tx.scan(prefix_range(versions_prefix(name)));
  while (cursor->next()) {
    const FunctionRecord version = TRY(decode_function(cursor->value()));
    TRY(release_content(lambda, tx, version));
    TRY(tx.erase(cursor->key()));
    spec_keys.push_back(spec_key(name, version));
  }
  return cursor->status();
}

Result<> delete_version(Lambda& lambda, Transaction& tx, const FunctionName& name) {
  if (name.qualifier == kLatest) {
    return fail(
        errors::InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function."));
  }
  const auto number = name.version();
  if (!number) {
    return fail(errors::InvalidParameterValueException(
        "Deletion of aliases is not currently supported. Use DeleteAlias to delete " + name.qualified_arn() + "."));
  }
  const auto version = TRY(get_version(tx, name, *number));
  if (!version) return {};  // as the service has it
  const auto aliases = TRY(aliases_of(tx, name, name.qualifier));
  if (!aliases.empty()) {
    std::string list;
    for (const auto& alias : aliases) list += (list.empty() ? "" : ", ") + alias;
    return fail(errors::ResourceConflictException(
        "Unable to delete version because the following aliases reference it: [" + list + "]"));
  }
  TRY(end_provisioning(lambda, tx, name));
  TRY(release_content(lambda, tx, *version));
  TRY(tx.erase(version_key(name, *number)));
  TRY(tx.erase(policy_key(name)));
  retire_on_commit(lambda, tx, spec_key(name, *version));
  return {};
}

}  // namespace

void retire_on_commit(Lambda& lambda, Transaction& tx, std::string spec_key) {
  tx.on_commit([&lambda, key = std::move(spec_key)] { lambda.environments->retire_key(key); });
}

Result<std::string> marker_position(const std::string& marker, std::string_view prefix) {
  auto position = page_position(marker);
  if (!position || !position->starts_with(prefix)) {
    return fail(errors::InvalidParameterValueException("Invalid value for marker parameter: " + marker));
  }
  return *std::move(position);
}

Result<FunctionConfiguration> update_function_configuration(Lambda& lambda, Call& call, Transaction& tx,
                                                            const UpdateFunctionConfigurationRequest& input) {
  TRY(refuse(input));
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  FunctionRecord record = TRY(existing_function(tx, name));
  TRY(check_settled(name, record, call.now));
  TRY(check_revision(input.RevisionId, record.configuration.RevisionId));
  TRY(check_configuration(lambda, input, input.Runtime.value_or(record.configuration.Runtime.value_or(""))));
  if (input.Role) {
    TRY(check_role(lambda, call, *input.Role));
    record.configuration.Role = input.Role;
  }
  if (input.DeadLetterConfig) {
    TRY(check_dead_letters(lambda, call, tx, {name, record.configuration.Role.value_or("")},
                           input.DeadLetterConfig->TargetArn.value_or("")));
  }
  const std::string old_key = spec_key(name, record);
  TRY(apply_configuration(input, record.configuration));
  if (input.Layers) TRY(replace_layers(lambda, tx, name, *input.Layers, record));
  mark_deployed(lambda, call, record, Deployment::Changed);
  TRY(put_function(tx, name, record));
  retire_on_commit(lambda, tx, old_key);
  return describe(name, record, call.now);
}

Result<GetFunctionResponse> get_function_operation(const Lambda& lambda, Call& call, Reader& reader,
                                                   const GetFunctionRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  const Resolved resolved = TRY(resolve(reader, name));
  GetFunctionResponse output;
  output.Configuration = describe(name, resolved.record, call.now);
  output.Code = FunctionCodeLocation{};
  output.Code->RepositoryType = "S3";
  output.Code->Location = call.endpoint + lambda.code_urls.make(resolved.record.blob_id, call.now);
  const TagMap tags = TRY(get_tags(reader, name.arn()));
  if (!tags.empty()) output.Tags = tags;
  if (resolved.settings.reserved_concurrency) {
    output.Concurrency = Concurrency{resolved.settings.reserved_concurrency};
  }
  return output;
}

Result<FunctionConfiguration> get_function_configuration(Call& call, Reader& reader,
                                                         const GetFunctionConfigurationRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  return describe(name, TRY(resolve(reader, name)).record, call.now);
}

Result<ListFunctionsResponse> list_functions(Call& call, Reader& reader, const ListFunctionsRequest& input) {
  const bool all = input.FunctionVersion == "ALL";
  const std::string prefix = functions_prefix(call.account, call.region);
  Listing listing{call, reader, static_cast<std::size_t>(std::min(input.MaxItems.value_or(kListMost), kListMost))};
  listing.output.Functions.emplace();
  // Only replicas of Lambda@Edge have a master in another region, and there are none.
  if (input.MasterRegion && *input.MasterRegion != "ALL" && *input.MasterRegion != call.region) return listing.output;
  ListPosition from;
  if (input.Marker) from = TRY(position_of(*input.Marker, prefix));
  KeyRange range = prefix_range(prefix);
  if (!from.key.empty()) range.begin = from.key;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const FunctionRecord record = TRY(decode_function(cursor->value()));
    const FunctionName name{call.account, call.region, record.configuration.FunctionName.value_or(""), {}};
    const std::uint64_t first = cursor->key() == from.key ? from.version : 0;
    if (first == 0) {
      const FunctionName shown = all ? name.with(kLatest) : name;
      if (!TRY(listing.add(shown, record, std::string(cursor->key())))) break;
    }
    if (all && !TRY(listing.add_versions(name, cursor->key(), first))) break;
  }
  TRY(cursor->status());
  return std::move(listing.output);
}

Result<DeleteFunctionResponse> delete_function(Lambda& lambda, Call& call, Transaction& tx,
                                               const DeleteFunctionRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  const auto latest = TRY(get_function(tx, name));
  if (!latest) return fail(function_not_found(name));
  if (!name.qualifier.empty()) {
    TRY(delete_version(lambda, tx, name));
    return DeleteFunctionResponse{204};
  }
  std::vector<std::string> spec_keys{spec_key(name, *latest)};
  TRY(release_content(lambda, tx, *latest));
  TRY(erase_versions(lambda, tx, name, spec_keys));
  TRY(forget_concurrency(lambda, tx, name));
  TRY(tx.erase_range(prefix_range(aliases_prefix(name))));
  TRY(tx.erase_range(prefix_range(policies_prefix(name))));
  TRY(erase_event_invoke_configs(tx, name));
  TRY(erase_function_urls(tx, name));
  TRY(tx.erase(function_key(name)));
  TRY(erase_tags(tx, name.arn()));
  for (std::string& key : spec_keys) retire_on_commit(lambda, tx, std::move(key));
  return DeleteFunctionResponse{204};
}

}  // namespace orrery::lambda
