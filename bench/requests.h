// The requests that the load generator replays, signed once: a header signature is good for fifteen minutes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::bench {

struct Plan {
  // put-item, fill-item, fill-small, update-item, query, scan, get-object, put-object, constant, invoke,
  // invoke-event, create-schedule, put-events, put-log-events, fill-log-events
  std::string operation = "get-item";
  std::string resource = "bench";  // the table, the bucket, the function, the expression, the day of log lines
  std::string host;                // "127.0.0.1:4566"
  std::string access_key = "test";
  std::string secret = "test";
  std::size_t first_key = 0;
  std::size_t keys = 1000;  // of a scan: its segments
  std::size_t streams = 4;  // of log lines
};

// One request a key, as the bytes to send. Empty for an unknown operation.
std::vector<std::string> make_requests(const Plan& plan);

}  // namespace orrery::bench
