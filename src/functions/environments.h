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
#include <functional>
#include <memory>
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

  // Thread-safe, never blocks. `done` is called exactly once, on the internal thread (or on the caller's after
  // shutdown), and must not take long.
  void invoke(std::shared_ptr<const FunctionSpec> spec, Invocation invocation, std::function<void(Outcome)> done);

  // After an update or delete: idle environments of this key (or of all versions of the function) end now, busy ones
  // after their invocation.
  void retire_key(std::string key);
  void retire_function(std::string name);

  // Whether a request may be a function's, by the host user that sent it. One whose sender is not known, for its
  // process has closed the connection, may; where functions run as the server's own user, and before the first was
  // started, none may. Thread-safe.
  bool may_be_function(const http::Request& request) const;
  // Whether functions run as other host users than the server.
  bool separate_users() const;

  int in_flight() const;     // invocations whose `done` was not called yet
  int environments() const;  // processes alive, idle ones included

  // Refuses new invocations (Internal), waits up to `grace` for those in flight, then kills what is left. Blocks.
  void shutdown(Millis grace);

 private:
  class Pool;
  explicit Environments(std::unique_ptr<Pool> pool);
  std::unique_ptr<Pool> pool_;
};

}  // namespace orrery::functions
