#include "functions/environments.h"

#include "base/log.h"
#include "functions/environment.h"
#include "functions/environment_variables.h"
#include "functions/runtimes/python_bootstrap.h"
#include "http/post.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <unordered_map>

#include <boost/asio/post.hpp>
#include <sys/stat.h>

namespace orrery::functions {
namespace {

namespace asio = boost::asio;

constexpr const char* kClosing = "The server is shutting down";

http::Options server_options() {
  http::Options options;
  // A function may run for 15 minutes between two requests of its runtime.
  options.limits.keep_alive_idle_ms = 3'600'000;
  return options;
}

http::awaitable<http::Response> no_such_place(http::Request&) { co_return http::Response::text(404, ""); }

// All environments of one key.
struct Group {
  std::shared_ptr<const FunctionSpec> spec;
  std::set<std::shared_ptr<Environment>> alive;
  std::vector<Environment*> idle;  // the last used is the next to be used
  std::deque<Work> waiting;
  std::size_t starting = 0;
  std::size_t returning = 0;  // have answered and will ask for the next invocation in a moment
};

}  // namespace

class Environments::Pool final : public EnvironmentOwner {
 public:
  Pool(Clock& clock, Random& random, Options options, CredentialsProvider credentials, LogSink logs,
       std::unique_ptr<Sandboxes> sandboxes)
      : clock_(clock),
        options_(std::move(options)),
        credentials_(std::move(credentials)),
        logs_(std::move(logs)),
        sandboxes_(std::move(sandboxes)),
        server_(server_options(), no_such_place),
        setting_{
            clock, random, *sandboxes_, server_, options_, credentials_, logs_, *this, options_.work_dir + "/python"},
        idle_timer_(server_.context(0)) {}

  Result<> start() {
    TRY(server_.start());
    asio::post(server_.context(0), [this] { watch_idle(); });
    return {};
  }

  // Any thread.
  void invoke(Work work);
  void retire(std::function<bool(const std::string& key, const FunctionSpec&)> chosen);
  void shutdown(Millis grace);
  int in_flight() const { return in_flight_.load(); }
  int environments() const { return alive_.load(); }
  const Options& options() const { return options_; }
  const Sandboxes& sandboxes() const { return *sandboxes_; }
  bool may_be_function(const http::Request& request) const;

  // The pool's thread.
  std::optional<Work> take_work(Environment& environment) override;
  void became_idle(const std::shared_ptr<Environment>& environment) override;
  void start_ended(Environment& environment) override;
  void returning(Environment& environment, bool yes) override;
  void wants_slow_start(Environment& environment) override;
  void ended(Environment& environment) override;

 private:
  void submit(Work work);
  bool admitted(Work& work);
  void refuse(Work& work, Outcome::Kind kind, std::string payload);
  void pump(Group& group);
  void pump_all();
  void launch(Group& group, Environment::Patience patience);
  void launch_failed(Group& group, const Error& error);
  void drop_if_empty(const std::string& key);
  void watch_idle();
  void end_all();

  Clock& clock_;
  const Options options_;
  const CredentialsProvider credentials_;
  const LogSink logs_;
  const std::unique_ptr<Sandboxes> sandboxes_;
  http::Server server_;
  EnvironmentSetting setting_;
  asio::steady_timer idle_timer_;
  std::unordered_map<std::string, Group> groups_;  // by FunctionSpec::key
  std::unordered_map<std::string, int> running_;   // invocations admitted, by function name
  int admitted_ = 0;
  bool ended_ = false;  // nothing is taken or started any more
  int starting_ = 0;
  std::uint64_t next_name_ = 0;
  std::atomic<int> in_flight_ = 0, alive_ = 0;
  std::atomic<bool> closing_ = false;
  std::atomic<bool> ever_launched_ = false;
  std::mutex mutex_;  // only for shutdown() to wait with
  std::condition_variable changed_;
};

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

void Environments::Pool::refuse(Work& work, Outcome::Kind kind, std::string payload) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.payload = std::move(payload);
  work.done(std::move(outcome));
}

// docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html; the reasons are those of TooManyRequestsException.
bool Environments::Pool::admitted(Work& work) {
  int& running = running_[work.spec->name];
  if (work.spec->reserved_concurrency && running >= *work.spec->reserved_concurrency) {
    refuse(work, Outcome::Kind::Throttled, "ReservedFunctionConcurrentInvocationLimitExceeded");
    return false;
  }
  if (admitted_ >= options_.concurrency) {
    refuse(work, Outcome::Kind::Throttled, "ConcurrentInvocationLimitExceeded");
    return false;
  }
  ++running;
  ++admitted_;
  work.done = [this, name = work.spec->name, done = std::move(work.done)](Outcome outcome) {
    --admitted_;
    if (const auto found = running_.find(name); --found->second == 0) running_.erase(found);
    done(std::move(outcome));
  };
  return true;
}

void Environments::Pool::submit(Work work) {
  if (ended_) return refuse(work, Outcome::Kind::Internal, kClosing);
  if (!admitted(work)) return;
  const std::string key = work.spec->key;
  Group& group = groups_[key];
  group.spec = work.spec;
  while (!group.idle.empty()) {
    Environment* environment = group.idle.back();
    group.idle.pop_back();
    if (environment->usable()) return environment->run(std::move(work));
    environment->retire();
  }
  group.waiting.push_back(std::move(work));
  pump(group);
  drop_if_empty(key);
}

// Starts as many environments as there are invocations waiting, within the limit.
void Environments::Pool::pump(Group& group) {
  while (group.starting + group.returning < group.waiting.size() && starting_ < options_.starting && !ended_) {
    launch(group, Environment::Patience::Usual);
  }
}

void Environments::Pool::pump_all() {
  std::vector<std::string> keys;  // launching may drop a group
  for (const auto& [key, group] : groups_) {
    if (group.starting + group.returning < group.waiting.size()) keys.push_back(key);
  }
  for (const auto& key : keys) {
    if (starting_ >= options_.starting) return;
    if (const auto found = groups_.find(key); found != groups_.end()) pump(found->second);
    drop_if_empty(key);
  }
}

void Environments::Pool::launch(Group& group, Environment::Patience patience) {
  auto environment =
      std::make_shared<Environment>(setting_, group.spec, "env-" + std::to_string(++next_name_), patience);
  ever_launched_ = true;
  if (const auto started = environment->start(); !started) return launch_failed(group, started.error());
  group.alive.insert(environment);
  ++group.starting;
  ++starting_;
  ++alive_;
}

// Once a function ran here, a request of its may be under way even when its process is gone.
bool Environments::Pool::may_be_function(const http::Request& request) const {
  if (!ever_launched_ || !sandboxes_->separate_users() || !request.peer_user) return false;
  const auto user = request.peer_user();
  return !user || sandboxes_->is_sandbox_user(*user);
}

void Environments::Pool::launch_failed(Group& group, const Error& error) {
  log::warning("an execution environment could not be started",
               {{"function", group.spec->name}, {"reason", error.message}});
  if (group.waiting.empty()) return;
  Work work = std::move(group.waiting.front());
  group.waiting.pop_front();
  refuse(work, Outcome::Kind::Internal, error.message);
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
}

void Environments::Pool::start_ended(Environment& environment) {
  --groups_[environment.spec().key].starting;
  --starting_;
  // Not from within the environment's own step.
  asio::post(server_.context(0), [this] { pump_all(); });
}

void Environments::Pool::returning(Environment& environment, bool yes) {
  Group& group = groups_[environment.spec().key];
  if (yes) {
    ++group.returning;
    return;
  }
  --group.returning;
  if (!group.waiting.empty()) asio::post(server_.context(0), [this] { pump_all(); });
}

void Environments::Pool::wants_slow_start(Environment& environment) {
  Group& group = groups_[environment.spec().key];
  --group.starting;
  --starting_;
  if (!group.waiting.empty() && !ended_) launch(group, Environment::Patience::Slow);
}

void Environments::Pool::ended(Environment& environment) {
  const std::string key = environment.spec().key;
  Group& group = groups_[key];
  std::erase(group.idle, &environment);
  group.alive.erase(environment.shared_from_this());
  --alive_;
  drop_if_empty(key);
  asio::post(server_.context(0), [this] { pump_all(); });
  if (closing_) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
}

