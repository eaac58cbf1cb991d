// What one environment writes into its log stream: the function's lines, and what the platform says between them, as
// text or as JSON (docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
#pragma once

#include "base/clock.h"
#include "functions/environments.h"
#include "functions/log_lines.h"
#include "functions/telemetry_subscription.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::functions {

class EnvironmentLog {
 public:
  // Hears of every event as soon as it happens: "platform.start" and the like with its record, a line of output
  // without.
  using Tap = std::function<void(TelemetryKind kind, std::string_view type, std::string_view text)>;

  EnvironmentLog(const Clock& clock, std::shared_ptr<const FunctionSpec> spec, const LogSink& lines)
      : clock_(clock), spec_(std::move(spec)), sink_(lines) {}

  void open(std::string stream) { stream_ = std::move(stream); }
  const std::string& stream() const { return stream_; }

  // `listens`: whether anybody hears it; records that nobody reads are not made.
  void tap(Tap tap, std::function<bool()> listens) {
    tap_ = std::move(tap);
    tapped_ = std::move(listens);
  }

  // Output of the processes inside, in whatever pieces; of `kind` Function or Extension.
  void output(std::string_view bytes, TelemetryKind kind = TelemetryKind::Function);
  void end_of_output();  // the unfinished lines are lines

  // The platform's own. `initialization` is "on-demand" or "provisioned-concurrency", `status` "success", "error" or
  // "timeout", `error_type` empty for none.
  void init_start(std::string_view initialization);
  void init_done(std::string_view initialization, double duration_ms, std::string_view status,
                 std::string_view error_type);
  void start(const Invocation& invocation);
  void done(const Report& report);
  void extension(std::string_view name, std::string_view state, const std::vector<std::string>& events);
  // Something that went wrong, in words; in JSON logs with its request.
  void trouble(std::string text, std::string_view request_id);
  void note(std::string text);  // a warning of ours

  // The last 4 KB since the last call, for LogType=Tail.
  std::string take_tail();
  void flush();

 private:
  // `level`: how grave an event is, in the words of SystemLogLevel; `record` makes its JSON object.
  template <class Record>
  void platform(std::string_view type, LogLevel level, const Record& record, std::string text);
  void line(std::string text);
  void said(TelemetryKind kind, std::string text);

  const Clock& clock_;
  const std::shared_ptr<const FunctionSpec> spec_;
  const LogSink& sink_;
  std::string stream_;
  Tap tap_;
  std::function<bool()> tapped_;
  LineSplitter splitter_, extensions_;
  std::vector<LogLine> lines_;  // to be given to the sink
  std::size_t line_bytes_ = 0;
  std::string tail_;
};

}  // namespace orrery::functions
