#include "services/lambda/records.h"

#include "services/record.h"

namespace orrery::lambda {
namespace {

FunctionSettings decode_settings(const json::value& document) {
  FunctionSettings settings;
  settings.last_version = static_cast<std::uint64_t>(find_int(document, "lastVersion").value_or(0));
  settings.reserved_concurrency = find_int(document, "reserved");
  settings.recursive_loop = find_string(document, "recursiveLoop").value_or("Terminate");
  settings.code_signing_config = find_string(document, "codeSigning").value_or("");
  if (find_string(document, "network") == "none") settings.network = functions::Network::None;
  return settings;
}

json::object encode_settings(const FunctionSettings& settings) {
  json::object document{{"lastVersion", static_cast<std::int64_t>(settings.last_version)},
                        {"recursiveLoop", settings.recursive_loop},
                        {"codeSigning", settings.code_signing_config}};
  if (settings.reserved_concurrency) document["reserved"] = *settings.reserved_concurrency;
  if (settings.network == functions::Network::None) document["network"] = "none";
  return document;
}

LayerContent decode_layer(const json::value& document) {
  return {std::string(find_string(document, "blob").value_or("")),
          std::string(find_string(document, "code").value_or("")), find_int(document, "unzipped").value_or(0)};
}

json::object encode_function(const FunctionRecord& record) {
  json::object document;
  document["configuration"] = wire::to_document(wire::shape_for<FunctionConfiguration>(), &record.configuration);
  document["blob"] = record.blob_id;
  document["code"] = record.code_key;
  json::array layers;
  for (const LayerContent& layer : record.layers) {
    layers.push_back(
        json::object{{"blob", layer.blob_id}, {"code", layer.code_key}, {"unzipped", layer.unzipped_bytes}});
  }
  document["unzipped"] = record.unzipped_bytes;
  document["deployment"] = record.deployment;
  if (!layers.empty()) document["layers"] = std::move(layers);
  if (record.update_runtime_on != "Auto") document["updateRuntimeOn"] = record.update_runtime_on;
  if (!record.runtime_version_arn.empty()) document["runtimeVersion"] = record.runtime_version_arn;
  if (record.ready_at) document["readyAt"] = epoch_ms(*record.ready_at);
  return document;
}

// The version that a weighted alias sends this invocation to.
std::string chosen_version(const AliasConfiguration& alias, Random& random) {
  std::string primary = alias.FunctionVersion.value_or("");
  if (!alias.RoutingConfig || !alias.RoutingConfig->AdditionalVersionWeights) return primary;
  constexpr std::uint64_t kSteps = 1'000'000;
  double passed = static_cast<double>(random.next() % kSteps) / kSteps;
  for (const auto& [version, weight] : *alias.RoutingConfig->AdditionalVersionWeights) {
    if (passed < weight) return version;
    passed -= weight;
  }
  return primary;
}

Result<Resolved> resolve_with(Reader& reader, const FunctionName& name, Random* random) {
  auto latest = TRY(get_function(reader, name));
  if (!latest) return fail(function_not_found(name));
  Resolved resolved;
  resolved.name = name;
  resolved.settings = latest->settings;
  resolved.version = name.qualifier.empty() ? std::string(kLatest) : name.qualifier;
  if (!name.latest() && !name.version()) {
    resolved.alias = TRY(get_alias(reader, name));
    if (!resolved.alias) return fail(function_not_found(name));
    resolved.version =
        random == nullptr ? resolved.alias->FunctionVersion.value_or("") : chosen_version(*resolved.alias, *random);
  }
  if (resolved.version == kLatest) {
    resolved.record = *std::move(latest);
    return resolved;
  }
  auto version = TRY(get_version(reader, name, name.with(resolved.version).version().value_or(0)));
  if (!version) return fail(function_not_found(name));
  resolved.record = *std::move(version);
  return resolved;
}

}  // namespace

Result<FunctionRecord> decode_function(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  FunctionRecord record;
  if (const json::value* configuration = find(document, "configuration")) {
    TRY(wire::from_document(wire::shape_for<FunctionConfiguration>(), *configuration, &record.configuration, false));
  }
  record.blob_id = find_string(document, "blob").value_or("");
  record.code_key = find_string(document, "code").value_or("");
  record.unzipped_bytes = find_int(document, "unzipped").value_or(0);
  if (const json::value* layers = find(document, "layers"); layers != nullptr && layers->is_array()) {
    for (const json::value& layer : layers->get_array()) record.layers.push_back(decode_layer(layer));
  }
  // Records of before deployments had names of their own: there the revision was one.
  record.deployment = find_string(document, "deployment").value_or(record.configuration.RevisionId.value_or(""));
  record.update_runtime_on = find_string(document, "updateRuntimeOn").value_or("Auto");
  record.runtime_version_arn = find_string(document, "runtimeVersion").value_or("");
  if (const auto ready = find_int(document, "readyAt")) record.ready_at = instant_from_ms(*ready);
  if (const json::value* settings = find(document, "settings")) record.settings = decode_settings(*settings);
  return record;
}

Result<std::optional<FunctionRecord>> get_function(Reader& reader, const FunctionName& name) {
  const auto bytes = TRY(reader.get(function_key(name)));
  if (!bytes) return std::optional<FunctionRecord>();
  return std::optional<FunctionRecord>(TRY(decode_function(*bytes)));
}

Result<> put_function(Transaction& tx, const FunctionName& name, const FunctionRecord& record) {
  json::object document = encode_function(record);
  document["settings"] = encode_settings(record.settings);
  return put_record(tx, function_key(name), document);
}

Result<std::optional<FunctionRecord>> get_version(Reader& reader, const FunctionName& name, std::uint64_t version) {
  const auto bytes = TRY(reader.get(version_key(name, version)));
  if (!bytes) return std::optional<FunctionRecord>();
  return std::optional<FunctionRecord>(TRY(decode_function(*bytes)));
}

Result<> put_version(Transaction& tx, const FunctionName& name, std::uint64_t version, const FunctionRecord& record) {
  return put_record(tx, version_key(name, version), encode_function(record));
}

Result<std::optional<AliasConfiguration>> get_alias(Reader& reader, const FunctionName& name) {
  return get_shape<AliasConfiguration>(reader, alias_key(name));
}

FunctionConfiguration describe(const FunctionName& name, const FunctionRecord& record, Instant now) {
  FunctionConfiguration shown = record.configuration;
  shown.FunctionArn = name.qualified_arn();
  if (record.ready_at && now < *record.ready_at) return shown;
  shown.State = "Active";
  shown.LastUpdateStatus = "Successful";
  shown.StateReason = shown.StateReasonCode = std::nullopt;
  shown.LastUpdateStatusReason = shown.LastUpdateStatusReasonCode = std::nullopt;
  return shown;
}

FunctionConfiguration list_item(const FunctionName& name, const FunctionRecord& record, Instant now) {
  FunctionConfiguration shown = describe(name, record, now);
  shown.State = shown.StateReason = shown.StateReasonCode = std::nullopt;
  shown.LastUpdateStatus = shown.LastUpdateStatusReason = shown.LastUpdateStatusReasonCode = std::nullopt;
  shown.RuntimeVersionConfig = std::nullopt;
  return shown;
}

Result<> check_settled(const FunctionName& name, const FunctionRecord& record, Instant now) {
  if (!record.ready_at || now >= *record.ready_at) return {};
  return fail(errors::ResourceConflictException(
      "The operation cannot be performed at this time. An update is in progress for resource: " + name.arn()));
}

Error function_not_found(const FunctionName& name) {
  Error error = errors::ResourceNotFoundException("Function not found: " + name.qualified_arn());
  error.with("Type", "User");
  return error;
}

Result<Resolved> resolve(Reader& reader, const FunctionName& name) { return resolve_with(reader, name, nullptr); }

Result<Resolved> resolve_to_run(Reader& reader, const FunctionName& name, Random& random) {
  return resolve_with(reader, name, &random);
}

Result<FunctionRecord> existing_function(Reader& reader, const FunctionName& name) {
  auto record = TRY(get_function(reader, name));
  if (!record || !name.latest()) return fail(function_not_found(name));
  return *std::move(record);
}

std::string spec_key(const FunctionName& name, const FunctionRecord& record) {
  return name.arn() + ":" + record.configuration.Version.value_or(std::string(kLatest)) + "#" + record.deployment;
}

namespace {

functions::LogLevel level_of(const std::string& name) {
  using functions::LogLevel;
  if (name == "TRACE") return LogLevel::Trace;
  if (name == "DEBUG") return LogLevel::Debug;
  if (name == "WARN") return LogLevel::Warn;
  if (name == "ERROR") return LogLevel::Error;
  if (name == "FATAL") return LogLevel::Fatal;
  return LogLevel::Info;
}

void set_logging(const LoggingConfig& from, functions::FunctionSpec& spec) {
  spec.log_group = from.LogGroup.value_or("/aws/lambda/" + spec.name);
  spec.log_format = from.LogFormat == "JSON" ? functions::LogFormat::Json : functions::LogFormat::Text;
  spec.application_log_level = level_of(from.ApplicationLogLevel.value_or("INFO"));
  spec.system_log_level = level_of(from.SystemLogLevel.value_or("INFO"));
}

}  // namespace

functions::FunctionSpec spec_of(const Resolved& resolved, std::string code_dir) {
  const FunctionName& name = resolved.name;
  const FunctionConfiguration& from = resolved.record.configuration;
  functions::FunctionSpec spec;
  spec.arn = name.arn();
  spec.key = spec_key(name, resolved.record);
  spec.name = name.name;
  spec.version = resolved.version;
  spec.account = name.account;
  spec.region = name.region;
  spec.runtime = from.Runtime.value_or("");
  spec.handler = from.Handler.value_or("");
  spec.code_dir = std::move(code_dir);
  spec.memory_mb = static_cast<int>(from.MemorySize.value_or(128));
  spec.timeout_ms = static_cast<int>(from.Timeout.value_or(3) * 1000);
  if (from.EphemeralStorage) spec.ephemeral_mb = static_cast<int>(from.EphemeralStorage->Size);
  if (from.Environment && from.Environment->Variables) spec.environment = *from.Environment->Variables;
  set_logging(from.LoggingConfig.value_or(LoggingConfig{}), spec);
  spec.network = resolved.settings.network;
  if (resolved.settings.reserved_concurrency) {
    spec.reserved_concurrency = static_cast<int>(*resolved.settings.reserved_concurrency);
  }
  return spec;
}

}  // namespace orrery::lambda
