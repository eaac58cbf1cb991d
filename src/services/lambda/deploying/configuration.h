// The members that CreateFunction and UpdateFunctionConfiguration share: checked alike, recorded alike.
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

#include <string>
#include <utility>

namespace orrery::lambda {

// What neither operation does here: named, rather than quietly left out (501), or refused with the reason.
struct AbsentFeature {
  bool asked;
  const char* name;
};
Result<> refuse_absent(const char* operation, std::initializer_list<AbsentFeature> features);

Result<> check_environment(const std::optional<Environment>& environment);
Result<> check_limits(const std::optional<std::int64_t>& timeout_s, const std::optional<std::int64_t>& memory_mb,
                      const std::optional<EphemeralStorage>& storage);
Result<> check_runtime(const Lambda& lambda, const std::string& runtime);
Result<> check_snap_start(const std::optional<SnapStart>& wanted, const std::string& runtime);
Result<> check_file_systems(const std::optional<std::vector<FileSystemConfig>>& wanted);
// What logging is after `wanted` is laid over `before`. Error: levels without JSON.
Result<LoggingConfig> merged_logging(const LoggingConfig& wanted, LoggingConfig before);

// `runtime` as it will be.
template <class Input>
Result<> check_configuration(const Lambda& lambda, const Input& input, const std::string& runtime) {
  TRY(check_limits(input.Timeout, input.MemorySize, input.EphemeralStorage));
  TRY(check_environment(input.Environment));
  TRY(check_file_systems(input.FileSystemConfigs));
  if (input.Runtime) TRY(check_runtime(lambda, *input.Runtime));
  return check_snap_start(input.SnapStart, runtime);
}

template <class Input>
Result<> apply_configuration(const Input& input, FunctionConfiguration& to) {
  if (input.Handler) to.Handler = input.Handler;
  if (input.Description) to.Description = input.Description;
  if (input.Timeout) to.Timeout = input.Timeout;
  if (input.MemorySize) to.MemorySize = input.MemorySize;
  if (input.Runtime) to.Runtime = input.Runtime;
  if (input.EphemeralStorage) to.EphemeralStorage = input.EphemeralStorage;
  if (input.KMSKeyArn) to.KMSKeyArn = input.KMSKeyArn;
  if (input.TracingConfig) to.TracingConfig = TracingConfigResponse{input.TracingConfig->Mode.value_or("PassThrough")};
  if (input.VpcConfig) {
    VpcConfigResponse& config = to.VpcConfig.emplace();
    config.SubnetIds = input.VpcConfig->SubnetIds;
    config.SecurityGroupIds = input.VpcConfig->SecurityGroupIds;
    config.VpcId = "";
    config.Ipv6AllowedForDualStack = input.VpcConfig->Ipv6AllowedForDualStack;
  }
  if (input.Environment) to.Environment.emplace().Variables = input.Environment->Variables;
  if (input.DeadLetterConfig) {
    to.DeadLetterConfig.reset();
    if (!input.DeadLetterConfig->TargetArn.value_or("").empty()) to.DeadLetterConfig = input.DeadLetterConfig;
  }
  if (input.SnapStart) to.SnapStart = SnapStartResponse{input.SnapStart->ApplyOn.value_or("None"), "Off"};
  if (input.LoggingConfig) {
    to.LoggingConfig = TRY(merged_logging(*input.LoggingConfig, to.LoggingConfig.value_or(LoggingConfig{})));
  }
  return {};
}

}  // namespace orrery::lambda
