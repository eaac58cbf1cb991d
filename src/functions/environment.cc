#include "functions/environment.h"

#include "base/log.h"
#include "functions/clock_page.h"
#include "functions/environment_variables.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fcntl.h>

namespace orrery::functions {
namespace {

namespace asio = boost::asio;

// docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: the init phase is limited to 10 seconds; after
// that it is tried again during the invocation, within the function's timeout.
constexpr int kStartLimitMs = 10'000;
constexpr int kProvisionedStartLimitMs = 130'000;  // or the function's timeout, when that is longer
constexpr int kSlowStartMs = 1000;                 // then it makes way for others that are to start
constexpr int kFreezeAfterMs = 100;
constexpr int kMostFreezeDelays = 20;  // while telemetry is on its way
constexpr int kShutdownMs = 2000;      // for extensions to put their things in order

std::int64_t round_up_mb(std::int64_t bytes) { return (bytes + kBytesPerMb - 1) / kBytesPerMb; }

// "2026/03/01/[$LATEST]" and 32 hexadecimal digits.
std::string stream_name(Instant now, const std::string& version, Random& random) {
  std::string day = iso8601_seconds(now).substr(0, 10);
  std::replace(day.begin(), day.end(), '-', '/');
  return day + "/[" + version + "]" + random.token(32, kLowerHex);
}

// Where a custom runtime begins: the function's own bootstrap, or else that of a layer
// (docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html).
std::string bootstrap_of(const FunctionSpec& spec) {
  const auto there = [](const std::string& folder) {
    std::error_code failed;
    return std::filesystem::exists(folder + "/bootstrap", failed);
  };
  const bool layered = !there(spec.code_dir) && std::ranges::any_of(spec.layer_dirs, there);
  return layered ? "/opt/bootstrap" : "/var/task/bootstrap";
}

// The user's script that starts the interpreter; empty: none.
std::string wrapper_of(const FunctionSpec& spec) {
  const auto wrapper = spec.environment.find(kExecWrapper);
  return wrapper == spec.environment.end() ? std::string() : wrapper->second;
}

std::vector<std::string> started_by_wrapper(const FunctionSpec& spec, std::vector<std::string> arguments) {
  std::string wrapper = wrapper_of(spec);
  if (!wrapper.empty()) arguments.insert(arguments.begin(), std::move(wrapper));
  return arguments;
}

}  // namespace

Environment::Environment(EnvironmentSetting& setting, std::shared_ptr<const FunctionSpec> spec, std::string name,
                         Patience patience, Kind kind)
    : setting_(setting),
      spec_(std::move(spec)),
      name_(std::move(name)),
      patience_(patience),
      kind_(kind),
      output_(setting.server.context(0)),
      pidfd_(setting.server.context(0)),
      status_(setting.server.context(0)),
      extension_output_(setting.server.context(0)),
      deadline_(setting.server.context(0)),
      watch_(setting.server.context(0)),
      freeze_(setting.server.context(0)),
      wake_(setting.server.context(0), asio::steady_timer::time_point::max()),
      log_(setting.clock, spec_, setting.logs),
      extensions_(external_extensions(*spec_)),
      telemetry_(setting.server.context(0), setting.clock,
                 [this](std::function<void(Fd)> made) { dial(std::move(made)); }) {
  log_.tap(
      [this](TelemetryKind who, std::string_view type, std::string_view text) {
        if (!type.empty()) return telemetry_.add(who, type, text);
        telemetry_.add_line(who, text, spec_->log_format == LogFormat::Json);
      },
      [this] { return telemetry_.listens(); });
}

Result<> Environment::start() {
  started_us_ = setting_.clock.monotonic_us();
  sees_clock_ = is_wound(setting_.clock);
  const Credentials credentials = TRY(setting_.credentials(*spec_));
  credentials_expire_ = credentials.expires;
  log_.open(stream_name(setting_.clock.now(), spec_->version, setting_.random));
  if (spec_->network == Network::None) {
    TRY(start_alone(credentials));
  } else {
    listener_ = TRY(setting_.server.listen("127.0.0.1", 0, RuntimeApi::handler(shared_from_this()), port_options()));
    process_ = TRY(setting_.sandboxes.start(sandbox_spec(credentials, listener_.port())));
  }
  log_.init_start(initialization());
  note_interpreter();
  output_.assign(process_.output.get());
  pidfd_.assign(process_.pidfd.get());
  status_.assign(process_.status.get());
  watch_output();
  if (!extensions_.empty()) watch_status();
  watch_process();
  arm_start_timer();
  return {};
}

// In a network of its own, the Runtime API is where Lambda has it, and the endpoint where everybody has it.
Result<> Environment::start_alone(const Credentials& credentials) {
  constexpr std::uint16_t kRuntimeApiPort = 9001;
  SandboxSpec sandbox = sandbox_spec(credentials, kRuntimeApiPort);
  sandbox.ports = {kRuntimeApiPort};
  const std::string& url = setting_.options.endpoint_url;
  const auto endpoint_port = static_cast<std::uint16_t>(std::atoi(url.c_str() + url.rfind(':') + 1));
  const bool endpoint = setting_.options.serve_endpoint != nullptr && endpoint_port != kRuntimeApiPort;
  if (endpoint) sandbox.ports.push_back(endpoint_port);
  process_ = TRY(setting_.sandboxes.start(sandbox));
  auto listener =
      setting_.server.adopt(process_.listeners[0].release(), RuntimeApi::handler(shared_from_this()), port_options());
  if (!listener) return abandon(listener.error());
  listener_ = *std::move(listener);
  if (!endpoint) return {};
  auto served = setting_.options.serve_endpoint(process_.listeners[1].release());
  if (!served) return abandon(served.error());
  endpoint_ = *std::move(served);
  return {};
}

// What an environment can make us keep is bounded: a buffer of each connection, and one response. Runtimes have one or
// two connections, extensions likewise. Nobody else's count, so that no other sandbox can use them up.
http::PortOptions Environment::port_options() {
  constexpr std::size_t kMostConnections = 50;
  http::PortOptions options;
  options.max_connections = kMostConnections;
  options.admits = [weak = weak_from_this()](std::optional<std::uint32_t> user) {
    const auto self = weak.lock();
    return self != nullptr && self->is_own_user(user);
  };
  return options;
}

// A process that nobody watches is not left behind.
Result<> Environment::abandon(const Error& error) {
  process_.kill();
  process_.reap();
  return fail(error);
}

SandboxSpec Environment::sandbox_spec(const Credentials& credentials, std::uint16_t port) const {
  SandboxSpec sandbox;
  sandbox.name = name_;
  sandbox.code_dir = spec_->code_dir;
  sandbox.memory_mb = spec_->memory_mb;
  sandbox.layer_dirs = spec_->layer_dirs;
  sandbox.ephemeral_mb = spec_->ephemeral_mb;
  sandbox.variables = environment_variables(*spec_, credentials, log_.stream(), "127.0.0.1:" + std::to_string(port),
                                            setting_.options.endpoint_url);
  for (const auto& extension : extensions_.all()) sandbox.extensions.push_back("/opt/extensions/" + extension->name);
  if (kind_ == Kind::Provisioned) {
    std::replace(sandbox.variables.begin(), sandbox.variables.end(),
                 std::string("AWS_LAMBDA_INITIALIZATION_TYPE=on-demand"),
                 std::string("AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency"));
  }
  const Language language = language_of(*spec_);
  if (language == Language::Custom) {
    sandbox.arguments = {bootstrap_of(*spec_)};
    if (sees_clock_) sandbox.runtime_dir = setting_.options.work_dir + "/custom";
    see_the_clock(sandbox);
    return sandbox;
  }
  const Interpreter* interpreter = choose_interpreter(setting_.options.interpreters, spec_->runtime);
  sandbox.prefix = interpreter->prefix;
  if (language == Language::Python) {
    sandbox.runtime_dir = setting_.options.work_dir + "/python";
    sandbox.arguments = started_by_wrapper(*spec_, {interpreter->path, "-S", "/var/runtime/bootstrap.py"});
    sandbox.copy_of = setting_.templates.find(*interpreter, *spec_, sees_clock_);
  } else {
    sandbox.runtime_dir = setting_.options.work_dir + "/node";
    // As in Lambda nine tenths of the memory are the heap's: collecting comes before the limit.
    sandbox.arguments = started_by_wrapper(
        *spec_, {interpreter->path, "--max-old-space-size=" + std::to_string(spec_->memory_mb * 9 / 10),
                 "/var/runtime/bootstrap.cjs"});
  }
  see_the_clock(sandbox);
  return sandbox;
}

// The user's own libraries come after it.
void Environment::see_the_clock(SandboxSpec& sandbox) const {
  if (!sees_clock_) return;
  constexpr std::string_view kPreload = "LD_PRELOAD=";
  const std::string library = "/var/runtime/" + std::string(kClockLibrary);
  const auto own = std::ranges::find_if(sandbox.variables, [&](const auto& one) { return one.starts_with(kPreload); });
  if (own == sandbox.variables.end()) {
    sandbox.variables.push_back(std::string(kPreload) + library);
  } else {
    own->insert(kPreload.size(), library + ":");
  }
}

void Environment::note_interpreter() {
  if (language_of(*spec_) == Language::Custom) return;
  const Interpreter* interpreter = choose_interpreter(setting_.options.interpreters, spec_->runtime);
  if (interpreter->runtime == spec_->runtime) return;
  const std::string name = language_of(*spec_) == Language::Python ? "Python " : "Node.js ";
  log_.note("This machine has no " + spec_->runtime + "; the function runs on " + name + interpreter->version + " (" +
            interpreter->path + ")");
}

// --- Output and the process ---

void Environment::watch_output() {
  output_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& failed) {
                       if (failed || self->state_ == State::Gone) return;
                       self->drain();
                       if (self->output_.is_open()) self->watch_output();
                     });
}

