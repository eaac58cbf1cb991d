#include "functions/pool.h"

#include "base/log.h"
#include "http/post.h"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace orrery::functions {
namespace {

namespace asio = boost::asio;

constexpr const char* kClosing = "The server is shutting down";

http::Options server_options() {
  http::Options options;
  // A function may run for 15 minutes between two requests of its runtime.
  options.limits.keep_alive_idle_ms = 3'600'000;
  options.limits.body_idle_timeout_ms = 3'600'000;  // nor need it hurry with a response that it streams
  return options;
}

std::string account_of(const FunctionSpec& spec) { return spec.account + ":" + spec.region; }

http::awaitable<http::Response> no_such_place(http::Request&) { co_return http::Response::text(404, ""); }

}  // namespace

Environments::Pool::Pool(Clock& clock, Random& random, Options options, CredentialsProvider credentials, LogSink logs,
                         std::unique_ptr<Sandboxes> sandboxes)
    : clock_(clock),
      options_(std::move(options)),
      credentials_(std::move(credentials)),
      logs_(std::move(logs)),
      sandboxes_(std::move(sandboxes)),
      server_(server_options(), no_such_place),
      templates_(options_.work_dir + "/python"),
      setting_{clock, random, *sandboxes_, server_, options_, credentials_, logs_, *this, templates_},
      idle_timer_(server_.context(0)),
      unreserved_(options_.concurrency) {}

Result<> Environments::Pool::start() {
  TRY(server_.start());
  asio::post(server_.context(0), [this] { watch_idle(); });
  return {};
}

void Environments::Pool::invoke(Work work) {
  ++in_flight_;
  // Whatever way it ends, this is counted and waiters learn of it.
  work.done = [this, done = std::move(work.done)](Outcome outcome) {
    done(std::move(outcome));
    if (--in_flight_ == 0 && closing_) {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    }
  };
  if (closing_) return refuse(work, Outcome::Kind::Internal, kClosing);
  asio::post(server_.context(0), [this, work = std::move(work)]() mutable { submit(std::move(work)); });
}

// Whoever asks for a Python function will start one.
void Environments::Pool::warm(const Interpreter& interpreter) {
  if (interpreter.runtime.starts_with("python") && !closing_) {
    asio::post(server_.context(0), [this, &interpreter] { templates_.warm(interpreter, is_wound(clock_)); });
  }
}

void Environments::Pool::refuse(Work& work, Outcome::Kind kind, std::string payload) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.payload = std::move(payload);
  work.done(std::move(outcome));
}

// docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html; the reasons are those of TooManyRequestsException. What
// is reserved for a function is its own: it takes nothing of what the others share.
bool Environments::Pool::admitted(Work& work) {
  const std::string id = function_id(*work.spec);
  const bool reserved = work.spec->reserved_concurrency.has_value();
  const char* why = nullptr;
  int of_function = 0;
  int of_account = 0;
  {
    const std::lock_guard lock(figures_mutex_);
    const auto found = running_.find(id);
    const int running = found == running_.end() ? 0 : found->second;
    if (reserved && running >= *work.spec->reserved_concurrency) {
      why = "ReservedFunctionConcurrentInvocationLimitExceeded";
    } else if (!reserved && unreserved_running_ >= unreserved_) {
      why = "ConcurrentInvocationLimitExceeded";
    }
    if (why == nullptr) {
      of_function = ++running_[id];
      of_account = ++running_in_account_[account_of(*work.spec)];
    }
  }
  InvocationListener* const listener = options_.listener.get();
  if (why != nullptr) {
    if (listener != nullptr) listener->throttled(*work.spec, work.invocation.invoked_function_arn);
    return refuse(work, Outcome::Kind::Throttled, why), false;
  }
  if (listener != nullptr) {
    listener->admitted(*work.spec, work.invocation.invoked_function_arn, of_function, of_account);
  }
  if (!reserved) ++unreserved_running_;
  work.done = [this, id, reserved, spec = work.spec, done = std::move(work.done)](Outcome outcome) {
    left(id, account_of(*spec), reserved);
    done(std::move(outcome));
  };
  return true;
}

void Environments::Pool::left(const std::string& id, const std::string& account, bool reserved) {
  if (!reserved) --unreserved_running_;
  const std::lock_guard lock(figures_mutex_);
  if (const auto found = running_.find(id); --found->second == 0) running_.erase(found);
  --running_in_account_[account];
}

