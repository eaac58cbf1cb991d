// CreateFunction and UpdateFunctionCode: take a deployment package in, prove that it can be unpacked, record it.
#include "base/encode.h"
#include "services/lambda/operations.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::size_t kZipMostBytes = std::size_t{50} * 1024 * 1024;     // in the request
constexpr std::size_t kS3ZipMostBytes = std::size_t{250} * 1024 * 1024;  // from a bucket

struct Package {
  std::string bytes;
  BlobInfo blob;
  std::string code_key;  // hex SHA-256
};

// The two requests name their package by the same members.
template <class From>
Result<std::string> package_bytes(Lambda& lambda, const Call& call, const From& from) {
  if (from.ImageUri) {
    return fail(errors::InvalidParameterValueException(
        "Container images cannot run here: deploy a .zip file archive (PackageType Zip)."));
  }
  if (from.ZipFile) {
    if (from.S3Bucket || from.S3Key) {
      return fail(errors::InvalidParameterValueException(
          "Please do not provide other FunctionCode parameters when providing a ZipFile."));
    }
    if (from.ZipFile->size() > kZipMostBytes) {
      return fail(errors::RequestTooLargeException(
          "Request must be smaller than 69905067 bytes for the CreateFunction operation"));
    }
    return *from.ZipFile;
  }
  if (!from.S3Bucket || !from.S3Key) {
    return fail(errors::InvalidParameterValueException("Please provide a source for function code."));
  }
  if (from.S3ObjectVersion) return fail(api_error("NotImplemented", "Orrery does not implement S3ObjectVersion.", 501));
  const Caller caller{*call.principal, call.account, call.region, {}};
  auto fetched = lambda.store.transact([&](Transaction& tx) {
    return lambda.dispatcher.fetch(tx, caller, "s3", "GetObject",
                                   json::object{{"Bucket", *from.S3Bucket}, {"Key", *from.S3Key}}, kS3ZipMostBytes);
  });
  if (!fetched) {
    return fail(errors::InvalidParameterValueException(
        "Error occurred while GetObject. S3 Error Code: " + fetched.error().code +
        ". S3 Error Message: " + fetched.error().message));
  }
  return fetched;
}

// Keeps the package as a blob, and unpacks it: a package that cannot be unpacked is refused here.
template <class From>
Result<Package> take_package(Lambda& lambda, const Call& call, const From& from) {
  Package package;
  package.bytes = TRY(package_bytes(lambda, call, from));
  package.code_key = hex(view(sha256(package.bytes)));
  const auto writer = TRY(lambda.blobs.create());
  TRY(writer->write(package.bytes));
  package.blob = TRY(writer->finish());
  TRY(unpacked(lambda, package.blob.id, package.code_key));
  return package;
}

// Lambda's features that are not there: named, rather than quietly left out.
Result<> refuse_absent(const CreateFunctionRequest& input) {
  const std::pair<bool, const char*> absent[] = {
      {input.Publish.value_or(false), "Publish"},
      {input.Layers && !input.Layers->empty(), "Layers"},
      {input.FileSystemConfigs && !input.FileSystemConfigs->empty(), "FileSystemConfigs"},
      {input.DeadLetterConfig && !input.DeadLetterConfig->TargetArn.value_or("").empty(), "DeadLetterConfig"},
      {input.SnapStart && input.SnapStart->ApplyOn.value_or("None") != "None", "SnapStart"},
      {input.CodeSigningConfigArn.has_value(), "CodeSigningConfigArn"},
      {input.CapacityProviderConfig.has_value(), "CapacityProviderConfig"},
      {input.DurableConfig.has_value(), "DurableConfig"},
      {input.RuntimeConfig.has_value(), "RuntimeConfig"},
      {input.AcceleratorConfig.has_value(), "AcceleratorConfig"},
      {input.TenancyConfig.has_value(), "TenancyConfig"},
  };
  const auto found = std::ranges::find_if(absent, [](const auto& one) { return one.first; });
  if (found == std::end(absent)) return {};
  return fail(api_error("NotImplemented",
                        std::string("Orrery does not implement lambda:CreateFunction with ") + found->second + ".",
                        501));
}

