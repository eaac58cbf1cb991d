// The pool behind Environments: which environments there are, which invocation gets which. Its thread is the server's
// of the Runtime API; only what says so may be called from another.
#pragma once

#include "functions/clock_page.h"
#include "functions/environment.h"
#include "functions/environments.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::functions {

// All environments of one key.
struct Group {
  std::shared_ptr<const FunctionSpec> spec;
  std::set<std::shared_ptr<Environment>> alive;
  std::vector<Environment*> idle;  // the last used is the next to be used
  std::deque<Work> waiting;
  std::size_t starting = 0;   // on demand
  std::size_t returning = 0;  // have answered and will ask for the next invocation in a moment
  // Provisioned concurrency.
  int wanted = 0;
  std::set<Environment*> provisioned;  // alive, the ones that are still starting included
  std::string provision_failure;       // no further start is tried; empty: well
};

class Environments::Pool final : public EnvironmentOwner {
 public:
  Pool(Clock& clock, Random& random, Options options, CredentialsProvider credentials, LogSink logs,
       std::unique_ptr<Sandboxes> sandboxes);

  Result<> start();
  void show_clock(std::shared_ptr<ClockPage> page) { clock_page_ = std::move(page); }  // before start()

  // Any thread.
  void invoke(Work work);
  void retire(std::function<bool(const std::string& key, const FunctionSpec&)> chosen);
  void provision(std::shared_ptr<const FunctionSpec> spec, int count);
  std::optional<Provisioned> provisioned(const std::string& key) const;
  void warm(const Interpreter& interpreter);
  void shutdown(Millis grace);
  int in_flight() const { return in_flight_.load(); }
  int in_flight(const std::string& function_id) const;
  void set_unreserved_concurrency(int most) { unreserved_ = most; }
  int environments() const { return alive_.load(); }
  const Options& options() const { return options_; }
  const Sandboxes& sandboxes() const { return *sandboxes_; }
  bool may_be_function(const http::Request& request) const;

  // The pool's thread.
  std::optional<Work> take_work(Environment& environment) override;
  void became_idle(const std::shared_ptr<Environment>& environment) override;
  void start_is_slow(Environment& environment) override;
  void start_ended(Environment& environment) override;
  void returning(Environment& environment, bool yes) override;
  void wants_slow_start(Environment& environment) override;
  void ended(Environment& environment) override;

 private:
  void submit(Work work);
  bool admitted(Work& work);
  void left(const std::string& id, const std::string& account, bool reserved);
  void refuse(Work& work, Outcome::Kind kind, std::string payload);
  Environment* take_idle(Group& group);
  bool wants_start(const Group& group) const;
  void pump();
  void launch(Group& group, Environment::Patience patience, Environment::Kind kind);
  void launch_failed(Group& group, const Error& error, Environment::Kind kind);
  void drop_if_empty(const std::string& key);
  void watch_idle();
  void retire_unwanted(Group& group, std::int64_t idle_since_us);
  void end_all();
  // Provisioned concurrency, provisioning.cc.
  void set_provisioned(std::shared_ptr<const FunctionSpec> spec, int count);
  bool lacks_provisioned(const Group& group) const;
  void release_surplus(Group& group);
  void provisioned_ended(Group& group, Environment& environment);
  void note_provisioned(const std::string& key);

  Clock& clock_;
  std::shared_ptr<ClockPage> clock_page_;
  const Options options_;
  const CredentialsProvider credentials_;
  const LogSink logs_;
  const std::unique_ptr<Sandboxes> sandboxes_;
  http::Server server_;
  PythonTemplates templates_;
  EnvironmentSetting setting_;
  boost::asio::steady_timer idle_timer_;
  std::unordered_map<std::string, Group> groups_;  // by FunctionSpec::key
  int unreserved_running_ = 0;
  bool ended_ = false;  // nothing is taken or started any more
  int starting_ = 0;
  std::uint64_t next_name_ = 0;
  std::atomic<int> in_flight_ = 0, alive_ = 0, unreserved_ = 0;
  std::atomic<bool> closing_ = false;
  std::atomic<bool> ever_launched_ = false;
  std::mutex mutex_;  // only for shutdown() to wait with
  std::condition_variable changed_;
  mutable std::mutex figures_mutex_;                         // of what other threads read:
  std::unordered_map<std::string, int> running_;             // invocations admitted, by function_id()
  std::unordered_map<std::string, int> running_in_account_;  // likewise, by account and region
  std::unordered_map<std::string, Provisioned> provisioned_;
};

}  // namespace orrery::functions
