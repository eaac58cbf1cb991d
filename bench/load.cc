// orrery_load: replays one kind of request against a server and prints what it cost, as one line of JSON.
//   orrery_load --port N --pid N --operation get-item [--connections N] [--seconds S] [--count N] [--keys N]
//   [--first-key N]
//               [--resource NAME] [--access-key KEY] [--secret SECRET]
#include "replay.h"
#include "requests.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using orrery::bench::Load;
using orrery::bench::Measured;
using orrery::bench::Plan;

bool read_option(std::string_view name, const std::string& value, Plan& plan, Load& load) {
  if (name == "--port")
    load.port = static_cast<std::uint16_t>(std::stoul(value));
  else if (name == "--pid")
    load.server_pid = std::stoi(value);
  else if (name == "--connections")
    load.connections = std::stoul(value);
  else if (name == "--seconds")
    load.seconds = std::stod(value);
  else if (name == "--count")
    load.count = std::stoul(value);
  else if (name == "--keys")
    plan.keys = std::stoul(value);
  else if (name == "--first-key")
    plan.first_key = std::stoul(value);
  else if (name == "--operation")
    plan.operation = value;
  else if (name == "--resource")
    plan.resource = value;
  else if (name == "--access-key")
    plan.access_key = value;
  else if (name == "--secret")
    plan.secret = value;
  else
    return false;
  return true;
}

int run(int argc, char** argv) {
  Plan plan;
  Load load;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (read_option(argv[i], argv[i + 1], plan, load)) continue;
    std::fprintf(stderr, "unknown option %s\n", argv[i]);
    return 2;
  }
  plan.host = "127.0.0.1:" + std::to_string(load.port);
  const auto requests = orrery::bench::make_requests(plan);
  if (requests.empty()) {
    std::fprintf(stderr, "unknown operation %s\n", plan.operation.c_str());
    return 2;
  }
  Measured got = orrery::bench::replay(load, requests);
  if (!got.failure.empty() || got.requests == 0) {
    std::fprintf(stderr, "%s failed: %s\n", plan.operation.c_str(), got.failure.c_str());
    return 1;
  }
  std::sort(got.latencies_us.begin(), got.latencies_us.end());
  const auto percentile = [&](double share) {
    return got.latencies_us[static_cast<std::size_t>(share * static_cast<double>(got.latencies_us.size() - 1))];
  };
  const auto requests_done = static_cast<double>(got.requests);
  std::printf(
      "{\"requests\": %zu, \"rate\": %.1f, \"server_cpu_us\": %.2f, \"p50_us\": %u, \"p99_us\": %u, "
      "\"reply_bytes\": %zu}\n",
      got.requests, requests_done / got.seconds, got.server_cpu_s * 1e6 / requests_done, percentile(0.5),
      percentile(0.99), got.reply_bytes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "a number is expected: %s\n", wrong.what());
    return 2;
  }
}
