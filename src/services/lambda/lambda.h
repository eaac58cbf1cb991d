// Lambda: functions, their code and permissions, invocations.
#pragma once

#include "background/background.h"
#include "base/worker.h"
#include "blob/blob.h"
#include "functions/environments.h"
#include "services/dispatcher.h"
#include "services/lambda/code_url.h"
#include "services/operation.h"
#include "services/wakes.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

namespace orrery {
class MetricSink;
}

namespace orrery::lambda {

class EventSources;

// Made by the composition root; outlives every call.
struct Lambda {
  Lambda(Store& s, BlobStore& b, Background& g, Dispatcher& d, Clock& c, Random& r, std::string code)
      : store(s),
        blobs(b),
        background(g),
        dispatcher(d),
        clock(c),
        random(r),
        code_urls(r),
        code_dir(std::move(code)) {}

  Store& store;
  BlobStore& blobs;
  Background& background;
  Dispatcher& dispatcher;
  Clock& clock;
  Random& random;
  const CodeUrls code_urls;
  std::string code_dir;  // cache of unpacked code, one folder a CodeSha256; may be deleted when the server is down

  functions::Environments* environments = nullptr;  // set before the first call
  MetricSink* metrics = nullptr;                    // likewise; null: nothing is published

  // How long a new function is Pending and a changed one InProgress, on the Orrery's clock.
  Millis function_delay{0};

  // Of each function key that has environments: who they run as, from the last cold start (log lines are written in
  // that name), and the folders of their code.
  struct Running {
    auth::Principal principal;
    std::vector<std::string> code_dirs;  // of the package and of the layers
  };
  std::mutex mutex;  // of what follows
  std::unordered_map<std::string, Running> running;

  std::set<std::string> unused_code;  // the deployer's: folders in code_dir that nothing used at the last sweep

  std::shared_ptr<EventSources> event_sources;  // between start_event_sources() and the end

  // The deployer's: by function ARN, what the pool was told to keep initialised.
  std::unordered_map<std::string, std::vector<std::shared_ptr<const functions::FunctionSpec>>> provisioned;

  Worker deployer;  // last: jobs use all of the above
};

Service lambda_service(Lambda& lambda);

// Deletes unpacked code that no function refers to and no environment uses, on the deployer's thread. At the start all
// of it; later what was unused at the last sweep already, since an invocation or a deployment may be about to use it.
enum class Sweep : std::uint8_t { AtStart, Later };
void sweep_code(Lambda& lambda, Sweep when);
// For functions::Environments::Options::listener: publishes what becomes of invocations. `lambda` must outlive it; null
// when there are no metrics.
std::shared_ptr<functions::InvocationListener> invocation_metrics(Lambda& lambda);
// For functions::Environments::Options::key_ended.
void key_ended(Lambda& lambda, const std::string& key);
// After a start: the pool learns what is reserved and provisioned.
void restore_concurrency(Lambda& lambda);
void register_background(Lambda& lambda);
// Once functions can run, before background work begins. Stopped before the pool is.
void start_event_sources(Lambda& lambda, Wakes& wakes);
void stop_event_sources(Lambda& lambda);

// What the pool of environments asks of us: a session of the function's role, and a place for its log lines.
Result<functions::Credentials> role_credentials(Lambda& lambda, const functions::FunctionSpec& spec);
void write_logs(Lambda& lambda, const functions::FunctionSpec& spec, const std::string& stream,
                std::span<const functions::LogLine> lines);

}  // namespace orrery::lambda
