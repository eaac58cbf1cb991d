// One invocation in an environment: from the pool, to the runtime, and back.
#include "functions/clock_page.h"
#include "functions/environment.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace orrery::functions {
namespace {

constexpr int kWatchEveryMs = 100;
constexpr int kReturnMs = 20;

}  // namespace

// The network is shared by all sandboxes: another one must not fetch our events. Each has a host user of its own (where
// the server may give it one, see Sandboxes), which the kernel knows of every socket.
bool Environment::is_own_user(std::optional<std::uint32_t> user) const {
  return spec_->network == Network::None || !process_.uid || user == process_.uid;
}

void Environment::next_requested() {
  if (state_ != State::Starting && state_ != State::Finishing) {
    wake_.cancel();  // an older request for the next invocation is abandoned
    return;
  }
  runtime_waits_ = true;
  come_to_rest();
}

// Runtime and extensions have all asked for what comes next: the initialisation or the invocation is over.
void Environment::come_to_rest() {
  if (!runtime_waits_ || !extensions_.ready() || (state_ != State::Starting && state_ != State::Finishing)) return;
  deadline_.cancel();
  ++deadline_number_;
  const bool started = state_ == State::Starting;
  ready_ = true;
  if (started) initialised();
  if (started) telemetry_.close_subscriptions();
  if (state_ == State::Finishing) drain();
  watch_.cancel();
  log_.flush();
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
      arm_freeze();
      setting_.owner.became_idle(self);
    }
  } else {
    end();
  }
  no_longer_returning();
  if (started) setting_.owner.start_ended(*this);
}

void Environment::initialised() {
  const double took = since_ms(started_us_);
  log_.init_done(initialization(), took, "success", "");
  // Nobody waited for what was initialised ahead: it is no part of an invocation's report.
  if (kind_ == Kind::OnDemand) init_ms_ = took;
}

bool Environment::usable() const {
  if (state_ != State::Idle || (!sees_clock_ && is_wound(setting_.clock))) return false;
  return setting_.clock.now() + Millis(spec_->timeout_ms) < credentials_expire_;
}

void Environment::run(Work work) {
  thaw();
  begin(std::move(work));
  state_ = State::Busy;
  undelivered_ = true;
  streaming_ = false;
  runtime_waits_ = false;
  // The function compares it with what its clock shows.
  deadline_epoch_ms_ = std::to_string(epoch_ms(shown_now()) + spec_->timeout_ms);
  extensions_.tell_invoke(work_->invocation, deadline_epoch_ms_);
  arm_deadline(spec_->timeout_ms);
  watch_invocation();
  wake_.cancel();
}

void Environment::begin(Work work) {
  work_ = std::move(work);
  begun_us_ = setting_.clock.monotonic_us();
  log_.start(work_->invocation);
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
  end("timeout");
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
    self->log_.flush();
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

void Environment::response_too_large(std::size_t most_bytes) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::FunctionError;
  outcome.payload =
      error_document("Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (" +
                                                          std::to_string(most_bytes) + " bytes).");
  log_.trouble(outcome.payload, work_->invocation.request_id);
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
      log_.trouble(iso8601_millis(setting_.clock.now()) + " " + id + " " + failed.payload, id);
    } else {
      log_.trouble(message + "\n" + type, id);
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
  drain();
  log_.end_of_output();
  outcome.init_ms = std::exchange(init_ms_, std::nullopt);
  // Since August 2025 the initialisation is billed for every kind of function.
  outcome.billed_ms = static_cast<std::int64_t>(std::ceil(outcome.duration_ms + outcome.init_ms.value_or(0)));
  outcome.max_memory_mb = max_memory_mb();
  outcome.log_stream = log_.stream();
  if (outcome.kind != Outcome::Kind::Ok && outcome.kind != Outcome::Kind::Internal)
    outcome.function_error = "Unhandled";
  const std::string& id = work.invocation.request_id;
  log_.done({id, outcome.duration_ms, outcome.billed_ms, spec_->memory_mb, outcome.max_memory_mb, outcome.init_ms,
             std::string(report_status), std::string(report_error_type)});
  log_.flush();
  outcome.log_tail = log_.take_tail();
  if (state_ == State::Busy) {
    state_ = State::Finishing;
    arm_deadline(std::max<std::int64_t>(spec_->timeout_ms, 1000));
    expect_return();
  }
  if (outcome.kind != Outcome::Kind::Internal && setting_.options.listener != nullptr) {
    setting_.options.listener->ended(*spec_, work.invocation.invoked_function_arn,
                                     {outcome.kind == Outcome::Kind::Ok, outcome.duration_ms});
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

}  // namespace orrery::functions
