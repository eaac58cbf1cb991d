#include "base/arn.h"
#include "services/lambda/deploying/configuration.h"
#include "services/lambda/operations.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::size_t kEnvironmentMostBytes = 4096;

// docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
constexpr std::string_view kReserved[] = {"AWS_ACCESS_KEY",
                                          "AWS_ACCESS_KEY_ID",
                                          "AWS_DEFAULT_REGION",
                                          "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                          "AWS_LAMBDA_FUNCTION_NAME",
                                          "AWS_LAMBDA_FUNCTION_VERSION",
                                          "AWS_LAMBDA_INITIALIZATION_TYPE",
                                          "AWS_LAMBDA_LOG_GROUP_NAME",
                                          "AWS_LAMBDA_LOG_STREAM_NAME",
                                          "AWS_LAMBDA_RUNTIME_API",
                                          "AWS_REGION",
                                          "AWS_SECRET_ACCESS_KEY",
                                          "AWS_SECRET_KEY",
                                          "AWS_SECURITY_TOKEN",
                                          "AWS_SESSION_TOKEN",
                                          "LAMBDA_RUNTIME_DIR",
                                          "LAMBDA_TASK_ROOT",
                                          "_HANDLER",
                                          "_X_AMZN_TRACE_ID"};

constexpr std::string_view kRolledBack = "rolled back";

}  // namespace

Result<> check_environment(const std::optional<Environment>& environment) {
  if (!environment || !environment->Variables) return {};
  std::string reserved;
  json::object variables;
  for (const auto& [name, value] : *environment->Variables) {
    variables[name] = value;
    if (std::ranges::find(kReserved, name) != std::end(kReserved)) reserved += (reserved.empty() ? "" : ", ") + name;
  }
  if (!reserved.empty()) {
    return fail(errors::InvalidParameterValueException(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "contains reserved keys that are currently not supported for modification. Reserved keys used in this "
        "request: " +
        reserved));
  }
  // The limit is that of the variables written as JSON.
  if (const std::string text = json::serialize(variables); text.size() > kEnvironmentMostBytes) {
    return fail(errors::InvalidParameterValueException(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "exceeded the 4KB limit. String measured: " +
        text));
  }
  return {};
}

Result<> refuse_absent(const char* operation, std::initializer_list<AbsentFeature> features) {
  const auto found = std::ranges::find_if(features, &AbsentFeature::asked);
  if (found == features.end()) return {};
  return fail(api_error("NotImplemented",
                        std::string("Orrery does not implement lambda:") + operation + " with " + found->name + ".",
                        501));
}

Result<> check_file_systems(const std::optional<std::vector<FileSystemConfig>>& wanted) {
  if (!wanted || wanted->empty()) return {};
  return fail(errors::InvalidParameterValueException(
      "File systems cannot be mounted here: leave FileSystemConfigs out. /tmp of up to 10240 MB (EphemeralStorage) is "
      "a function's only writable place."));
}

// docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-runtimes
Result<> check_snap_start(const std::optional<SnapStart>& wanted, const std::string& runtime) {
  if (!wanted || wanted->ApplyOn.value_or("None") == "None") return {};
  const bool old_python = runtime == "python3.9" || runtime == "python3.10" || runtime == "python3.11";
  const bool old_java = runtime == "java8" || runtime == "java8.al2";
  const bool supported = (runtime.starts_with("python3.") && !old_python && runtime != "python3.8") ||
                         (runtime.starts_with("java") && !old_java) || runtime.starts_with("dotnet8") ||
                         runtime.starts_with("dotnet1");
  if (supported) return {};
  return fail(errors::InvalidParameterValueException(runtime + " is not supported for SnapStart enabled functions."));
}

Result<LoggingConfig> merged_logging(const LoggingConfig& wanted, LoggingConfig before) {
  if (wanted.LogFormat) before.LogFormat = wanted.LogFormat;
  if (wanted.LogGroup) before.LogGroup = wanted.LogGroup;
  if (before.LogFormat != "JSON") {
    if (wanted.ApplicationLogLevel || wanted.SystemLogLevel) {
      return fail(errors::InvalidParameterValueException(
          "ApplicationLogLevel and SystemLogLevel can be set only when LogFormat is JSON."));
    }
    before.ApplicationLogLevel = before.SystemLogLevel = std::nullopt;
    return before;
  }
  if (wanted.ApplicationLogLevel) before.ApplicationLogLevel = wanted.ApplicationLogLevel;
  if (wanted.SystemLogLevel) before.SystemLogLevel = wanted.SystemLogLevel;
  if (!before.ApplicationLogLevel) before.ApplicationLogLevel = "INFO";
  if (!before.SystemLogLevel) before.SystemLogLevel = "INFO";
  return before;
}

Result<> check_runtime(const Lambda& lambda, const std::string& runtime) {
  if (lambda.environments->supports(runtime)) return {};
  return fail(errors::InvalidParameterValueException("The runtime parameter of " + runtime +
                                                     " cannot be served: this machine has no interpreter for it"));
}

Result<> check_role(Lambda& lambda, const Call& call, const std::string& role_arn) {
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = "lambda.amazonaws.com";
  caller.account = call.account;
  caller.region = call.region;
  // A session made only to see whether it can be: its own transaction, which is then rolled back.
  const Result<> tried = lambda.store.transact([&](Transaction& trial) -> Result<> {
    TRY(lambda.dispatcher.dispatch(trial, caller, "sts", "AssumeRole",
                                   json::object{{"RoleArn", role_arn}, {"RoleSessionName", "check"}}));
    return fail(api_error(kRolledBack, ""));
  });
  if (tried.error().code == kRolledBack) return {};
  return fail(errors::InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda."));
}

// The model's limit is that of an ARN.
Result<> check_name(const FunctionName& name) {
  constexpr std::size_t kNameMost = 64;
  if (name.name.size() <= kNameMost) return {};
  return fail(api_error("ValidationException",
                        "1 validation error detected: Value '" + name.name +
                            "' at 'functionName' failed to satisfy constraint: Member must have length less than or "
                            "equal to " +
                            std::to_string(kNameMost),
                        400));
}

// The model gives no upper bounds that hold for functions
// (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
Result<> check_limits(const std::optional<std::int64_t>& timeout_s, const std::optional<std::int64_t>& memory_mb,
                      const std::optional<EphemeralStorage>& storage) {
  const auto most = [](const char* member, const std::optional<std::int64_t>& value, std::int64_t limit) -> Result<> {
    if (!value || *value <= limit) return {};
    return fail(api_error("ValidationException",
                          "1 validation error detected: Value '" + std::to_string(*value) + "' at '" + member +
                              "' failed to satisfy constraint: Member must have value less than or equal to " +
                              std::to_string(limit),
                          400));
  };
  TRY(most("timeout", timeout_s, 900));
  TRY(most("memorySize", memory_mb, 10'240));
  return most("ephemeralStorage.size", storage ? std::optional(storage->Size) : std::nullopt, 10'240);
}

// "2026-03-01T17:00:00.000+0000"
std::string last_modified(Instant now) {
  std::string text = iso8601_millis(now);
  text.replace(text.size() - 1, 1, "+0000");
  return text;
}

}  // namespace orrery::lambda
