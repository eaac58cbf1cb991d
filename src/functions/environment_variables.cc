#include "functions/environment_variables.h"

namespace orrery::functions {

bool is_python(const FunctionSpec& spec) { return spec.runtime.starts_with("python"); }

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
  if (is_python(spec)) {
    all["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + spec.runtime;
    all["PYTHONPATH"] = "/var/runtime";
  }
  for (const auto& [name, value] : spec.environment) all[name] = value;
  std::vector<std::string> out;
  out.reserve(all.size());
  for (const auto& [name, value] : all) out.emplace_back(name).append("=").append(value);
  return out;
}

}  // namespace orrery::functions