// Takes what lies in the pipes. At its end (nobody inside holds it any more) watching stops.
void Environment::drain(std::size_t limit_bytes) {
  if (drain_stream(output_, TelemetryKind::Function, limit_bytes)) output_.release();
  if (drain_stream(extension_output_, TelemetryKind::Extension, limit_bytes)) extension_output_.close();
}

// True: it has ended.
bool Environment::drain_stream(asio::posix::stream_descriptor& stream, TelemetryKind kind, std::size_t limit_bytes) {
  char buffer[64 * 1024];
  for (std::size_t total = 0; total < limit_bytes && stream.is_open();) {
    const ssize_t n = ::read(stream.native_handle(), buffer, sizeof buffer);
    if (n < 0) return false;  // EAGAIN
    if (n == 0) return true;
    total += static_cast<std::size_t>(n);
    log_.output({buffer, static_cast<std::size_t>(n)}, kind);
  }
  return false;
}

void Environment::watch_extension_output() {
  extension_output_.async_wait(asio::posix::stream_descriptor::wait_read,
                               [self = shared_from_this()](const boost::system::error_code& failed) {
                                 if (failed || self->state_ == State::Gone) return;
                                 self->drain();
                                 if (self->extension_output_.is_open()) self->watch_extension_output();
                               });
}

