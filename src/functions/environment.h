// One execution environment: a sandboxed process, its Runtime API, its log stream. Everything happens on the pool's
// thread.
#pragma once

#include "functions/environment_log.h"
#include "functions/environments.h"
#include "functions/extensions.h"
#include "functions/python_templates.h"
#include "functions/sandbox/sandbox.h"
#include "functions/telemetry.h"
#include "http/server.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace orrery::functions {

inline constexpr std::int64_t kBytesPerMb = std::int64_t{1024} * 1024;

class Environment;

// An invocation on its way through the pool.
struct Work {
  std::shared_ptr<const FunctionSpec> spec;
  Invocation invocation;
  std::function<void(Outcome)> done;
};

// What an environment needs of its pool.
class EnvironmentOwner {
 public:
  virtual ~EnvironmentOwner() = default;
  // The oldest invocation that waits for this kind of environment.
  virtual std::optional<Work> take_work(Environment& environment) = 0;
  // It waits for work now.
  virtual void became_idle(const std::shared_ptr<Environment>& environment) = 0;
  // Its initialisation takes long, perhaps for it waits for something: others may start beside it.
  virtual void start_is_slow(Environment& environment) = 0;
  // Its initialisation is over, well or badly (once for each started environment).
  virtual void start_ended(Environment& environment) = 0;
  // It has answered and is expected back at once (`yes`); it is back, or not to be expected any more.
  virtual void returning(Environment& environment, bool yes) = 0;
  // Initialisation took too long: wants another one that is given the invocation's time.
  virtual void wants_slow_start(Environment& environment) = 0;
  // The process has gone and all is released.
  virtual void ended(Environment& environment) = 0;
};

// Lent to every environment; outlives them.
struct EnvironmentSetting {
  Clock& clock;
  Random& random;
  Sandboxes& sandboxes;
  http::Server& server;
  const Environments::Options& options;
  const CredentialsProvider& credentials;
  const LogSink& logs;
  EnvironmentOwner& owner;
  PythonTemplates& templates;
};

class Environment : public std::enable_shared_from_this<Environment> {
 public:
  enum class Patience : std::uint8_t { Usual, Slow };  // Slow: the second attempt, in the invocation's own time

  enum class Kind : std::uint8_t { OnDemand, Provisioned };

  Environment(EnvironmentSetting& setting, std::shared_ptr<const FunctionSpec> spec, std::string name,
              Patience patience, Kind kind);

  Result<> start();
  void run(Work work);          // only when idle
  void retire();                // ends now when idle, otherwise after the invocation
  void abort(const char* why);  // ends now; an invocation in progress fails with Outcome::Kind::Internal
  // Idle, its credentials outlive another invocation, and it sees the clock if that is wound.
  bool usable() const;
  bool idle_since(std::int64_t monotonic_us) const { return state_ == State::Idle && idle_since_us_ <= monotonic_us; }
  const FunctionSpec& spec() const { return *spec_; }
  Kind kind() const { return kind_; }
  bool was_ready() const { return ready_; }  // its initialisation has succeeded
  // For the pool: whether it is one of those being started, up to the first call.
  bool leave_start() { return std::exchange(in_start_, false); }

 private:
  friend class RuntimeApi;
  friend class ExtensionsApi;
  enum class State : std::uint8_t {
    Starting,
    Idle,
    Busy,       // an invocation is in progress
    Finishing,  // its result is known, the runtime has not asked for the next one yet
    Ending,     // killed, or given two seconds for its extensions: the process is on its way out
    Gone,
  };
  // How an invocation (or an initialisation) went wrong, for the report line and the caller.
  struct Failed {
    Outcome::Kind kind;
    std::string payload;
    std::string report_status;      // "error", "timeout"; empty for errors that the runtime reported
    std::string report_error_type;  // "Runtime.ExitError"
  };

  SandboxSpec sandbox_spec(const Credentials& credentials, std::uint16_t port) const;
  void see_the_clock(SandboxSpec& sandbox) const;
  // What clocks inside show.
  Instant shown_now() const { return sees_clock_ ? setting_.clock.now() : setting_.clock.machine_now(); }
  Result<> start_alone(const Credentials& credentials);
  Result<> abandon(const Error& error);
  http::PortOptions port_options();
  void note_interpreter();

  // Called by RuntimeApi.
  bool is_own_user(std::optional<std::uint32_t> user) const;
  bool is_own_peer(const http::Request& request) const { return is_own_user(request.peer_user()); }
  void next_requested();
  void initialised();
  bool has_undelivered() const { return undelivered_ && (state_ == State::Busy); }
  bool is_current(std::string_view request_id) const;
  void succeeded(std::string payload);
  void invocation_failed(std::string payload);
  void response_too_large(std::size_t most_bytes);
  void init_failed(std::string payload, std::string error_type);

