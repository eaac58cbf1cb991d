#include "functions/environment.h"

#include "base/log.h"
#include "functions/environment_variables.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace orrery::functions {
namespace {

namespace asio = boost::asio;

// docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: the init phase is limited to 10 seconds; after
// that it is tried again during the invocation, within the function's timeout.
constexpr int kStartLimitMs = 10'000;
constexpr int kProvisionedStartLimitMs = 130'000;  // or the function's timeout, when that is longer
constexpr int kWatchEveryMs = 100;
constexpr int kReturnMs = 20;
constexpr std::size_t kTailBytes = 4096;                      // LogType=Tail
constexpr std::size_t kFlushBytes = std::size_t{256} * 1024;  // of collected log lines
constexpr std::size_t kDrainBytes =
    std::size_t{512} * 1024;  // twice the pipe: all that was written before a result was posted
constexpr std::int64_t kBytesPerMb = std::int64_t{1024} * 1024;

std::int64_t round_up_mb(std::int64_t bytes) { return (bytes + kBytesPerMb - 1) / kBytesPerMb; }

// "2026/03/01/[$LATEST]" and 32 hexadecimal digits.
std::string stream_name(Instant now, const std::string& version, Random& random) {
  std::string day = iso8601_seconds(now).substr(0, 10);
  std::replace(day.begin(), day.end(), '-', '/');
  return day + "/[" + version + "]" + random.token(32, kLowerHex);
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
      deadline_(setting.server.context(0)),
      watch_(setting.server.context(0)),
      wake_(setting.server.context(0), asio::steady_timer::time_point::max()) {}

Result<> Environment::start() {
  started_us_ = setting_.clock.monotonic_us();
  const Credentials credentials = TRY(setting_.credentials(*spec_));
  credentials_expire_ = credentials.expires;
  log_stream_ = stream_name(setting_.clock.now(), spec_->version, setting_.random);
  listener_ = TRY(setting_.server.listen("127.0.0.1", 0, RuntimeApi::handler(shared_from_this())));
  process_ = TRY(setting_.sandboxes.start(sandbox_spec(credentials, listener_.port())));
  log("INIT_START Runtime Version: " + spec_->runtime);
  note_interpreter();
  output_.assign(process_.output.get());
  pidfd_.assign(process_.pidfd.get());
  watch_output();
  watch_process();
  arm_start_timer();
  return {};
}

SandboxSpec Environment::sandbox_spec(const Credentials& credentials, std::uint16_t port) const {
  SandboxSpec sandbox;
  sandbox.name = name_;
  sandbox.code_dir = spec_->code_dir;
  sandbox.memory_mb = spec_->memory_mb;
  sandbox.layer_dirs = spec_->layer_dirs;
  sandbox.ephemeral_mb = spec_->ephemeral_mb;
  sandbox.variables = environment_variables(*spec_, credentials, log_stream_, "127.0.0.1:" + std::to_string(port),
                                            setting_.options.endpoint_url);
  if (kind_ == Kind::Provisioned) {
    std::replace(sandbox.variables.begin(), sandbox.variables.end(),
                 std::string("AWS_LAMBDA_INITIALIZATION_TYPE=on-demand"),
                 std::string("AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency"));
  }
  const Language language = language_of(*spec_);
  if (language == Language::Custom) {
    sandbox.arguments = {"/var/task/bootstrap"};
    return sandbox;
  }
  const Interpreter* interpreter = choose_interpreter(setting_.options.interpreters, spec_->runtime);
  sandbox.prefix = interpreter->prefix;
  if (language == Language::Python) {
    sandbox.runtime_dir = setting_.options.work_dir + "/python";
    sandbox.arguments = {interpreter->path, "-S", "/var/runtime/bootstrap.py"};
  } else {
    sandbox.runtime_dir = setting_.options.work_dir + "/node";
    // As in Lambda nine tenths of the memory are the heap's: collecting comes before the limit.
    sandbox.arguments = {interpreter->path, "--max-old-space-size=" + std::to_string(spec_->memory_mb * 9 / 10),
                         "/var/runtime/bootstrap.cjs"};
  }
  return sandbox;
}

void Environment::note_interpreter() {
  if (language_of(*spec_) == Language::Custom) return;
  const Interpreter* interpreter = choose_interpreter(setting_.options.interpreters, spec_->runtime);
  if (interpreter->runtime == spec_->runtime) return;
  const std::string name = language_of(*spec_) == Language::Python ? "Python " : "Node.js ";
  log("[WARNING]\tThis machine has no " + spec_->runtime + "; the function runs on " + name + interpreter->version +
      " (" + interpreter->path + ")");
}

// --- Output and the process ---

void Environment::watch_output() {
  output_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& failed) {
                       if (failed || self->state_ == State::Gone) return;
                       self->drain(kDrainBytes);
                       if (self->output_.is_open()) self->watch_output();
                     });
}