// For as long as something is expected there.
void Environment::watch_status() {
  if (std::exchange(watching_status_, true)) return;
  status_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& failed) {
                       self->watching_status_ = false;
                       if (failed || self->state_ == State::Gone) return;
                       // Nothing but the last report: who waits for a socket gets none.
                       if (!self->take_status()) {
                         for (const auto& made : std::exchange(self->dialled_, {})) made(Fd());
                       }
                       if (!self->dialled_.empty()) self->watch_status();
                     });
}

bool Environment::take_status() {
  bool any = false;
  for (;; any = true) {
    SandboxProcess::Taken taken = process_.take();
    if (taken.what == SandboxProcess::Taken::What::Nothing) return any;
    if (taken.what == SandboxProcess::Taken::What::Socket) {
      if (dialled_.empty()) continue;
      const auto made = std::move(dialled_.front());
      dialled_.pop_front();
      made(std::move(taken.fd));
    } else if (taken.fd.valid() && !extension_output_.is_open()) {
      ::fcntl(taken.fd.get(), F_SETFL, O_NONBLOCK);
      extension_output_.assign(taken.fd.release());
      watch_extension_output();
    }
  }
}

// A socket that reaches what the sandbox reaches.
void Environment::dial(std::function<void(Fd)> made) {
  if (state_ == State::Gone) return made(Fd());
  dialled_.push_back(std::move(made));
  process_.dial();
  watch_status();
}

