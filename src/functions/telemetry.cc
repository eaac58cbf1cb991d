#include "functions/telemetry.h"

#include "base/json.h"
#include "functions/telemetry_post.h"

#include <algorithm>
#include <utility>

namespace orrery::functions {
namespace {

constexpr std::size_t kMostBeforeBytes = std::size_t{256} * 1024;
constexpr std::size_t kMostWaitingBytes = std::size_t{2} * 1024 * 1024;  // of one extension that does not keep up
constexpr int kMostFailures = 5;
constexpr int kAgainMs = 50;  // doubled each time

std::string event_text(std::string_view time, std::string_view type, std::string_view record) {
  std::string text = "{\"time\":\"";
  return text.append(time).append("\",\"type\":\"").append(type).append("\",\"record\":").append(record).append("}");
}

// The Logs API knows neither initialisations nor traces.
std::string logs_record(std::string_view type, const std::string& record) {
  if (type != "platform.start") return record;
  const auto document = parse_json(record);
  if (!document) return record;
  return json::serialize(json::object{{"requestId", find_string(*document, "requestId").value_or("")},
                                      {"version", find_string(*document, "version").value_or("")}});
}

}  // namespace

Telemetry::Telemetry(boost::asio::io_context& context, const Clock& clock, Dial dial)
    : context_(context), clock_(clock), dial_(std::move(dial)) {}

void Telemetry::add(TelemetryKind kind, std::string_view type, std::string_view record) {
  if (!listens()) return;
  Event event{kind, std::string(type), std::string(record), iso8601_millis(clock_.now())};
  for (const Held& subscriber : subscribers_) give(subscriber, event);
  if (!open_) return;
  before_bytes_ += event.record.size();
  before_.push_back(std::move(event));
  while (before_bytes_ > kMostBeforeBytes) {
    before_bytes_ -= before_.front().record.size();
    before_.pop_front();
  }
}

void Telemetry::add_line(TelemetryKind kind, std::string_view line, bool json) {
  if (!open_ && subscribers_.empty()) return;
  const std::string_view type = kTelemetryKinds.at(static_cast<std::size_t>(kind));
  if (json && line.starts_with('{')) {
    if (const auto document = parse_json(line); document && document->is_object()) return add(kind, type, line);
  }
  add(kind, type, json::serialize(json::value(line)));
}

bool Telemetry::subscribe(const std::string& extension, TelemetrySubscription subscription) {
  if (!open_) return false;
  const auto known = std::ranges::find_if(subscribers_, [&](const Held& one) { return one->extension == extension; });
  json::array types;
  for (const std::string& type : subscription.types()) types.emplace_back(type);
  const bool logs = subscription.api == TelemetryApi::Logs;
  if (known != subscribers_.end()) {
    (*known)->wants = std::move(subscription);
  } else {
    auto made = std::make_shared<Subscriber>(context_);
    made->extension = extension;
    made->wants = std::move(subscription);
    subscribers_.push_back(made);
    for (const Event& event : before_) give(made, event);
  }
  add(TelemetryKind::Platform, logs ? "platform.logsSubscription" : "platform.telemetrySubscription",
      json::serialize(json::object{{"name", extension}, {"state", "Subscribed"}, {"types", std::move(types)}}));
  return true;
}

void Telemetry::close_subscriptions() {
  open_ = false;
  before_.clear();
}

void Telemetry::give(const Held& to, const Event& event) {
  if (!to->wants.wants(event.kind)) return;
  if (to->wants.api == TelemetryApi::Telemetry) return push(to, event_text(event.time, event.type, event.record));
  if (event.type.starts_with("platform.init")) return;
  if (event.type == "platform.report") {
    const auto document = parse_json(event.record);
    const std::string id(document ? find_string(*document, "requestId").value_or("") : "");
    push(to, event_text(event.time, "platform.end", json::serialize(json::object{{"requestId", id}})));
  }
  push(to, event_text(event.time, event.type, logs_record(event.type, event.record)));
}

void Telemetry::push(const Held& to, std::string text) {
  if (to->waiting_bytes + text.size() > kMostWaitingBytes) {
    ++to->dropped_records;
    to->dropped_bytes += text.size();
    return;
  }
  to->waiting_bytes += text.size();
  to->waiting.push_back(std::move(text));
  if (!to->sending.empty()) return;
  if (to->waiting.size() >= to->wants.max_items || to->waiting_bytes >= to->wants.max_bytes) return send(to);
  if (!to->timed) arm(to, to->wants.timeout_ms);
}

void Telemetry::note_dropped(const Held& to) {
  if (to->dropped_records == 0 || !to->wants.wants(TelemetryKind::Platform)) return;
  const json::object record{{"reason", "The extension does not take its events as fast as they come."},
                            {"droppedRecords", std::exchange(to->dropped_records, 0)},
                            {"droppedBytes", std::exchange(to->dropped_bytes, 0)}};
  push(to, event_text(iso8601_millis(clock_.now()), "platform.logsDropped", json::serialize(record)));
}

void Telemetry::arm(const Held& to, int after_ms) {
  to->timed = true;
  to->timer.expires_after(std::chrono::milliseconds(after_ms));
  to->timer.async_wait(
      [this, to, number = ++to->timing, alive = std::weak_ptr(alive_)](const boost::system::error_code& cancelled) {
        if (cancelled || alive.expired() || number != to->timing) return;
        to->timed = false;
        if (to->sending.empty()) return send(to);
        dial(to);
      });
}

// A batch, no larger than was asked for; one at a time.
void Telemetry::send(const Held& to) {
  if (to->waiting.empty() || !to->sending.empty()) return;
  if (std::exchange(to->timed, false)) to->timer.cancel();
  ++to->timing;
  std::size_t bytes = 0;
  while (!to->waiting.empty() && to->sending.size() < to->wants.max_items) {
    bytes += to->waiting.front().size();
    if (bytes > to->wants.max_bytes && !to->sending.empty()) break;
    to->waiting_bytes -= to->waiting.front().size();
    to->sending.push_back(std::move(to->waiting.front()));
    to->waiting.pop_front();
  }
  dial(to);
}

void Telemetry::dial(const Held& to) {
  dial_([this, to, alive = std::weak_ptr(alive_)](Fd socket) {
    if (alive.expired()) return;
    if (!socket.valid()) return sent(to, false);
    const bool lines = to->wants.protocol == TelemetrySubscription::Protocol::Tcp;
    std::string body(lines ? "" : "[");
    for (const std::string& event : to->sending) {
      if (!lines && body.size() > 1) body.push_back(',');
      body.append(event);
      if (lines) body.push_back('\n');
    }
    if (!lines) body.push_back(']');
    TelemetryPost::start(context_, std::move(socket), to->wants, body, [this, to, alive](bool taken) {
      if (!alive.expired()) sent(to, taken);
    });
  });
}

void Telemetry::sent(const Held& to, bool taken) {
  if (!taken && ++to->failures < kMostFailures) return arm(to, kAgainMs << to->failures);
  if (!taken) {
    to->dropped_records += to->sending.size();
    for (const std::string& event : to->sending) to->dropped_bytes += event.size();
  }
  to->failures = 0;
  to->sending.clear();
  if (taken) note_dropped(to);
  if (!to->waiting.empty()) send(to);
}

void Telemetry::flush() {
  for (const Held& subscriber : subscribers_) send(subscriber);
}

bool Telemetry::busy() const {
  return std::ranges::any_of(subscribers_, [](const Held& one) { return !one->sending.empty(); });
}

void Telemetry::stop() {
  alive_.reset();
  open_ = false;
  for (const Held& subscriber : subscribers_) subscriber->timer.cancel();
  subscribers_.clear();
}

}  // namespace orrery::functions