Result<> check_creation(Lambda& lambda, const Call& call, const CreateFunctionRequest& input) {
  TRY(refuse_absent(input));
  if (input.PackageType.value_or("Zip") != "Zip") {
    return fail(errors::InvalidParameterValueException(
        "Container images cannot run here: deploy a .zip file archive (PackageType Zip)."));
  }
  if (!input.Runtime || !input.Handler) {
    return fail(errors::InvalidParameterValueException(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."));
  }
  TRY(check_name(parse_function_name(call, input.FunctionName)));
  TRY(check_runtime(lambda, *input.Runtime));
  TRY(check_limits(input.Timeout, input.MemorySize));
  TRY(check_environment(input.Environment));
  return check_role(lambda, call, input.Role);
}

void set_package(FunctionRecord& record, const Package& package) {
  record.blob_id = package.blob.id;
  record.code_key = package.code_key;
  record.configuration.CodeSize = static_cast<std::int64_t>(package.bytes.size());
  record.configuration.CodeSha256 = base64(view(sha256(package.bytes)));
}

FunctionConfiguration new_configuration(const Call& call, const FunctionName& name,
                                        const CreateFunctionRequest& input) {
  FunctionConfiguration made;
  made.FunctionName = name.name;
  made.FunctionArn = name.arn();
  made.Runtime = input.Runtime;
  made.Role = input.Role;
  made.Handler = input.Handler;
  made.Description = input.Description.value_or("");
  made.Timeout = input.Timeout.value_or(3);
  made.MemorySize = input.MemorySize.value_or(128);
  made.LastModified = last_modified(call.now);
  made.Version = "$LATEST";
  made.PackageType = "Zip";
  made.Architectures = input.Architectures.value_or(std::vector<std::string>{"x86_64"});
  made.EphemeralStorage = input.EphemeralStorage.value_or(EphemeralStorage{512});
  made.TracingConfig =
      TracingConfigResponse{input.TracingConfig ? input.TracingConfig->Mode.value_or("PassThrough") : "PassThrough"};
  made.LoggingConfig = input.LoggingConfig.value_or(LoggingConfig{});
  if (!made.LoggingConfig->LogFormat) made.LoggingConfig->LogFormat = "Text";
  if (!made.LoggingConfig->LogGroup) made.LoggingConfig->LogGroup = "/aws/lambda/" + name.name;
  if (input.VpcConfig)
    made.VpcConfig = VpcConfigResponse{input.VpcConfig->SubnetIds, input.VpcConfig->SecurityGroupIds, {}, {}};
  if (input.Environment) made.Environment = EnvironmentResponse{input.Environment->Variables, {}};
  made.KMSKeyArn = input.KMSKeyArn;
  made.SnapStart = SnapStartResponse{"None", "Off"};
  made.State = "Active";
  made.LastUpdateStatus = "Successful";
  made.RevisionId = call.random->uuid();
  return made;
}

Result<FunctionConfiguration> create(Lambda& lambda, Call& call, const CreateFunctionRequest& input) {
  TRY(check_creation(lambda, call, input));
  const FunctionName name = parse_function_name(call, input.FunctionName);
  const Package package = TRY(take_package(lambda, call, input.Code));
  Sequence committed = 0;
  auto made = TRY(lambda.store.transact(
      [&](Transaction& tx) -> Result<FunctionConfiguration> {
        if (TRY(get_function(tx, name))) {
          return fail(errors::ResourceConflictException("Function already exist: " + name.name));
        }
        FunctionRecord record;
        record.configuration = new_configuration(call, name, input);
        set_package(record, package);
        TRY(lambda.blobs.retain(tx, package.blob));
        TRY(put_function(tx, name, record));
        if (input.Tags) TRY(add_tags(tx, name.arn(), *input.Tags));
        return record.configuration;
      },
      &committed));
  TRY(lambda.store.wait_durable(committed));
  return made;
}

Result<FunctionConfiguration> update_code(Lambda& lambda, Call& call, const UpdateFunctionCodeRequest& input) {
  if (input.Publish.value_or(false)) {
    return fail(api_error("NotImplemented", "Orrery does not implement lambda:UpdateFunctionCode with Publish.", 501));
  }
  const FunctionName name = parse_function_name(call, input.FunctionName);
  TRY(existing_function(*lambda.store.snapshot(), name));
  const Package package = TRY(take_package(lambda, call, input));
  const bool dry = input.DryRun.value_or(false);
  std::string old_key;
  Sequence committed = 0;
  auto made = TRY(lambda.store.transact(
      [&](Transaction& tx) -> Result<FunctionConfiguration> {
        FunctionRecord record = TRY(existing_function(tx, name));
        if (input.RevisionId && input.RevisionId != record.configuration.RevisionId) {
          return fail(errors::PreconditionFailedException(
              "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
              "retrieve the latest Revision Id"));
        }
        const std::string old_blob = record.blob_id;
        old_key = spec_key(name, record);
        set_package(record, package);
        if (input.Architectures) record.configuration.Architectures = input.Architectures;
        record.configuration.LastModified = last_modified(call.now);
        record.configuration.RevisionId = call.random->uuid();
        if (dry) return record.configuration;
        TRY(lambda.blobs.retain(tx, package.blob));
        TRY(lambda.blobs.release(tx, old_blob));
        TRY(put_function(tx, name, record));
        return record.configuration;
      },
      &committed));
  TRY(lambda.store.wait_durable(committed));
  if (!dry) lambda.environments->retire_key(old_key);
  return made;
}

}  // namespace

void create_function(Lambda& lambda, Call& call, const CreateFunctionRequest& input,
                     Completion<FunctionConfiguration> done) {
  lambda.deployer.post([&lambda, &call, &input, done = std::move(done)] { done(create(lambda, call, input)); });
}

void update_function_code(Lambda& lambda, Call& call, const UpdateFunctionCodeRequest& input,
                          Completion<FunctionConfiguration> done) {
  lambda.deployer.post([&lambda, &call, &input, done = std::move(done)] { done(update_code(lambda, call, input)); });
}

}  // namespace orrery::lambda
