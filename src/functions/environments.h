// The pool of execution environments (DESIGN.md section 7): starts, reuses and retires sandboxed processes, one
// invocation at a time each, and speaks the Lambda Runtime API with them. Owns one thread; nothing of it blocks its
// callers.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "functions/interpreters.h"
#include "functions/invocation.h"
#include "functions/protections.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::http {
struct Request;
}

namespace orrery::functions {

// Called on the internal thread at each cold start: must not take long (a store transaction is fine). An error fails
// the invocations that wait for the environment as Outcome::Kind::Internal.
using CredentialsProvider = std::function<Result<Credentials>(const FunctionSpec&)>;

// Called on the internal thread with lines in order, before the invocation's `done` and during long ones. Must not take
// long, must not throw.
using LogSink = std::function<void(const FunctionSpec&, const std::string& log_stream, std::span<const LogLine>)>;

// Of one FunctionSpec::key.
struct Provisioned {
  enum class Status : std::uint8_t { InProgress, Ready, Failed };
  int requested = 0;
  int allocated = 0;  // initialised, idle or busy
  int available = 0;  // initialised and idle
  Status status = Status::InProgress;
  std::string reason;  // of Failed: "FUNCTION_ERROR_INIT_FAILURE", or a sentence
};

class Environments {
 public:
  struct Options {
    std::string endpoint_url;  // becomes AWS_ENDPOINT_URL: "http://127.0.0.1:4566"
    std::string work_dir;      // scratch of the pool: runtimes are written here. Made when absent, 0755
    std::vector<std::string>
        hidden_paths;  // the data directory and the like: never visible in a sandbox, wherever it lies
    std::vector<Interpreter> interpreters;  // see find_interpreters
    // Called on the internal thread when the last environment of a FunctionSpec::key has ended, its log lines written.
    std::function<void(const std::string& key)> key_ended;
    // Serves the endpoint on a further listening socket (which it takes), for functions with Network::None; until the
    // result is destroyed. Null: those reach their Runtime API only.
    std::function<Result<std::shared_ptr<void>>(int listening_socket)> serve_endpoint;
    std::shared_ptr<InvocationListener> listener;  // null: nobody listens
    int idle_retire_ms = 300'000;
    int concurrency = 1000;  // of the account: invocations in flight, beyond them Throttled
    int starting = 4;        // environments being started at the same time; further cold starts queue
  };

  // Fails when the work directory cannot be made or no sandbox can be started at all (the message says why).
  static Result<std::unique_ptr<Environments>> open(Clock& clock, Random& random, Options options,
                                                    CredentialsProvider credentials, LogSink logs);
  ~Environments();  // shutdown(Millis(0)) unless done
  Environments(const Environments&) = delete;
  Environments& operator=(const Environments&) = delete;

  // What every sandbox here is protected by, and what this machine does not allow.
  const std::vector<Protection>& protections() const;

  // Whether functions of this runtime can run here ("python3.*" with an interpreter, "provided.*").
  bool supports(std::string_view runtime) const;

  // A function of this runtime was deployed and may be invoked soon: what makes its start faster is prepared.
  // Thread-safe, never blocks.
  void expect(std::string_view runtime);

  // Thread-safe, never blocks. `done` is called exactly once, on the internal thread (or on the caller's after
  // shutdown), and must not take long.
  void invoke(std::shared_ptr<const FunctionSpec> spec, Invocation invocation, std::function<void(Outcome)> done);

  // After an update or delete: idle environments of this key (or of all versions of the function) end now, busy ones
  // after their invocation. What is provisioned for it ends as well.
  void retire_key(std::string key);
  void retire_function(std::string name);

  // Invocations in flight of functions without reserved concurrency, beyond which they are Throttled: the account's
  // limit less all that is reserved. Thread-safe; until the first call Options::concurrency.
  void set_unreserved_concurrency(int most);

  // Keeps `count` environments of this key initialised (AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency), never
  // retired for being idle; ones that end are started again. 0: no longer, and those idle end. Another spec with the
  // same key replaces nothing. Thread-safe, never blocks.
  void provision(std::shared_ptr<const FunctionSpec> spec, int count);
  // nullopt when nothing is provisioned for this key. Thread-safe.
  std::optional<Provisioned> provisioned(const std::string& key) const;

  // Whether a request may be a function's, by the host user that sent it. One whose sender is not known, for its
  // process has closed the connection, may; where functions run as the server's own user, and before the first was
  // started, none may. Thread-safe.
  bool may_be_function(const http::Request& request) const;
  // Whether functions run as other host users than the server.
  bool separate_users() const;

  int in_flight() const;  // invocations whose `done` was not called yet
  // Those of them that were admitted (metric ConcurrentExecutions), by function_id(). Thread-safe.
  int in_flight(const std::string& function_id) const;
  int environments() const;  // processes alive, idle ones included

  // Refuses new invocations (Internal), waits up to `grace` for those in flight, then kills what is left. Blocks.
  void shutdown(Millis grace);

 private:
  class Pool;
  explicit Environments(std::unique_ptr<Pool> pool);
  std::unique_ptr<Pool> pool_;
};

}  // namespace orrery::functions
