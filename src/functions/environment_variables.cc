#include "functions/environment_variables.h"

#include <algorithm>
#include <cstddef>

namespace orrery::functions {

namespace {

const char* name_of(LogLevel level) {
  constexpr const char* kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  return kNames[static_cast<std::size_t>(level)];
}

// docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html: layers first, then what the runtime brings; last what the
// machine has installed for everybody.
std::string node_path(std::string_view runtime) {
  std::string_view version = runtime;
  version.remove_prefix(std::min(version.size(), std::string_view("nodejs").size()));
  version = version.substr(0, version.find('.'));
  return "/opt/nodejs/node" + std::string(version) +
         "/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task:"
         "/usr/local/lib/node_modules:/usr/lib/node_modules:/usr/share/nodejs";
}

}  // namespace

Language language_of(const FunctionSpec& spec) {
  if (spec.runtime.starts_with("python")) return Language::Python;
  return spec.runtime.starts_with("nodejs") ? Language::Node : Language::Custom;
}

std::vector<std::string> environment_variables(const FunctionSpec& spec, const Credentials& credentials,
                                               const std::string& log_stream, const std::string& runtime_api,
                                               const std::string& endpoint_url) {
  std::map<std::string, std::string> all = {
      {"AWS_ACCESS_KEY_ID", credentials.access_key},
      {"AWS_DEFAULT_REGION", spec.region},
      {"AWS_ENDPOINT_URL", endpoint_url},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(spec.memory_mb)},
      {"AWS_LAMBDA_FUNCTION_NAME", spec.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", spec.version},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", spec.log_group},
      {"AWS_LAMBDA_LOG_STREAM_NAME", log_stream},
      {"AWS_LAMBDA_RUNTIME_API", runtime_api},
      {"AWS_REGION", spec.region},
      {"AWS_SECRET_ACCESS_KEY", credentials.secret_key},
      {"AWS_SESSION_TOKEN", credentials.session_token},
      {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
      {"LAMBDA_TASK_ROOT", "/var/task"},
      {"LANG", "en_US.UTF-8"},
      {"LD_LIBRARY_PATH",
       "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"},
      {"PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"},
      {"TZ", ":UTC"},
      {"_HANDLER", spec.handler},
  };
  const Language language = language_of(spec);
  if (language != Language::Custom) all["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + spec.runtime;
  if (language == Language::Python) all["PYTHONPATH"] = "/var/runtime";
  if (language == Language::Node) all["NODE_PATH"] = node_path(spec.runtime);
  all["AWS_LAMBDA_LOG_FORMAT"] = spec.log_format == LogFormat::Json ? "JSON" : "Text";
  if (spec.log_format == LogFormat::Json) all["AWS_LAMBDA_LOG_LEVEL"] = name_of(spec.application_log_level);
  for (const auto& [name, value] : spec.environment) all[name] = value;
  std::vector<std::string> out;
  out.reserve(all.size());
  for (const auto& [name, value] : all) out.emplace_back(name).append("=").append(value);
  return out;
}

}  // namespace orrery::functions
