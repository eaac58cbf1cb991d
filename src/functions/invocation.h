// What goes into an execution environment and what comes out of it. Plain data; nothing here knows the store, IAM or
// the Lambda API.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orrery::functions {

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
  int memory_mb = 128;
  int timeout_ms = 3000;
  int ephemeral_mb = 512;                          // size of /tmp
  std::map<std::string, std::string> environment;  // the user's variables
  std::string log_group;  // "/aws/lambda/export-table"; streams are named by the environments themselves
  std::optional<int> reserved_concurrency;  // per function name; 0 throttles everything
};

// Session of the function's role, handed to the function as environment variables.
struct Credentials {
  std::string access_key, secret_key, session_token;
  Instant expires;  // an environment is retired before its credentials expire
};

struct Invocation {
  std::string request_id;
  std::string payload;               // a JSON text
  std::string invoked_function_arn;  // with the qualifier that the caller used
  std::string client_context;        // JSON text (already base64-decoded); empty when none
  std::string cognito_identity;      // JSON text; empty when none
  std::string trace_id;              // "Root=1-…"; empty when none
};

struct LogLine {
  Instant time;      // of the Clock
  std::string text;  // valid UTF-8 (other bytes become U+FFFD), without the newline at the end; at most 256 KB
};

struct Outcome {
  enum class Kind : std::uint8_t {
    Ok,
    FunctionError,  // the function raised, or returned what is not JSON
    Timeout,
    Crashed,    // the runtime process ended: exit status, signal, out of memory
    InitError,  // importing the code failed
    Throttled,  // no environment was available: answer 429 TooManyRequestsException
    Internal,   // the machine could not start an environment; answer 500 ServiceException. payload says why
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
