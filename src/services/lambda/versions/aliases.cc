// Names for versions that can be moved, and shared between two versions by weight
// (docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html).
#include "services/lambda/concurrency/concurrency.h"
#include "services/lambda/event_sources/operations.h"
#include "services/lambda/invocation/invoke_config.h"
#include "services/lambda/operations.h"
#include "services/lambda/urls/operations.h"
#include "services/lambda/versions/versions.h"
#include "services/paging.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

Error alias_not_found(const FunctionName& alias) {
  Error error = errors::ResourceNotFoundException("Cannot find alias arn: " + alias.qualified_arn());
  error.with("Type", "User");
  return error;
}

Result<FunctionRecord> version_named(Reader& reader, const FunctionName& name, const std::string& version) {
  return TRY(resolve(reader, name.with(version))).record;
}

Error invalid(std::string message) { return errors::InvalidParameterValueException(std::move(message)); }

Error bad_weight(const std::string& version, double weight) {
  return api_error("ValidationException",
                   "1 validation error detected: Value '{" + version + "=" + std::to_string(weight) +
                       "}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: keys are version "
                       "numbers, values from 0.0 to 1.0",
                   400);
}

Error included_already(const std::string& version) {
  return invalid("Invalid function version " + version + ". Function version " + version +
                 " is already included in routing configuration.");
}

// docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html: two published versions, with one role and one
// dead-letter queue.
Result<> check_routing(Reader& reader, const FunctionName& name, const AliasConfiguration& alias) {
  const std::string primary = alias.FunctionVersion.value_or("");
  const FunctionRecord first = TRY(version_named(reader, name, primary));
  if (!alias.RoutingConfig || !alias.RoutingConfig->AdditionalVersionWeights) return {};
  const auto& weights = *alias.RoutingConfig->AdditionalVersionWeights;
  if (weights.size() > 1) {
    return fail(invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
  }
  for (const auto& [version, weight] : weights) {
    if (weight < 0 || weight > 1 || version.find_first_not_of("0123456789") != std::string::npos) {
      return fail(bad_weight(version, weight));
    }
    if (version == primary) {
      return fail(included_already(version));
    }
    if (primary == kLatest) {
      return fail(invalid("$LATEST is not supported for an alias pointing to more than 1 version"));
    }
    const FunctionRecord second = TRY(version_named(reader, name, version));
    const auto queue = [](const FunctionRecord& record) {
      const auto& config = record.configuration.DeadLetterConfig;
      return config ? config->TargetArn.value_or("") : std::string();
    };
    if (first.configuration.Role != second.configuration.Role || queue(first) != queue(second)) {
      return fail(
          invalid("An alias can only share invocations between versions that have the same execution role and "
                  "dead-letter configuration."));
    }
  }
  return {};
}

void drop_empty_routing(AliasConfiguration& alias) {
  if (!alias.RoutingConfig) return;
  const auto& weights = alias.RoutingConfig->AdditionalVersionWeights;
  if (!weights || weights->empty()) alias.RoutingConfig.reset();
}

bool means(const AliasConfiguration& alias, const std::string& version) {
  if (alias.FunctionVersion == version) return true;
  return alias.RoutingConfig && alias.RoutingConfig->AdditionalVersionWeights &&
         alias.RoutingConfig->AdditionalVersionWeights->contains(version);
}

}  // namespace

Result<std::vector<std::string>> aliases_of(Reader& reader, const FunctionName& name, const std::string& version) {
  std::vector<std::string> found;
  const auto cursor = reader.scan(prefix_range(aliases_prefix(name)));
  while (cursor->next()) {
    const auto alias = TRY(decode_shape<AliasConfiguration>(cursor->value()));
    if (means(alias, version)) found.push_back(alias.Name.value_or(""));
  }
  TRY(cursor->status());
  return found;
}