// Takes what lies in the pipe. At its end (nobody inside holds it any more) watching stops.
void Environment::drain(std::size_t limit_bytes) {
  char buffer[64 * 1024];
  const auto take = [this](std::string line) { log(std::move(line)); };
  for (std::size_t total = 0; total < limit_bytes && output_.is_open();) {
    const ssize_t n = ::read(process_.output.get(), buffer, sizeof buffer);
    if (n < 0) return;  // EAGAIN
    if (n == 0) {
      output_.release();
      return;
    }
    total += static_cast<std::size_t>(n);
    splitter_.push({buffer, static_cast<std::size_t>(n)}, take);
  }
}

void Environment::watch_process() {
  pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const boost::system::error_code& failed) {
                      if (!failed) self->process_ended();
                    });
}

void Environment::process_ended() {
  drain(SIZE_MAX);  // nobody writes any more: what is left is at most the pipe
  splitter_.flush([this](std::string line) { log(std::move(line)); });
  out_of_memory_ = out_of_memory_ || process_.cgroup.out_of_memory();
  const std::string how = process_.reap();
  const State state = std::exchange(state_, State::Ending);
  process_ended_during(state, how);
  flush_logs();
  no_longer_returning();
  state_ = State::Gone;
  listener_.close();
  wake_.cancel();
  deadline_.cancel();
  watch_.cancel();
  // The descriptors belong to process_.
  if (output_.is_open()) output_.release();
  pidfd_.release();
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
      log(exit_message(how));
      break;
    case State::Ending:
    case State::Gone:
      break;
  }
}

