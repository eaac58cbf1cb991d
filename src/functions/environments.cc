#include "functions/environments.h"

#include "functions/clock_page.h"
#include "functions/pool.h"
#include "functions/runtimes/bootstraps.h"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace orrery::functions {
namespace {

Result<> write_runtime(const std::string& directory, const std::string& name, std::string_view content) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return fail(internal_error("cannot make " + directory + ": " + failed.message()));
  const std::string path = directory + "/" + name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) return fail(internal_error("cannot write " + path));
  ::chmod(directory.c_str(), 0755);
  ::chmod(path.c_str(), 0644);
  return {};
}

}  // namespace

Result<std::unique_ptr<Environments>> Environments::open(Clock& clock, Random& random, Options options,
                                                         CredentialsProvider credentials, LogSink logs) {
  TRY(write_runtime(options.work_dir + "/python", "bootstrap.py", python_bootstrap()));
  TRY(write_runtime(options.work_dir + "/python", "template.so", template_library()));
  TRY(write_runtime(options.work_dir + "/node", "bootstrap.cjs", node_bootstrap()));
  ::chmod(options.work_dir.c_str(), 0755);
  std::vector<std::string> folders;
  for (const char* kind : {"/python", "/node", "/custom"}) {
    folders.push_back(options.work_dir + kind);
    TRY(write_runtime(folders.back(), std::string(kClockLibrary), clock_library()));
  }
  auto clock_page = TRY(ClockPage::follow(clock, folders));
  auto sandboxes = TRY(Sandboxes::open({options.work_dir, options.hidden_paths}));
  auto pool = std::make_unique<Pool>(clock, random, std::move(options), std::move(credentials), std::move(logs),
                                     std::move(sandboxes));
  pool->show_clock(std::move(clock_page));
  TRY(pool->start());
  return std::unique_ptr<Environments>(new Environments(std::move(pool)));
}

Environments::Environments(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}
Environments::~Environments() { pool_->shutdown(Millis(0)); }

const std::vector<Protection>& Environments::protections() const { return pool_->sandboxes().protections(); }

bool Environments::supports(std::string_view runtime) const {
  return runtime.starts_with("provided") || choose_interpreter(pool_->options().interpreters, runtime) != nullptr;
}

void Environments::expect(std::string_view runtime) {
  const Interpreter* interpreter = choose_interpreter(pool_->options().interpreters, runtime);
  if (interpreter != nullptr) pool_->warm(*interpreter);
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

void Environments::set_unreserved_concurrency(int most) { pool_->set_unreserved_concurrency(most); }

void Environments::provision(std::shared_ptr<const FunctionSpec> spec, int count) {
  pool_->provision(std::move(spec), count);
}
std::optional<Provisioned> Environments::provisioned(const std::string& key) const { return pool_->provisioned(key); }

int Environments::in_flight(const std::string& function_id) const { return pool_->in_flight(function_id); }
int Environments::in_flight() const { return pool_->in_flight(); }
int Environments::environments() const { return pool_->environments(); }
void Environments::shutdown(Millis grace) { pool_->shutdown(grace); }

}  // namespace orrery::functions