void Environment::watch_process() {
  pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const boost::system::error_code& failed) {
                      if (!failed) self->process_ended();
                    });
}

void Environment::process_ended() {
  take_status();    // perhaps it has only just begun
  drain(SIZE_MAX);  // nobody writes any more: what is left is at most the pipe
  log_.end_of_output();
  out_of_memory_ = out_of_memory_ || process_.cgroup.out_of_memory();
  const std::string how = process_.reap();
  const State state = std::exchange(state_, State::Ending);
  process_ended_during(state, how);
  log_.flush();
  no_longer_returning();
  state_ = State::Gone;
  listener_.close();
  endpoint_.reset();
  wake_.cancel();
  extensions_.wake_all();
  freeze_.cancel();
  deadline_.cancel();
  watch_.cancel();
  telemetry_.stop();
  dialled_.clear();
  // The descriptors belong to process_.
  if (output_.is_open()) output_.release();
  pidfd_.release();
  status_.release();
  if (extension_output_.is_open()) extension_output_.close();
  setting_.owner.ended(*this);
}

void Environment::process_ended_during(State state, const std::string& how) {
  switch (state) {
    case State::Starting: {
      const Failed failed = exit_failure(how);
      state_ = State::Starting;
      fail_start(failed);
      break;
    }
    case State::Busy:
      finish_failed(exit_failure(how));
      break;
    case State::Idle:
    case State::Finishing:
      log_.trouble(exit_message(how), "");
      break;
    case State::Ending:
    case State::Gone:
      break;
  }
}

// Payloads that name the request get its id in finish_failed().
Environment::Failed Environment::exit_failure(const std::string& how) const {
  if (how.starts_with("extension ")) {
    return {Outcome::Kind::Crashed, how.substr(std::string_view("extension ").size()), "error", "Extension.Crash"};
  }
  if (how.starts_with("failed")) {
    // The launcher's last step is executing the program: what fails before it is ours, not the function's.
    const bool program = how.find("execve") != std::string::npos;
    if (!program) {
      log::warning("a sandbox could not be started", {{"function", spec_->name}, {"reason", how}});
      return {Outcome::Kind::Internal, "The execution environment could not be started: " + how, "error", ""};
    }
    std::string why = how.substr(how.rfind(": ") + 2);
    why[0] = static_cast<char>(why[0] | 0x20);  // "permission denied": Lambda's own words come out of Go
    std::string message = "fork/exec " + bootstrap_of(*spec_) + ": " + why;
    if (language_of(*spec_) != Language::Custom) {
      message = std::string(wrapper_of(*spec_).empty() ? "the interpreter" : kExecWrapper);
      message += " cannot be executed: " + why;
    } else if (why == "no such file or directory") {
      message = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
    }
    return {Outcome::Kind::InitError, message, "error", "Runtime.InvalidEntrypoint"};
  }
  if (out_of_memory_) return {Outcome::Kind::Crashed, exit_message("signal 9"), "error", "Runtime.OutOfMemory"};
  return {Outcome::Kind::Crashed, exit_message(how), "error", "Runtime.ExitError"};
}

// --- Start ---

