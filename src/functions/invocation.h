// What goes into an execution environment and what comes out of it. Plain data; nothing here knows the store, IAM or
// the Lambda API.
#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::functions {

// Host: the server and the Internet can be reached, as in Lambda. None: the server's endpoint and the function's own
// Runtime API, nothing else (docs/decisions/010-sandbox.md).
enum class Network : std::uint8_t { Host, None };
enum class LogFormat : std::uint8_t { Text, Json };
// LoggingConfig's ApplicationLogLevel and SystemLogLevel; levels only count in JSON logs.
enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error, Fatal };

// One published version, or $LATEST at one revision. Immutable once handed over.
struct FunctionSpec {
  // Changes whenever code or configuration changes: environments are shared by equal keys, never across them.
  std::string key;
  std::string name;                 // "export-table"
  std::string version = "$LATEST";  // or "7"
  std::string arn;                  // unqualified or of the version; the invoked one comes with the invocation
  std::string account, region;
  std::string runtime;   // "python3.12", "provided.al2023"
  std::string handler;   // "module.function"
  std::string code_dir;  // unpacked code, readable by everybody (see zip.h); mounted read-only at /var/task
  // Unpacked contents of layers in the function's order (of equal files the later layer's wins); read-only at /opt.
  std::vector<std::string> layer_dirs;
  int memory_mb = 128;
  int timeout_ms = 3000;
  int ephemeral_mb = 512;                          // size of /tmp
  std::map<std::string, std::string> environment;  // the user's variables
  std::string log_group;  // "/aws/lambda/export-table"; streams are named by the environments themselves
  LogFormat log_format = LogFormat::Text;
  LogLevel application_log_level = LogLevel::Info;  // only in JSON logs, as in Lambda
  LogLevel system_log_level = LogLevel::Info;       // likewise, of platform events: Debug, Info or Warn
  Network network = Network::Host;
  std::optional<int> reserved_concurrency;  // per function name; 0 throttles everything
};

// Who runs: concurrency is counted for these, over all versions.
inline std::string function_id(std::string_view account, std::string_view region, std::string_view name) {
  return std::string(account).append(":").append(region).append(":").append(name);
}
inline std::string function_id(const FunctionSpec& spec) { return function_id(spec.account, spec.region, spec.name); }

// Session of the function's role, handed to the function as environment variables.
struct Credentials {
  std::string access_key, secret_key, session_token;
  Instant expires;  // an environment is retired before its credentials expire
};

// Takes a response while the function still produces it (InvokeWithResponseStream, function URLs in streaming mode).
// All calls come from the pool's thread and must not take long. A function that does not stream calls begin() and
// chunk() once, with its whole response, before `done`; one that fails before its first byte calls neither.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  // "application/json", "application/octet-stream", "application/vnd.awslambda.http-integration-response" (then the
  // response starts with a JSON document, eight NUL bytes, and the body).
  virtual void begin(std::string_view content_type) = 0;
  virtual void chunk(std::string bytes) = 0;
  // Bytes taken and not yet delivered: while it is above a mebibyte no more is read from the function.
  virtual std::size_t backlog() const { return 0; }
};

struct Invocation {
  std::string request_id;
  std::string payload;               // a JSON text
  std::string invoked_function_arn;  // with the qualifier that the caller used
  std::string client_context;        // JSON text (already base64-decoded); empty when none
  std::string cognito_identity;      // JSON text; empty when none
  std::string trace_id;              // "Root=1-…"; empty when none
  // Null: the response is collected (6 MB) and comes with the outcome. Otherwise an Ok outcome has no payload; of a
  // failure in the middle the payload is the error document (InvokeComplete's ErrorCode and ErrorDetails).
  std::shared_ptr<ResponseStream> stream;
};

struct LogLine {
  Instant time;      // of the Clock
  std::string text;  // valid UTF-8 (other bytes become U+FFFD), without the newline at the end; at most 256 KB
};

// Who counts invocations. Called on the pool's thread: must not take long, must not throw. What it is given is borrowed
// for the length of the call.
class InvocationListener {
 public:
  virtual ~InvocationListener() = default;
  // May run, with `running` of the function at the same time, itself included, and `running_in_account` of all
  // functions of its account and region.
  virtual void admitted(const FunctionSpec& spec, std::string_view invoked_arn, int running,
                        int running_in_account) = 0;
  // May not: as many run as may (Outcome::Kind::Throttled).
  virtual void throttled(const FunctionSpec& spec, std::string_view invoked_arn) = 0;
  // Has run, before its `done`: what its report does not tell is what the function raised from what it returned.
  struct Ended {
    bool good = false;  // it returned
    double duration_ms = 0;
  };
  virtual void ended(const FunctionSpec& spec, std::string_view invoked_arn, const Ended& how) = 0;
};

// Code of a CredentialsProvider's error when the function's role cannot be assumed: Outcome::Kind::Denied.
inline constexpr std::string_view kRoleDenied = "AccessDeniedException";

struct Outcome {
  enum class Kind : std::uint8_t {
    Ok,
    FunctionError,  // the function raised, or returned what is not JSON
    Timeout,
    Crashed,    // the runtime process ended: exit status, signal, out of memory
    InitError,  // importing the code failed
    Throttled,  // no environment was available: answer 429 TooManyRequestsException
    Internal,   // the machine could not start an environment; answer 500 ServiceException. payload says why
    Denied,     // its role cannot be assumed: answer 403 AccessDeniedException. payload says so
  };
  Kind kind = Kind::Ok;
  std::string payload;         // the response, or the error as JSON; when Throttled the Reason member of the exception
  std::string function_error;  // the X-Amz-Function-Error header; empty when Ok
  double duration_ms = 0;      // of the handler
  std::int64_t billed_ms = 0;
  std::optional<double> init_ms;  // set on a cold start
  int max_memory_mb = 0;
  std::string log_stream;  // "2026/03/01/[$LATEST]0123…"; empty when none was reached
  std::string log_tail;    // the last 4 KB of this invocation's log, for LogType=Tail (not yet base64)
};

}  // namespace orrery::functions