// Payloads that name the request get its id in finish_failed().
Environment::Failed Environment::exit_failure(const std::string& how) const {
  if (how.starts_with("failed")) {
    // The launcher's last step is executing the program: what fails before it is ours, not the function's.
    const bool program = how.find("execve") != std::string::npos;
    if (!program) {
      log::warning("a sandbox could not be started", {{"function", spec_->name}, {"reason", how}});
      return {Outcome::Kind::Internal, "The execution environment could not be started: " + how, "error", ""};
    }
    std::string why = how.substr(how.rfind(": ") + 2);
    why[0] = static_cast<char>(why[0] | 0x20);  // "permission denied": Lambda's own words come out of Go
    std::string message = "fork/exec /var/task/bootstrap: " + why;
    if (language_of(*spec_) != Language::Custom) {
      message = "the interpreter cannot be executed: " + why;
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
}

void Environment::start_took_too_long() {
  drain(kDrainBytes);
  if (patience_ == Patience::Usual && kind_ == Kind::OnDemand) {
    log(init_report_line(since_ms(started_us_), "timeout", ""));
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
    log(init_report_line(took, "error", failed.report_error_type));
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
  drain(kDrainBytes);
  if (payload.empty()) payload = error_document(error_type.empty() ? "Runtime.Unknown" : error_type, "");
  init_reported_ = true;
  fail_start({Outcome::Kind::InitError, std::move(payload), "error", std::move(error_type)});
}

// --- Invocations ---

// The network is shared by all sandboxes: another one must not fetch our events. Each has a host user of its own (where
// the server may give it one, see Sandboxes), which the kernel knows of every socket.
bool Environment::is_own_peer(const http::Request& request) const {
  return !process_.uid || request.peer_user() == process_.uid;
}

void Environment::next_requested() {
  if (state_ != State::Starting && state_ != State::Finishing) {
    wake_.cancel();  // an older request for the next invocation is abandoned
    return;
  }
  deadline_.cancel();
  ++deadline_number_;
  const bool started = state_ == State::Starting;
  ready_ = true;
  if (started) init_ms_ = since_ms(started_us_);
  if (state_ == State::Finishing) drain(kDrainBytes);
  watch_.cancel();
  flush_logs();
  state_ = State::Idle;
  idle_since_us_ = setting_.clock.monotonic_us();
  if (retiring_) {
    if (started) setting_.owner.start_ended(*this);
    end();
    return;
  }
  const auto self = shared_from_this();
  if (usable() || started) {
    if (auto work = setting_.owner.take_work(*this)) {
      run(std::move(*work));
    } else {
      setting_.owner.became_idle(self);
    }
  } else {
    end();
  }
  no_longer_returning();
  if (started) setting_.owner.start_ended(*this);
}

bool Environment::usable() const {
  return state_ == State::Idle && setting_.clock.now() + Millis(spec_->timeout_ms) < credentials_expire_;
}

void Environment::run(Work work) {
  begin(std::move(work));
  state_ = State::Busy;
  undelivered_ = true;
  streaming_ = false;
  // The function compares it with its own machine's clock.
  deadline_epoch_ms_ = std::to_string(epoch_ms(setting_.clock.machine_now()) + spec_->timeout_ms);
  arm_deadline(spec_->timeout_ms);
  watch_invocation();
  wake_.cancel();
}

void Environment::begin(Work work) {
  work_ = std::move(work);
  begun_us_ = setting_.clock.monotonic_us();
  log(start_line(work_->invocation.request_id, spec_->version));
}

void Environment::arm_deadline(std::int64_t after_ms) {
  deadline_.expires_after(std::chrono::milliseconds(after_ms));
  // An expiry that is already queued cannot be cancelled: the number tells that it is of the past.
  deadline_.async_wait(
      [self = shared_from_this(), number = ++deadline_number_](const boost::system::error_code& cancelled) {
        if (!cancelled && number == self->deadline_number_) self->deadline_passed();
      });
}

void Environment::deadline_passed() {
  if (state_ == State::Finishing) return end();  // never came back for more
  if (state_ != State::Busy) return;
  finish_failed({Outcome::Kind::Timeout, timeout_message(spec_->timeout_ms), "timeout", "Sandbox.Timedout"});
  end();
}

// Memory that is neither /tmp nor file cache must stay below what was configured; the group's own limit is wider by
// /tmp.
void Environment::watch_invocation() {
  watch_.expires_after(std::chrono::milliseconds(kWatchEveryMs));
  watch_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled || self->state_ != State::Busy) return;
    const auto used = self->process_.cgroup.anonymous_bytes();
    if (used && *used > std::int64_t{self->spec_->memory_mb} * kBytesPerMb) {
      self->out_of_memory_ = true;
      self->process_.kill();  // process_ended() tells the caller
    }
    self->flush_logs();
    self->watch_invocation();
  });
}

bool Environment::is_current(std::string_view request_id) const {
  return state_ == State::Busy && !undelivered_ && work_->invocation.request_id == request_id;
}

void Environment::succeeded(std::string payload) {
  Outcome outcome;
  outcome.payload = std::move(payload);
  finish(std::move(outcome), "", "");
}

void Environment::invocation_failed(std::string payload) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::FunctionError;
  outcome.payload = std::move(payload);
  finish(std::move(outcome), "", "");
}