int Environments::Pool::in_flight(const std::string& function_id) const {
  const std::lock_guard lock(figures_mutex_);
  const auto found = running_.find(function_id);
  return found == running_.end() ? 0 : found->second;
}

void Environments::Pool::submit(Work work) {
  if (ended_) return refuse(work, Outcome::Kind::Internal, kClosing);
  if (!admitted(work)) return;
  const std::string key = work.spec->key;
  Group& group = groups_[key];
  group.spec = work.spec;
  if (Environment* environment = take_idle(group)) {
    environment->run(std::move(work));
    return note_provisioned(key);
  }
  group.waiting.push_back(std::move(work));
  pump();
}

// Provisioned ones first (docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html), then the last used.
Environment* Environments::Pool::take_idle(Group& group) {
  while (!group.idle.empty()) {
    auto chosen = std::prev(group.idle.end());
    if (!group.provisioned.empty()) {
      const auto first = std::find_if(group.idle.rbegin(), group.idle.rend(),
                                      [&group](Environment* one) { return group.provisioned.contains(one); });
      if (first != group.idle.rend()) chosen = std::prev(first.base());
    }
    Environment* environment = *chosen;
    group.idle.erase(chosen);
    if (environment->usable()) return environment;
    environment->retire();
  }
  return nullptr;
}

bool Environments::Pool::wants_start(const Group& group) const {
  return group.starting + group.returning < group.waiting.size() || lacks_provisioned(group);
}

// Starts environments for invocations that wait and for places provisioned, within the limit. Whose function has the
// fewest comes first: a burst of one does not keep the others waiting.
void Environments::Pool::pump() {
  while (starting_ < options_.starting && !ended_) {
    auto next = groups_.end();
    for (auto at = groups_.begin(); at != groups_.end(); ++at) {
      if (!wants_start(at->second)) continue;
      if (next == groups_.end() || at->second.alive.size() < next->second.alive.size()) next = at;
    }
    if (next == groups_.end()) return;
    const std::string key = next->first;  // a launch that fails may drop the group
    Group& group = next->second;
    const bool asked = group.starting + group.returning < group.waiting.size();
    launch(group, Environment::Patience::Usual, asked ? Environment::Kind::OnDemand : Environment::Kind::Provisioned);
    drop_if_empty(key);
  }
}

void Environments::Pool::launch(Group& group, Environment::Patience patience, Environment::Kind kind) {
  auto environment =
      std::make_shared<Environment>(setting_, group.spec, "env-" + std::to_string(++next_name_), patience, kind);
  ever_launched_ = true;
  if (const auto started = environment->start(); !started) return launch_failed(group, started.error(), kind);
  group.alive.insert(environment);
  if (kind == Environment::Kind::Provisioned) {
    group.provisioned.insert(environment.get());
  } else {
    ++group.starting;
  }
  ++starting_;
  ++alive_;
}

// Once a function ran here, a request of its may be under way even when its process is gone.
bool Environments::Pool::may_be_function(const http::Request& request) const {
  if (!ever_launched_ || !sandboxes_->separate_users() || !request.peer_user) return false;
  const auto user = request.peer_user();
  return !user || sandboxes_->is_sandbox_user(*user);
}

void Environments::Pool::launch_failed(Group& group, const Error& error, Environment::Kind kind) {
  log::warning("an execution environment could not be started",
               {{"function", group.spec->name}, {"reason", error.message}});
  if (kind == Environment::Kind::Provisioned) {
    group.provision_failure = error.message;
    return note_provisioned(group.spec->key);
  }
  if (group.waiting.empty()) return;
  Work work = std::move(group.waiting.front());
  group.waiting.pop_front();
  refuse(work, error.code == kRoleDenied ? Outcome::Kind::Denied : Outcome::Kind::Internal, error.message);
}

std::optional<Work> Environments::Pool::take_work(Environment& environment) {
  Group& group = groups_[environment.spec().key];
  if (group.waiting.empty()) return std::nullopt;
  Work work = std::move(group.waiting.front());
  group.waiting.pop_front();
  return work;
}