  void watch_output();
  void watch_process();
  void watch_invocation();
  static constexpr std::size_t kDrainBytes = std::size_t{512} * 1024;  // twice the pipe: all that was written so far
  void drain(std::size_t limit_bytes = kDrainBytes);
  bool drain_stream(boost::asio::posix::stream_descriptor& stream, TelemetryKind kind, std::size_t limit_bytes);
  void watch_extension_output();
  void watch_status();
  bool take_status();
  void dial(std::function<void(Fd)> made);
  void process_ended();
  void process_ended_during(State state, const std::string& how);
  void arm_start_timer();
  void arm_deadline(std::int64_t after_ms);
  void deadline_passed();
  void start_took_too_long();
  void fail_start(const Failed& failed);
  void begin(Work work);
  void finish(Outcome outcome, std::string_view report_status, std::string_view report_error_type);
  void finish_failed(const Failed& failed);
  Failed exit_failure(const std::string& how) const;
  void expect_return();
  void no_longer_returning();
  void end(std::string_view reason = "spindown");
  void kill();
  void arm_freeze();
  void thaw();
  // Extensions.
  Extension* register_extension(std::string_view name, const std::vector<std::string>& events);
  void extension_waits(Extension& extension);
  void extension_failed(Extension& extension, const std::string& error_type);
  void come_to_rest();
  bool shut_down_extensions(std::string_view reason);
  std::string_view initialization() const;
  int max_memory_mb() const;
  double since_ms(std::int64_t start_us) const;

  EnvironmentSetting& setting_;
  std::shared_ptr<const FunctionSpec> spec_;
  const std::string name_;
  const Patience patience_;
  const Kind kind_;
  State state_ = State::Starting;
  bool ready_ = false;
  bool in_start_ = true;
  bool retiring_ = false;
  bool frozen_ = false;
  bool sees_clock_ = false;  // what runs in it sees the Orrery's time, not the machine's
  bool returning_ = false;   // as told to the owner
  bool out_of_memory_ = false;
  bool init_reported_ = false;  // the runtime posted an initialisation error
  Instant credentials_expire_;
  http::Listener listener_;
  std::shared_ptr<void> endpoint_;  // Network::None: the server, in the sandbox's own network
  SandboxProcess process_;
  boost::asio::posix::stream_descriptor output_, pidfd_, status_;
  boost::asio::posix::stream_descriptor extension_output_;  // its descriptor is its own; those above are process_'s
  boost::asio::steady_timer deadline_;  // of the start, of the invocation, of coming back for the next one
  boost::asio::steady_timer watch_;     // memory and log flushing during an invocation
  boost::asio::steady_timer freeze_;    // when it has been idle for a while
  boost::asio::steady_timer wake_;      // cancelled to wake the parked request for the next invocation
  std::uint64_t deadline_number_ = 0;
  std::uint64_t poll_ = 0;  // number of the latest such request; older ones are abandoned
  std::int64_t started_us_ = 0, begun_us_ = 0, idle_since_us_ = 0;
  std::optional<double> init_ms_;  // of this environment, until the first invocation reports it
  EnvironmentLog log_;
  Extensions extensions_;
  Telemetry telemetry_;
  std::deque<std::function<void(Fd)>> dialled_;  // wait for sockets of the sandbox
  bool watching_status_ = false;
  int freeze_delays_ = 0;
  bool runtime_waits_ = false;  // for the next invocation, while extensions may still be busy
  std::optional<Work> work_;
  bool undelivered_ = false;
  bool streaming_ = false;  // its response is under way, piece by piece
  bool answering_ = false;  // its response is being read
  std::string deadline_epoch_ms_;
};

// Handles the HTTP requests of one environment's extensions.
class ExtensionsApi {
 public:
  static http::awaitable<http::Response> serve(Environment& environment, http::Request& request, std::string_view what);
  static http::awaitable<http::Response> subscribe(Environment& environment, http::Request& request, TelemetryApi api);

 private:
  static http::awaitable<http::Response> enter(Environment& environment, http::Request& request);
  static http::awaitable<http::Response> next(Environment& environment, Extension& extension);
};

// Handles the HTTP requests of one environment's runtime.
class RuntimeApi {
 public:
  static http::Handler handler(const std::shared_ptr<Environment>& environment);

 private:
  static http::awaitable<http::Response> serve(std::shared_ptr<Environment> environment, http::Request& request);
  static http::awaitable<http::Response> next(Environment& environment);
  static http::awaitable<http::Response> respond(Environment& environment, http::Request& request,
                                                 std::string_view rest);
  static http::awaitable<http::Response> respond_streaming(Environment& environment, http::Request& request,
                                                           std::string id, ResponseStream& stream);
  static http::awaitable<http::Response> init_error(Environment& environment, http::Request& request);
};

}  // namespace orrery::functions
