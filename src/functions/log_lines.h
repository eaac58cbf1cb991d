// Lambda's log lines (docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html), and a function's output cut
// into lines.
#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::functions {

// CloudWatch Logs takes events of at most 256 KB, 26 bytes of which it counts for itself
// (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html). Longer lines are cut.
inline constexpr std::size_t kMaxLineBytes = 262'144 - 26;

// Cuts a stream of bytes into lines, whatever the pieces it comes in.
class LineSplitter {
 public:
  using Take = std::function<void(std::string line)>;

  void push(std::string_view bytes, const Take& take);
  // The unfinished line, if any: at the end of an invocation or of the process.
  void flush(const Take& take);

 private:
  void emit(std::string_view line, const Take& take);

  std::string partial_;
};

struct Report {
  std::string request_id;
  double duration_ms = 0;
  std::int64_t billed_ms = 0;
  int memory_mb = 0, max_memory_mb = 0;
  std::optional<double> init_ms;
  std::string status;      // "timeout", "error" or empty
  std::string error_type;  // "Runtime.ExitError"; empty for none
};

std::string start_line(std::string_view request_id, std::string_view version);
std::string end_line(std::string_view request_id);
std::string report_line(const Report& report);
// "Phase: init"; for an initialisation that failed.
std::string init_report_line(double init_ms, std::string_view status, std::string_view error_type);
// "Task timed out after 3.00 seconds"
std::string timeout_message(int timeout_ms);
// What ended the runtime, as Lambda says it; `how` is "exit N", "signal N" or anything else.
std::string exit_message(std::string_view how);
inline constexpr std::string_view kJson = "application/json";
// {"errorType":…,"errorMessage":…}, the order that Lambda uses for its own errors.
std::string error_document(std::string_view type, std::string_view message);

}  // namespace orrery::functions
