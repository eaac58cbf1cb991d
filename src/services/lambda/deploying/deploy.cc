// CreateFunction and UpdateFunctionCode: take a deployment package in, prove that it can be unpacked, record it.
#include "services/lambda/deploying/configuration.h"
#include "services/lambda/deploying/package.h"
#include "services/lambda/event_sources/operations.h"
#include "services/lambda/invocation/destinations.h"
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "services/lambda/versions/versions.h"

namespace orrery::lambda {
namespace {

template <class From>
Result<Package> package_of(Lambda& lambda, const Call& call, const From& from, const char* operation) {
  if (from.ImageUri) {
    return fail(errors::InvalidParameterValueException(
        "Container images cannot run here: deploy a .zip file archive (PackageType Zip)."));
  }
  if (from.S3ObjectStorageMode.value_or("COPY") != "COPY") {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement S3ObjectStorageMode " + *from.S3ObjectStorageMode + ".", 501));
  }
  return take_package(lambda, call, {from.ZipFile, from.S3Bucket, from.S3Key, from.S3ObjectVersion}, operation);
}

Result<> check_creation(Lambda& lambda, const Call& call, const CreateFunctionRequest& input) {
  TRY(refuse_absent("CreateFunction", {{input.CapacityProviderConfig.has_value(), "CapacityProviderConfig"},
                                       {input.DurableConfig.has_value(), "DurableConfig"},
                                       {input.RuntimeConfig.has_value(), "RuntimeConfig"},
                                       {input.AcceleratorConfig.has_value(), "AcceleratorConfig"},
                                       {input.TenancyConfig.has_value(), "TenancyConfig"},
                                       {input.PublishTo.has_value(), "PublishTo"}}));
  if (input.PackageType.value_or("Zip") != "Zip") {
    return fail(errors::InvalidParameterValueException(
        "Container images cannot run here: deploy a .zip file archive (PackageType Zip)."));
  }
  if (!input.Runtime || !input.Handler) {
    return fail(errors::InvalidParameterValueException(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."));
  }
  const FunctionName name = TRY(named_function(call, input.FunctionName));
  if (!name.qualifier.empty()) {
    return fail(errors::InvalidParameterValueException("A function is created without a qualifier: " + name.name +
                                                       ", not " + name.name + ":" + name.qualifier + "."));
  }
  TRY(check_name(name));
  TRY(check_configuration(lambda, input, *input.Runtime));
  return check_role(lambda, call, input.Role);
}

void set_package(FunctionRecord& record, const Package& package) {
  record.blob_id = package.blob.id;
  record.code_key = package.code_key;
  record.unzipped_bytes = package.unzipped_bytes;
  record.configuration.CodeSize = package.zipped_bytes;
  record.configuration.CodeSha256 = package.sha256_base64;
}

Result<FunctionConfiguration> new_configuration(const FunctionName& name, const CreateFunctionRequest& input) {
  FunctionConfiguration made;
  made.FunctionName = name.name;
  made.FunctionArn = name.arn();
  made.Role = input.Role;
  made.Description = "";
  made.Timeout = 3;
  made.MemorySize = 128;
  made.Version = std::string(kLatest);
  made.PackageType = "Zip";
  made.Architectures = input.Architectures.value_or(std::vector<std::string>{"x86_64"});
  made.EphemeralStorage = EphemeralStorage{512};
  made.TracingConfig = TracingConfigResponse{"PassThrough"};
  made.SnapStart = SnapStartResponse{"None", "Off"};
  made.LoggingConfig.emplace();
  made.LoggingConfig->LogFormat = "Text";
  made.LoggingConfig->LogGroup = "/aws/lambda/" + name.name;
  TRY(apply_configuration(input, made));
  return made;
}

Result<FunctionConfiguration> store_function(Lambda& lambda, Call& call, Transaction& tx,
                                             const CreateFunctionRequest& input, const FunctionName& name,
                                             const Package& package) {
  if (TRY(get_function(tx, name))) {
    return fail(errors::ResourceConflictException("Function already exist: " + name.name));
  }
  if (input.DeadLetterConfig) {
    TRY(check_dead_letters(lambda, call, tx, {name, input.Role}, input.DeadLetterConfig->TargetArn.value_or("")));
  }
  FunctionRecord record;
  record.configuration = TRY(new_configuration(name, input));
  set_package(record, package);
  TRY(set_layers(tx, name, input.Layers.value_or(std::vector<std::string>{}), record));
  if (input.CodeSigningConfigArn) {
    TRY(check_code_signing_config(tx, *input.CodeSigningConfigArn));
    record.settings.code_signing_config = *input.CodeSigningConfigArn;
  }
  record.settings.network = TRY(network_of(input.Tags.value_or(TagMap{})));
  mark_deployed(lambda, call, record, Deployment::New);
  TRY(retain_content(lambda, tx, record));
  TRY(put_function(tx, name, record));
  TRY(tag(tx, name.arn(), input.Tags));
  TRY(wake_mappings(lambda, tx, name));
  if (input.Publish.value_or(false)) return publish_latest(lambda, call, tx, name, record, std::nullopt);
  return describe(name, record, call.now);
}

Result<FunctionConfiguration> create(Lambda& lambda, Call& call, const CreateFunctionRequest& input) {
  TRY(check_creation(lambda, call, input));
  const FunctionName name = parse_function_name(call, input.FunctionName);
  const Package package = TRY(package_of(lambda, call, input.Code, "CreateFunction"));
  Sequence committed = 0;
  auto made = TRY(lambda.store.transact(
      [&](Transaction& tx) { return store_function(lambda, call, tx, input, name, package); }, &committed));
  TRY(lambda.store.wait_durable(committed));
  if (lambda.environments != nullptr) lambda.environments->expect(made.Runtime.value_or(""));
  return made;
}

// `old_key` receives the key of the environments that run what was there before.
Result<FunctionConfiguration> replace_code(Lambda& lambda, Call& call, Transaction& tx,
                                           const UpdateFunctionCodeRequest& input, const FunctionName& name,
                                           const Package& package, std::string& old_key) {
  FunctionRecord record = TRY(existing_function(tx, name));
  TRY(check_settled(name, record, call.now));
  TRY(check_revision(input.RevisionId, record.configuration.RevisionId));
  const std::string old_blob = record.blob_id;
  old_key = spec_key(name, record);
  set_package(record, package);
  if (input.Architectures) record.configuration.Architectures = input.Architectures;
  TRY(check_unzipped_size(record));
  mark_deployed(lambda, call, record, Deployment::Changed);
  if (input.DryRun.value_or(false)) return describe(name, record, call.now);
  TRY(lambda.blobs.retain(tx, package.blob));
  TRY(lambda.blobs.release(tx, old_blob));
  TRY(put_function(tx, name, record));
  if (input.Publish.value_or(false)) return publish_latest(lambda, call, tx, name, record, std::nullopt);
  return describe(name, record, call.now);
}

Result<FunctionConfiguration> update_code(Lambda& lambda, Call& call, const UpdateFunctionCodeRequest& input) {
  TRY(refuse_absent("UpdateFunctionCode", {{input.PublishTo.has_value(), "PublishTo"}}));
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  const FunctionRecord before = TRY(existing_function(*lambda.store.snapshot(), name));
  TRY(check_revision(input.RevisionId, before.configuration.RevisionId));
  const Package package = TRY(package_of(lambda, call, input, "UpdateFunctionCode"));
  std::string old_key;
  Sequence committed = 0;
  auto made = TRY(lambda.store.transact(
      [&](Transaction& tx) { return replace_code(lambda, call, tx, input, name, package, old_key); }, &committed));
  TRY(lambda.store.wait_durable(committed));
  if (!input.DryRun.value_or(false)) lambda.environments->retire_key(old_key);
  return made;
}

}  // namespace

void mark_deployed(const Lambda& lambda, const Call& call, FunctionRecord& record, Deployment deployment) {
  FunctionConfiguration& shown = record.configuration;
  shown.LastModified = last_modified(call.now);
  shown.RevisionId = call.random->uuid();
  record.deployment = *shown.RevisionId;
  record.ready_at.reset();
  if (lambda.function_delay <= Millis(0)) return;
  record.ready_at = call.now + lambda.function_delay;
  constexpr const char* kReason = "The function is being created.";
  const bool made = deployment == Deployment::New;
  shown.State = made ? "Pending" : "Active";
  shown.StateReason = made ? std::optional<std::string>(kReason) : std::nullopt;
  shown.StateReasonCode = made ? std::optional<std::string>("Creating") : std::nullopt;
  shown.LastUpdateStatus = "InProgress";
  shown.LastUpdateStatusReason = made ? std::nullopt : std::optional<std::string>(kReason);
  shown.LastUpdateStatusReasonCode = made ? std::nullopt : std::optional<std::string>("Creating");
}

void create_function(Lambda& lambda, Call& call, const CreateFunctionRequest& input,
                     Completion<FunctionConfiguration> done) {
  lambda.deployer.post([&lambda, &call, &input, done = std::move(done)] { done(create(lambda, call, input)); });
}

void update_function_code(Lambda& lambda, Call& call, const UpdateFunctionCodeRequest& input,
                          Completion<FunctionConfiguration> done) {
  lambda.deployer.post([&lambda, &call, &input, done = std::move(done)] { done(update_code(lambda, call, input)); });
}

}  // namespace orrery::lambda