Result<AliasConfiguration> create_alias(Lambda& lambda, Call& call, Transaction& tx, const CreateAliasRequest& input) {
  const FunctionName function = TRY(named_function(call, input.FunctionName)).with("");
  const FunctionName name = function.with(input.Name);
  TRY(resolve(tx, function));
  AliasConfiguration alias;
  alias.AliasArn = name.qualified_arn();
  alias.Name = input.Name;
  alias.FunctionVersion = input.FunctionVersion;
  alias.Description = input.Description.value_or("");
  alias.RoutingConfig = input.RoutingConfig;
  alias.RevisionId = call.random->uuid();
  drop_empty_routing(alias);
  TRY(check_routing(tx, function, alias));
  if (TRY(get_alias(tx, name))) {
    return fail(errors::ResourceConflictException("Alias already exists: " + name.qualified_arn()));
  }
  TRY(put_shape(tx, alias_key(name), alias));
  TRY(wake_mappings(lambda, tx, name));
  return alias;
}

Result<AliasConfiguration> get_alias_operation(Call& call, Reader& reader, const GetAliasRequest& input) {
  const FunctionName function = TRY(named_function(call, input.FunctionName)).with("");
  TRY(resolve(reader, function));
  auto alias = TRY(get_alias(reader, function.with(input.Name)));
  if (!alias) return fail(alias_not_found(function.with(input.Name)));
  return *std::move(alias);
}

Result<AliasConfiguration> update_alias(Lambda& lambda, Call& call, Transaction& tx, const UpdateAliasRequest& input) {
  const FunctionName function = TRY(named_function(call, input.FunctionName)).with("");
  const FunctionName name = function.with(input.Name);
  TRY(resolve(tx, function));
  auto found = TRY(get_alias(tx, name));
  if (!found) return fail(alias_not_found(name));
  AliasConfiguration alias = *std::move(found);
  TRY(check_revision(input.RevisionId, alias.RevisionId));
  if (input.FunctionVersion) alias.FunctionVersion = input.FunctionVersion;
  if (input.Description) alias.Description = input.Description;
  if (input.RoutingConfig) alias.RoutingConfig = input.RoutingConfig;
  alias.RevisionId = call.random->uuid();
  drop_empty_routing(alias);
  TRY(check_routing(tx, function, alias));
  TRY(put_shape(tx, alias_key(name), alias));
  TRY(provisioned_alias_changed(lambda, tx, name));
  return alias;
}

// Deleting what is not there is well, as the service has it.
Result<wire::Empty> delete_alias(Lambda& lambda, Call& call, Transaction& tx, const DeleteAliasRequest& input) {
  const FunctionName function = TRY(named_function(call, input.FunctionName)).with("");
  const FunctionName name = function.with(input.Name);
  TRY(resolve(tx, function));
  TRY(end_provisioning(lambda, tx, name));
  TRY(tx.erase(alias_key(name)));
  TRY(tx.erase(policy_key(name)));
  TRY(erase_event_invoke_configs(tx, name));
  TRY(erase_function_urls(tx, name));
  return wire::Empty{};
}

Result<ListAliasesResponse> list_aliases(Call& call, Reader& reader, const ListAliasesRequest& input) {
  const FunctionName function = TRY(named_function(call, input.FunctionName)).with("");
  TRY(resolve(reader, function));
  const std::int64_t most = std::min(input.MaxItems.value_or(kVersionsAPage), kVersionsAPage);
  ListAliasesResponse output;
  output.Aliases.emplace();
  KeyRange range = prefix_range(aliases_prefix(function));
  if (input.Marker) range.begin = TRY(marker_position(*input.Marker, aliases_prefix(function)));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (static_cast<std::int64_t>(output.Aliases->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    auto alias = TRY(decode_shape<AliasConfiguration>(cursor->value()));
    if (!input.FunctionVersion || means(alias, *input.FunctionVersion)) output.Aliases->push_back(std::move(alias));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::lambda