void Environments::Pool::drop_if_empty(const std::string& key) {
  const auto found = groups_.find(key);
  if (found == groups_.end() || !found->second.alive.empty() || !found->second.waiting.empty()) return;
  groups_.erase(found);
  if (options_.key_ended) options_.key_ended(key);
}

void Environments::Pool::retire(std::function<bool(const std::string&, const FunctionSpec&)> chosen) {
  asio::post(server_.context(0), [this, chosen = std::move(chosen)] {
    for (auto& [key, group] : groups_) {
      if (!chosen(key, *group.spec)) continue;
      group.idle.clear();
      for (const auto& environment : group.alive) environment->retire();
    }
  });
}

void Environments::Pool::watch_idle() {
  const std::int64_t before = clock_.monotonic_us() - std::int64_t{options_.idle_retire_ms} * 1000;
  for (auto& [key, group] : groups_) {
    for (const auto& environment : group.alive) {
      if (!environment->idle_since(before)) continue;
      std::erase(group.idle, environment.get());
      environment->retire();
    }
  }
  idle_timer_.expires_after(std::chrono::milliseconds(std::clamp(options_.idle_retire_ms / 4, 50, 10'000)));
  idle_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) watch_idle();
  });
}

void Environments::Pool::end_all() {
  ended_ = true;
  idle_timer_.cancel();
  for (auto& [key, group] : groups_) {
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

// --- The public face ---

Result<std::unique_ptr<Environments>> Environments::open(Clock& clock, Random& random, Options options,
                                                         CredentialsProvider credentials, LogSink logs) {
  const std::string python = options.work_dir + "/python";
  std::error_code failed;
  std::filesystem::create_directories(python, failed);
  if (failed) return fail(internal_error("cannot make " + python + ": " + failed.message()));
  std::ofstream file(python + "/bootstrap.py", std::ios::binary | std::ios::trunc);
  file << python_bootstrap();
  file.close();
  if (!file) return fail(internal_error("cannot write " + python + "/bootstrap.py"));
  for (const std::string& path : {options.work_dir, python}) ::chmod(path.c_str(), 0755);
  ::chmod((python + "/bootstrap.py").c_str(), 0644);

  auto sandboxes = TRY(Sandboxes::open({options.work_dir, options.hidden_paths}));
  auto pool = std::make_unique<Pool>(clock, random, std::move(options), std::move(credentials), std::move(logs),
                                     std::move(sandboxes));
  TRY(pool->start());
  return std::unique_ptr<Environments>(new Environments(std::move(pool)));
}

Environments::Environments(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}
Environments::~Environments() { pool_->shutdown(Millis(0)); }

const std::vector<Protection>& Environments::protections() const { return pool_->sandboxes().protections(); }

bool Environments::supports(std::string_view runtime) const {
  return runtime.starts_with("provided") || choose_interpreter(pool_->options().interpreters, runtime) != nullptr;
}

void Environments::invoke(std::shared_ptr<const FunctionSpec> spec, Invocation invocation,
                          std::function<void(Outcome)> done) {
  if (!supports(spec->runtime)) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::Internal;
    outcome.payload = "This machine has no interpreter for the runtime " + spec->runtime;
    return done(std::move(outcome));
  }
  pool_->invoke({std::move(spec), std::move(invocation), std::move(done)});
}

void Environments::retire_key(std::string key) {
  pool_->retire([key = std::move(key)](const std::string& candidate, const FunctionSpec&) { return candidate == key; });
}

void Environments::retire_function(std::string name) {
  pool_->retire([name = std::move(name)](const std::string&, const FunctionSpec& spec) { return spec.name == name; });
}

bool Environments::may_be_function(const http::Request& request) const { return pool_->may_be_function(request); }
bool Environments::separate_users() const { return pool_->sandboxes().separate_users(); }

int Environments::in_flight() const { return pool_->in_flight(); }
int Environments::environments() const { return pool_->environments(); }
void Environments::shutdown(Millis grace) { pool_->shutdown(grace); }

}  // namespace orrery::functions
