#include "cli/commands.h"
#include "server/server.h"

#include <csignal>

#include <sys/resource.h>

namespace orrery::cli {
namespace {

constexpr int kGraceMs = 20'000;  // for requests in flight at SIGTERM

// SIGTERM and SIGINT come to whoever waits for them, not to the server's threads; a peer that hangs up is an error
// code, no signal.
sigset_t take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Ten thousand idle connections need as many descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace

int serve(const Surroundings& given) {
  auto options = parse_serve_options(given.arguments, given.environment);
  if (!options) return complain(options.error());
  log::configure(options->log_format, options->log_level);
  server::Config& config = options->config;
  if (const auto loaded = load_root_credential(config); !loaded) return complain(loaded.error());
  config.interpreter_dirs = interpreter_dirs();

  sigset_t signals = take_signals();
  raise_descriptor_limit();
  const auto began = given.clock.monotonic_us();
  auto server = server::Server::open(config, given.clock, given.random);
  if (!server) return complain(server.error());
  if (const auto started = (*server)->start(); !started) return complain(started.error());
  log::info("listening", {{"url", (config.tls_key.empty() ? "http://" : "https://") + config.host + ":" +
                                      std::to_string((*server)->port())},
                          {"data", config.data_dir},
                          {"durability", config.durability == Durability::Full ? "full" : "relaxed"},
                          {"credential", config.root_is_default ? "test/test (loopback only)" : config.root.access_key},
                          {"iam", config.iam_audit ? "audit (refusals are logged, and pass)" : "enforce"},
                          {"clock", iso8601_millis(given.clock.now())},
                          {"ready_ms", std::to_string((given.clock.monotonic_us() - began) / 1000)}});
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  (*server)->stop(kGraceMs);
  return 0;
}

}  // namespace orrery::cli
