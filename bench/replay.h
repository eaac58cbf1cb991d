// Replays requests over keep-alive connections, one outstanding on each, on one thread, and times the replies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace orrery::bench {

struct Load {
  std::uint16_t port = 0;
  int server_pid = 0;  // whose processor time is counted
  std::size_t connections = 1;
  double warmup_s = 0.5;
  double seconds = 2;
  std::size_t count = 0;  // not 0: this many requests instead of a time, without warm-up
};

struct Measured {
  std::size_t requests = 0;
  double seconds = 0;
  double server_cpu_s = 0;
  std::vector<std::uint32_t> latencies_us;
  std::size_t reply_bytes = 0;  // of the last reply
  std::string failure;          // not empty: what the server answered instead of 200
};

Measured replay(const Load& load, const std::vector<std::string>& requests);

}  // namespace orrery::bench