void Environment::response_too_large() {
  Outcome outcome;
  outcome.kind = Outcome::Kind::FunctionError;
  outcome.payload = error_document("Function.ResponseSizeTooLarge",
                                   "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
  log(outcome.payload);
  finish(std::move(outcome), "error", "Function.ResponseSizeTooLarge");
}

void Environment::finish_failed(const Failed& failed) {
  const std::string& id = work_->invocation.request_id;
  Outcome outcome;
  outcome.kind = failed.kind;
  if (init_reported_ || failed.kind == Outcome::Kind::Internal) {
    outcome.payload = failed.payload;
  } else {
    const std::string message = "RequestId: " + id + " Error: " + failed.payload;
    // To the caller running out of memory is an exit like any other.
    const bool oom = failed.report_error_type == "Runtime.OutOfMemory";
    const std::string type = oom ? "Runtime.ExitError" : failed.report_error_type;
    outcome.payload = error_document(type, message);
    if (failed.kind == Outcome::Kind::Timeout) {
      log(iso8601_millis(setting_.clock.now()) + " " + id + " " + failed.payload);
    } else {
      log(message + "\n" + type);
    }
  }
  finish(std::move(outcome), failed.report_status,
         failed.kind == Outcome::Kind::Timeout ? std::string_view() : failed.report_error_type);
}

void Environment::finish(Outcome outcome, std::string_view report_status, std::string_view report_error_type) {
  Work work = *std::exchange(work_, std::nullopt);
  outcome.duration_ms = since_ms(begun_us_);
  if (outcome.kind == Outcome::Kind::Timeout) outcome.duration_ms = spec_->timeout_ms;
  undelivered_ = false;
  drain(kDrainBytes);
  splitter_.flush([this](std::string line) { log(std::move(line)); });
  outcome.init_ms = std::exchange(init_ms_, std::nullopt);
  // Since August 2025 the initialisation is billed for every kind of function.
  outcome.billed_ms = static_cast<std::int64_t>(std::ceil(outcome.duration_ms + outcome.init_ms.value_or(0)));
  outcome.max_memory_mb = max_memory_mb();
  outcome.log_stream = log_stream_;
  if (outcome.kind != Outcome::Kind::Ok && outcome.kind != Outcome::Kind::Internal)
    outcome.function_error = "Unhandled";
  const std::string& id = work.invocation.request_id;
  log(end_line(id));
  log(report_line({id, outcome.duration_ms, outcome.billed_ms, spec_->memory_mb, outcome.max_memory_mb, outcome.init_ms,
                   std::string(report_status), std::string(report_error_type)}));
  flush_logs();
  outcome.log_tail =
      tail_.size() > kTailBytes ? to_utf8(std::string_view(tail_).substr(tail_.size() - kTailBytes)) : tail_;
  tail_.clear();
  if (state_ == State::Busy) {
    state_ = State::Finishing;
    arm_deadline(std::max<std::int64_t>(spec_->timeout_ms, 1000));
    expect_return();
  }
  work.done(std::move(outcome));
}

// A runtime asks for the next invocation right after it answered. Whoever invokes in between should get this
// environment rather than start another one; unless the function goes on with something of its own.
void Environment::expect_return() {
  returning_ = true;
  setting_.owner.returning(*this, true);
  watch_.expires_after(std::chrono::milliseconds(kReturnMs));
  watch_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && self->state_ == State::Finishing) self->no_longer_returning();
  });
}

void Environment::no_longer_returning() {
  if (std::exchange(returning_, false)) setting_.owner.returning(*this, false);
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

void Environment::end() {
  if (state_ >= State::Ending) return;
  state_ = State::Ending;
  no_longer_returning();
  listener_.close();
  wake_.cancel();
  deadline_.cancel();
  watch_.cancel();
  process_.kill();  // process_ended() follows
}

void Environment::log(std::string text) {
  line_bytes_ += text.size();
  tail_.append(text).push_back('\n');
  if (tail_.size() > 4 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  lines_.push_back({setting_.clock.now(), std::move(text)});
  if (line_bytes_ >= kFlushBytes) flush_logs();
}

void Environment::flush_logs() {
  if (lines_.empty()) return;
  setting_.logs(*spec_, log_stream_, lines_);
  lines_.clear();
  line_bytes_ = 0;
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