void Environments::Pool::became_idle(const std::shared_ptr<Environment>& environment) {
  groups_[environment->spec().key].idle.push_back(environment.get());
  note_provisioned(environment->spec().key);
}

void Environments::Pool::start_is_slow(Environment& environment) {
  if (!environment.leave_start()) return;
  --starting_;
  pump();
}

void Environments::Pool::start_ended(Environment& environment) {
  if (environment.kind() == Environment::Kind::OnDemand) --groups_[environment.spec().key].starting;
  if (environment.leave_start()) --starting_;
  // Not from within the environment's own step.
  asio::post(server_.context(0), [this] { pump(); });
}

void Environments::Pool::returning(Environment& environment, bool yes) {
  Group& group = groups_[environment.spec().key];
  if (yes) {
    ++group.returning;
    return;
  }
  --group.returning;
  if (!group.waiting.empty()) asio::post(server_.context(0), [this] { pump(); });
}

void Environments::Pool::wants_slow_start(Environment& environment) {
  Group& group = groups_[environment.spec().key];
  --group.starting;
  if (environment.leave_start()) --starting_;
  if (!group.waiting.empty() && !ended_) {
    launch(group, Environment::Patience::Slow, Environment::Kind::OnDemand);
  }
}

void Environments::Pool::ended(Environment& environment) {
  const std::string key = environment.spec().key;
  Group& group = groups_[key];
  std::erase(group.idle, &environment);
  if (environment.kind() == Environment::Kind::Provisioned) provisioned_ended(group, environment);
  group.alive.erase(environment.shared_from_this());
  --alive_;
  drop_if_empty(key);
  asio::post(server_.context(0), [this] { pump(); });
  if (closing_) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
}

void Environments::Pool::drop_if_empty(const std::string& key) {
  const auto found = groups_.find(key);
  if (found == groups_.end() || !found->second.alive.empty() || !found->second.waiting.empty() ||
      found->second.wanted > 0) {
    return;
  }
  groups_.erase(found);
  if (options_.key_ended) options_.key_ended(key);
}

void Environments::Pool::retire(std::function<bool(const std::string&, const FunctionSpec&)> chosen) {
  asio::post(server_.context(0), [this, chosen = std::move(chosen)] {
    for (auto& [key, group] : groups_) {
      if (!chosen(key, *group.spec)) continue;
      group.wanted = 0;
      group.idle.clear();
      for (const auto& environment : group.alive) environment->retire();
      note_provisioned(key);
    }
  });
}

void Environments::Pool::watch_idle() {
  const std::int64_t before = clock_.monotonic_us() - std::int64_t{options_.idle_retire_ms} * 1000;
  for (auto& [key, group] : groups_) retire_unwanted(group, before);
  idle_timer_.expires_after(std::chrono::milliseconds(std::clamp(options_.idle_retire_ms / 4, 50, 10'000)));
  idle_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) watch_idle();
  });
}

// What has been idle for too long, and provisioned ones whose credentials are about to expire: those start anew.
void Environments::Pool::retire_unwanted(Group& group, std::int64_t idle_since_us) {
  for (const auto& environment : group.alive) {
    const bool expired = group.provisioned.contains(environment.get())
                             ? environment->idle_since(clock_.monotonic_us()) && !environment->usable()
                             : environment->idle_since(idle_since_us);
    if (!expired) continue;
    std::erase(group.idle, environment.get());
    environment->retire();
  }
}

void Environments::Pool::end_all() {
  ended_ = true;
  idle_timer_.cancel();
  for (auto& [key, group] : groups_) {
    group.wanted = 0;
    group.idle.clear();
    while (!group.waiting.empty()) {
      Work work = std::move(group.waiting.front());
      group.waiting.pop_front();
      refuse(work, Outcome::Kind::Internal, kClosing);
    }
    for (const auto& environment : group.alive) environment->abort(kClosing);
  }
}

void Environments::Pool::shutdown(Millis grace) {
  if (closing_.exchange(true)) return;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, grace, [this] { return in_flight_ == 0; });
  }
  http::post_or_crash(server_.context(0), [this] { end_all(); });
  {
    // Killed processes are gone within milliseconds; what the kernel holds on to longer is not waited for.
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(5), [this] { return alive_ == 0 && in_flight_ == 0; });
  }
  server_.stop(0);
}

}  // namespace orrery::functions