void Environment::arm_start_timer() {
  int limit_ms = patience_ == Patience::Slow ? spec_->timeout_ms : kStartLimitMs;
  if (kind_ == Kind::Provisioned) limit_ms = std::max(kProvisionedStartLimitMs, spec_->timeout_ms);
  deadline_.expires_after(std::chrono::milliseconds(limit_ms));
  deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && self->state_ == State::Starting) self->start_took_too_long();
  });
  watch_.expires_after(std::chrono::milliseconds(kSlowStartMs));
  watch_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && self->state_ == State::Starting) self->setting_.owner.start_is_slow(*self);
  });
}

void Environment::start_took_too_long() {
  drain();
  if (patience_ == Patience::Usual && kind_ == Kind::OnDemand) {
    log_.init_done(initialization(), since_ms(started_us_), "timeout", "");
    setting_.owner.wants_slow_start(*this);
    end();
    return;
  }
  fail_start({Outcome::Kind::Timeout, timeout_message(spec_->timeout_ms), "timeout", "Sandbox.Timedout"});
}

// The oldest waiting invocation learns why; the others get their own environment.
void Environment::fail_start(const Failed& failed) {
  const double took = since_ms(started_us_);
  if (failed.kind != Outcome::Kind::Timeout) {
    log_.init_done(initialization(), took, "error", failed.report_error_type);
  }
  if (auto work = setting_.owner.take_work(*this)) {
    begin(std::move(*work));
    if (patience_ == Patience::Slow) begun_us_ = started_us_;
    finish_failed(failed);
  }
  setting_.owner.start_ended(*this);
  end();
}

void Environment::init_failed(std::string payload, std::string error_type) {
  drain();
  if (payload.empty()) payload = error_document(error_type.empty() ? "Runtime.Unknown" : error_type, "");
  init_reported_ = true;
  fail_start({Outcome::Kind::InitError, std::move(payload), "error", std::move(error_type)});
}

// --- End ---

void Environment::retire() {
  retiring_ = true;
  if (state_ == State::Idle) end();
}

void Environment::abort(const char* why) {
  if (state_ >= State::Ending) return;
  if (work_) finish_failed({Outcome::Kind::Internal, why, "error", ""});
  if (state_ == State::Starting) setting_.owner.start_ended(*this);
  end();
}

// docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html#runtimes-lifecycle-shutdown
void Environment::end(std::string_view reason) {
  if (state_ >= State::Ending) return;
  state_ = State::Ending;
  no_longer_returning();
  wake_.cancel();
  watch_.cancel();
  thaw();
  telemetry_.flush();
  if (shut_down_extensions(reason)) {
    process_.end_program();
    deadline_.expires_after(std::chrono::milliseconds(kShutdownMs));
    deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled && self->state_ == State::Ending) self->kill();
    });
    return;
  }
  kill();
}

void Environment::kill() {
  listener_.close();
  freeze_.cancel();
  deadline_.cancel();
  process_.kill();  // process_ended() follows
}

// Between invocations nothing inside runs, as in Lambda. Not at once: who is invoked again and again need not be woken,
// and extensions hear of the invocation while they can.
void Environment::arm_freeze() {
  telemetry_.flush();
  freeze_.expires_after(std::chrono::milliseconds(kFreezeAfterMs));
  freeze_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled || self->state_ != State::Idle || self->frozen_) return;
    if (self->telemetry_.busy() && ++self->freeze_delays_ <= kMostFreezeDelays) return self->arm_freeze();
    self->freeze_delays_ = 0;
    self->frozen_ = true;
    self->process_.freeze();
  });
}

void Environment::thaw() {
  if (std::exchange(frozen_, false)) process_.thaw();
}

int Environment::max_memory_mb() const {
  if (out_of_memory_) return spec_->memory_mb;
  const auto peak = process_.peak_bytes();
  return static_cast<int>(std::min<std::int64_t>(round_up_mb(peak.value_or(0)), spec_->memory_mb));
}

double Environment::since_ms(std::int64_t start_us) const {
  return static_cast<double>(setting_.clock.monotonic_us() - start_us) / 1000.0;
}

}  // namespace orrery::functions
