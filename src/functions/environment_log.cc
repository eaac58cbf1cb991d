#include "functions/environment_log.h"

#include "base/json.h"
#include "base/plain_json.h"
#include "base/utf8.h"

#include <cmath>

namespace orrery::functions {
namespace {

constexpr std::size_t kTailBytes = 4096;                      // LogType=Tail
constexpr std::size_t kFlushBytes = std::size_t{256} * 1024;  // of collected log lines

double milliseconds(double value) { return std::round(value * 1000) / 1000; }

// docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html, ReportMetrics.
json::object metrics_of(const Report& report) {
  json::object metrics{{"durationMs", milliseconds(report.duration_ms)},
                       {"billedDurationMs", report.billed_ms},
                       {"memorySizeMB", report.memory_mb},
                       {"maxMemoryUsedMB", report.max_memory_mb}};
  if (report.init_ms) metrics["initDurationMs"] = milliseconds(*report.init_ms);
  return metrics;
}

std::string status_of(const Report& report) { return report.status.empty() ? "success" : report.status; }

}  // namespace

void EnvironmentLog::output(std::string_view bytes, TelemetryKind kind) {
  LineSplitter& splitter = kind == TelemetryKind::Extension ? extensions_ : splitter_;
  splitter.push(bytes, [this, kind](std::string text) { said(kind, std::move(text)); });
}

void EnvironmentLog::end_of_output() {
  splitter_.flush([this](std::string text) { said(TelemetryKind::Function, std::move(text)); });
  extensions_.flush([this](std::string text) { said(TelemetryKind::Extension, std::move(text)); });
}

void EnvironmentLog::said(TelemetryKind kind, std::string text) {
  if (tap_) tap_(kind, {}, text);
  line(std::move(text));
}

template <class Record>
void EnvironmentLog::platform(std::string_view type, LogLevel level, const Record& record, std::string text) {
  const bool in_log = spec_->log_format == LogFormat::Json && level >= spec_->system_log_level;
  const bool tapped = tap_ && tapped_();
  const std::string json = in_log || tapped ? plain_json(record()) : std::string();
  if (in_log) {
    // The record is JSON already.
    line("{\"time\":\"" + iso8601_millis(clock_.now()) + "\",\"type\":\"" + std::string(type) +
         "\",\"record\":" + json + "}");
  } else if (spec_->log_format == LogFormat::Text && !text.empty()) {
    line(std::move(text));
  }
  if (tapped) tap_(TelemetryKind::Platform, type, json);
}

void EnvironmentLog::init_start(std::string_view initialization) {
  const auto record = [&] {
    return json::object{{"initializationType", initialization},
                        {"phase", "init"},
                        {"runtimeVersion", spec_->runtime},
                        {"functionName", spec_->name},
                        {"functionVersion", spec_->version}};
  };
  platform("platform.initStart", LogLevel::Info, record, "INIT_START Runtime Version: " + spec_->runtime);
}

void EnvironmentLog::init_done(std::string_view initialization, double duration_ms, std::string_view status,
                               std::string_view error_type) {
  const bool good = status == "success";
  const auto done = [&] {
    json::object record{{"initializationType", initialization}, {"phase", "init"}, {"status", status}};
    if (!error_type.empty()) record["errorType"] = error_type;
    return record;
  };
  platform("platform.initRuntimeDone", good ? LogLevel::Debug : LogLevel::Warn, done, "");
  const auto reported = [&] {
    json::object record = done();
    record["metrics"] = json::object{{"durationMs", milliseconds(duration_ms)}};
    return record;
  };
  platform("platform.initReport", good ? LogLevel::Debug : LogLevel::Warn, reported,
           good ? "" : init_report_line(duration_ms, status, error_type));
}

void EnvironmentLog::start(const Invocation& invocation) {
  const auto started = [&] {
    json::object record{{"requestId", invocation.request_id},
                        {"functionArn", invocation.invoked_function_arn},
                        {"version", spec_->version}};
    if (!invocation.trace_id.empty()) {
      record["tracing"] = json::object{{"type", "X-Amzn-Trace-Id"}, {"value", invocation.trace_id}};
    }
    return record;
  };
  platform("platform.start", LogLevel::Info, started, start_line(invocation.request_id, spec_->version));
}

void EnvironmentLog::done(const Report& report) {
  const bool good = report.status.empty();
  const auto with_metrics = [&](json::object metrics) {
    json::object record{{"requestId", report.request_id}, {"status", status_of(report)}};
    if (!report.error_type.empty()) record["errorType"] = report.error_type;
    record["metrics"] = std::move(metrics);
    return record;
  };
  const auto ended = [&] { return with_metrics({{"durationMs", milliseconds(report.duration_ms)}}); };
  platform("platform.runtimeDone", good ? LogLevel::Debug : LogLevel::Warn, ended, end_line(report.request_id));
  const auto reported = [&] { return with_metrics(metrics_of(report)); };
  platform("platform.report", good ? LogLevel::Info : LogLevel::Warn, reported, report_line(report));
}

void EnvironmentLog::extension(std::string_view name, std::string_view state, const std::vector<std::string>& events) {
  std::string list;
  for (const std::string& event : events) list.append(list.empty() ? "" : ", ").append(event);
  const auto record = [&] {
    return json::object{{"name", name}, {"state", state}, {"events", json::array(events.begin(), events.end())}};
  };
  platform("platform.extension", LogLevel::Info, record,
           "EXTENSION\tName: " + std::string(name) + "\tState: " + std::string(state) + "\tEvents: [" + list + "]");
}

void EnvironmentLog::trouble(std::string text, std::string_view request_id) {
  if (spec_->log_format == LogFormat::Text) return line(std::move(text));
  json::object record{{"timestamp", iso8601_millis(clock_.now())}, {"level", "ERROR"}};
  if (!request_id.empty()) record["requestId"] = request_id;
  record["message"] = text;
  line(plain_json(record));
}

void EnvironmentLog::note(std::string text) {
  if (spec_->log_format == LogFormat::Text) return line("[WARNING]\t" + text);
  line(plain_json(
      json::object{{"timestamp", iso8601_millis(clock_.now())}, {"level", "WARN"}, {"message", std::move(text)}}));
}

void EnvironmentLog::line(std::string text) {
  line_bytes_ += text.size();
  tail_.append(text).push_back('\n');
  if (tail_.size() > 4 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  lines_.push_back({clock_.now(), std::move(text)});
  if (line_bytes_ >= kFlushBytes) flush();
}

std::string EnvironmentLog::take_tail() {
  const std::string all = std::exchange(tail_, {});
  return all.size() > kTailBytes ? to_utf8(std::string_view(all).substr(all.size() - kTailBytes)) : all;
}

void EnvironmentLog::flush() {
  if (lines_.empty()) return;
  sink_(*spec_, stream_, lines_);
  lines_.clear();
  line_bytes_ = 0;
}

}  // namespace orrery::functions
