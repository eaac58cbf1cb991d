#include "services/lambda/invocation/invoke_config.h"

#include "services/lambda/invocation/destinations.h"
#include "services/paging.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::lambda {
namespace {

std::string prefix_of(const FunctionName& name) {
  return KeyWriter(KeyKind::EventInvokeConfig).text(name.account).text(name.region).text(name.name).take();
}
std::string key_of(const FunctionName& name) {
  return KeyWriter(KeyKind::EventInvokeConfig)
      .text(name.account)
      .text(name.region)
      .text(name.name)
      .text(name.qualifier.empty() ? kLatest : std::string_view(name.qualifier))
      .take();
}

std::string qualified(const FunctionName& name) {
  return name.arn() + ":" + (name.qualifier.empty() ? std::string(kLatest) : name.qualifier);
}

Error none(const FunctionName& name) {
  return errors::ResourceNotFoundException("The function " + qualified(name) + " doesn't have an EventInvokeConfig");
}

std::string destination_of(const std::optional<DestinationConfig>& config, bool success) {
  if (!config) return {};
  if (success) return config->OnSuccess ? config->OnSuccess->Destination.value_or("") : std::string();
  return config->OnFailure ? config->OnFailure->Destination.value_or("") : std::string();
}

Result<> check_destinations(Lambda& lambda, const Call& call, Transaction& tx, const FunctionName& name,
                            const std::string& role_arn, const std::optional<DestinationConfig>& config) {
  if (!config) return {};
  const DestinationOwner owner{name, role_arn};
  TRY(check_destination(lambda, call, tx, owner, destination_of(config, true), DestinationUse::Success));
  return check_destination(lambda, call, tx, owner, destination_of(config, false), DestinationUse::Failure);
}

template <class Input>
void apply(const Input& input, FunctionEventInvokeConfig& config) {
  if (input.MaximumRetryAttempts) config.MaximumRetryAttempts = input.MaximumRetryAttempts;
  if (input.MaximumEventAgeInSeconds) config.MaximumEventAgeInSeconds = input.MaximumEventAgeInSeconds;
  if (input.DestinationConfig) {
    auto& to = config.DestinationConfig ? *config.DestinationConfig : config.DestinationConfig.emplace();
    if (input.DestinationConfig->OnSuccess) to.OnSuccess = input.DestinationConfig->OnSuccess;
    if (input.DestinationConfig->OnFailure) to.OnFailure = input.DestinationConfig->OnFailure;
  }
}

template <class Input>
Result<FunctionEventInvokeConfig> save(Lambda& lambda, const Call& call, Transaction& tx, const FunctionName& name,
                                       const Input& input, FunctionEventInvokeConfig config) {
  const Resolved resolved = TRY(resolve(tx, name));
  if (!input.MaximumRetryAttempts && !input.MaximumEventAgeInSeconds && !input.DestinationConfig) {
    return fail(
        errors::InvalidParameterValueException("You must specify at least one of error handling or destination "
                                               "setting."));
  }
  TRY(check_destinations(lambda, call, tx, name, resolved.record.configuration.Role.value_or(""),
                         input.DestinationConfig));
  apply(input, config);
  config.FunctionArn = qualified(name);
  config.LastModified = call.now;
  if (!config.DestinationConfig) config.DestinationConfig.emplace();
  if (!config.DestinationConfig->OnSuccess) config.DestinationConfig->OnSuccess.emplace();
  if (!config.DestinationConfig->OnFailure) config.DestinationConfig->OnFailure.emplace();
  TRY(put_shape(tx, key_of(name), config));
  return config;
}

}  // namespace

Result<EventPolicy> event_policy(Reader& reader, const FunctionName& name) {
  EventPolicy policy;
  const auto config = TRY(get_shape<FunctionEventInvokeConfig>(reader, key_of(name)));
  if (!config) return policy;
  policy.retries = static_cast<int>(config->MaximumRetryAttempts.value_or(policy.retries));
  if (config->MaximumEventAgeInSeconds) policy.most_age = std::chrono::seconds(*config->MaximumEventAgeInSeconds);
  policy.on_success = destination_of(config->DestinationConfig, true);
  policy.on_failure = destination_of(config->DestinationConfig, false);
  return policy;
}

// "If a configuration already exists for a function, version, or alias, this operation overwrites it."
Result<FunctionEventInvokeConfig> put_event_invoke_config(Lambda& lambda, Call& call, Transaction& tx,
                                                          const PutFunctionEventInvokeConfigRequest& input) {
  return save(lambda, call, tx, TRY(named_function(call, input.FunctionName, input.Qualifier)), input, {});
}

Result<FunctionEventInvokeConfig> update_event_invoke_config(Lambda& lambda, Call& call, Transaction& tx,
                                                             const UpdateFunctionEventInvokeConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(resolve(tx, name));
  auto config = TRY(get_shape<FunctionEventInvokeConfig>(tx, key_of(name)));
  if (!config) return fail(none(name));
  return save(lambda, call, tx, name, input, *std::move(config));
}

Result<FunctionEventInvokeConfig> get_event_invoke_config(Call& call, Reader& reader,
                                                          const GetFunctionEventInvokeConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(resolve(reader, name));
  auto config = TRY(get_shape<FunctionEventInvokeConfig>(reader, key_of(name)));
  if (!config) return fail(none(name));
  return *std::move(config);
}

Result<wire::Empty> delete_event_invoke_config(Call& call, Transaction& tx,
                                               const DeleteFunctionEventInvokeConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(resolve(tx, name));
  if (!TRY(tx.get(key_of(name)))) return fail(none(name));
  TRY(tx.erase(key_of(name)));
  return wire::Empty{};
}

Result<ListFunctionEventInvokeConfigsResponse> list_event_invoke_configs(
    Call& call, Reader& reader, const ListFunctionEventInvokeConfigsRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName));
  TRY(resolve(reader, name));
  ListFunctionEventInvokeConfigsResponse output;
  auto& list = output.FunctionEventInvokeConfigs.emplace();
  const std::string prefix = prefix_of(name);
  KeyRange range = prefix_range(prefix);
  if (input.Marker) {
    const auto position = page_position(*input.Marker);
    if (!position || !position->starts_with(prefix)) {
      return fail(errors::InvalidParameterValueException("Invalid value for marker parameter: " + *input.Marker));
    }
    range.begin = *position;
  }
  const auto most = static_cast<std::size_t>(input.MaxItems.value_or(50));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (list.size() == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    list.push_back(TRY(decode_shape<FunctionEventInvokeConfig>(cursor->value())));
  }
  TRY(cursor->status());
  return output;
}

Result<> erase_event_invoke_configs(Transaction& tx, const FunctionName& name) {
  if (!name.qualifier.empty()) return tx.erase(key_of(name));
  return tx.erase_range(prefix_range(prefix_of(name)));
}

}  // namespace orrery::lambda
