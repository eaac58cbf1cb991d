#include "services/events/delivery/delivery.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/events/archives/archiving.h"
#include "services/events/delivery/input.h"
#include "services/events/delivery/kinds.h"
#include "services/events/rules/reporting.h"
#include "services/events/rules/scheduling.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::events {
namespace {

// The documented default retry policy (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html).
constexpr std::int64_t kMostRetries = 185;
constexpr std::int64_t kMostAge_s = std::int64_t{24} * 3600;

std::string derived_uuid(std::string_view from) {
  const auto digest = sha256(from);
  std::string bytes(view(digest).substr(0, 16));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x50);  // version 5's place: derived from a name (RFC 9562)
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

// What the real service does not try again: see "retry policy" of the page above.
bool permanent(const Error& error) {
  static constexpr std::string_view kCodes[] = {
      "AccessDenied",        "AccessDeniedException",          "ResourceNotFoundException",
      "NotImplemented",      "InvalidRequestContentException", "InvalidParameterValueException",
      "ValidationException", "RequestTooLargeException"};
  return error.kind == Error::Kind::Api && std::ranges::find(kCodes, error.code) != std::end(kCodes);
}

struct Limits {
  std::int64_t retries = kMostRetries;
  std::chrono::seconds age{kMostAge_s};
};

Limits limits_of(const Target& target) {
  Limits limits;
  if (!target.RetryPolicy) return limits;
  limits.retries = target.RetryPolicy->MaximumRetryAttempts.value_or(limits.retries);
  limits.age = std::chrono::seconds(target.RetryPolicy->MaximumEventAgeInSeconds.value_or(limits.age.count()));
  return limits;
}

struct Parcel {
  RuleFacts rule;
  BusName bus;
  Target target;
  std::string event, trace_id;
};

// Messages from before there were buses of one's own do not name one.
Result<Parcel> open(const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  Parcel parcel;
  if (const json::value* given = find(document, "target")) {
    TRY(wire::from_document(wire::shape_for<Target>(), *given, &parcel.target, false));
  }
  parcel.rule.arn = find_string(document, "rule").value_or("");
  parcel.rule.name = find_string(document, "name").value_or("");
  parcel.rule.ingested = instant_from_ms(find_int(document, "ingested_ms").value_or(0));
  parcel.bus.account = find_string(document, "account").value_or("");
  parcel.bus.region = find_string(document, "region").value_or("");
  parcel.bus.name = find_string(document, "bus").value_or(kDefaultBus);
  parcel.event = find_string(document, "event").value_or("{}");
  parcel.trace_id = find_string(document, "trace_id").value_or("");
  return parcel;
}

Result<> hand_over(Events& events, Transaction& tx, const Parcel& parcel) {
  const auto arn = Arn::parse(parcel.target.Arn);
  const auto kind = arn ? kind_of(*arn) : std::nullopt;
  if (!kind) return fail(api_error("NotImplemented", "Orrery has no such targets.", 501));
  const std::string payload = TRY(input_for(parcel.target, parcel.rule, parcel.event));
  return hand_over(
      events, tx, *kind,
      {parcel.rule.arn, parcel.rule.name, parcel.bus, parcel.target, payload, parcel.event, parcel.trace_id});
}

}  // namespace

json::object head_of(const Envelope& envelope) {
  json::array resources;
  for (const auto& resource : envelope.resources) resources.emplace_back(resource);
  json::object head{{"version", "0"},
                    {"id", envelope.id},
                    {"detail-type", envelope.detail_type},
                    {"source", envelope.source},
                    {"account", envelope.account},
                    {"time", iso8601_seconds(envelope.time)},
                    {"region", envelope.region},
                    {"resources", std::move(resources)}};
  return head;
}

std::string to_text(const Envelope& envelope) {
  std::string text = json::serialize(head_of(envelope));
  text.back() = ',';
  return text + "\"detail\":" + envelope.detail + "}";
}

std::string scheduled_event(const RuleRecord& rule, Instant tick) {
  Envelope envelope;
  envelope.id = derived_uuid(rule.arn + "|" + iso8601_seconds(tick));
  envelope.detail_type = "Scheduled Event";
  envelope.source = "aws.events";
  envelope.account = rule.bus.account;
  envelope.region = rule.bus.region;
  envelope.time = tick;
  envelope.resources = {rule.arn};
  return to_text(envelope);
}

Result<> post_to_targets(Events& events, Transaction& tx, const RuleRecord& rule, const std::vector<Target>& targets,
                         const Occurrence& occurrence) {
  for (const Target& target : targets) {
    if (occurrence.came == Came::FromBus && parse_bus_arn(target.Arn)) continue;
    Message message;
    message.kind = kDeliver;
    message.id = rule.arn + "|" + occurrence.occasion + "|" + target.Id;
    message.due = occurrence.ingested;
    json::object document{{"rule", rule.arn},
                          {"name", rule.name},
                          {"account", rule.bus.account},
                          {"region", rule.bus.region},
                          {"bus", rule.bus.name},
                          {"ingested_ms", epoch_ms(occurrence.ingested)},
                          {"event", occurrence.event},
                          {"target", wire::to_document(wire::shape_for<Target>(), &target)}};
    if (!occurrence.trace_id.empty()) document["trace_id"] = occurrence.trace_id;
    message.payload = encode_record(std::move(document));
    TRY(events.background.post(tx, message));
  }
  return {};
}

// "Retry policy": an event is tried until it is too old or was tried too often, then dropped
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html). An attempt that comes too late, after
// downtime or because the pause between two attempts ended after the event's last second, is not made.
Result<Delivered> deliver(Events& events, Transaction& tx, const Message& message) {
  const Parcel parcel = TRY(open(message));
  const Limits limits = limits_of(parcel.target);
  Delivered delivered;
  delivered.summary = "rule " + parcel.rule.name + " -> " + shown_target(parcel.target.Arn) + ": ";
  if (std::max(message.due, events.clock.now()) - message.created > limits.age) {
    delivered.ok = false;
    delivered.summary += "dropped, older than " + std::to_string(limits.age.count()) + " s after " +
                         std::to_string(message.attempts) + " attempts";
    return delivered;
  }
  const Result<> answer = hand_over(events, tx, parcel);
  if (answer) {
    delivered.summary += "queued";
    return delivered;
  }
  const Error& error = answer.error();
  // Whatever else went wrong is rolled back, and the message put off with the background's back-off.
  if (error.kind == Error::Kind::Conflict) return fail(error);
  if (!permanent(error) && message.attempts < limits.retries) return fail(error);
  delivered.ok = false;
  delivered.summary += "dropped, " + error.code + ": " + error.message;
  return delivered;
}

void register_background(Events& events) {
  events.background.on_timer(std::string(kRuleTimer),
                             [&events](Transaction& tx, const Timer& timer) { return on_tick(events, tx, timer); });
  events.background.on_timer(std::string(kArchiveTimer), [&events](Transaction& tx, const Timer& timer) {
    return on_archive_due(events, tx, timer);
  });
  events.background.on_timer(std::string(kForgetTimer),
                             [](Transaction& tx, const Timer& timer) { return forget_replay(tx, timer); });
  events.background.on_message(std::string(kReplay), [&events](Transaction& tx, const Message& message) {
    return replay_some(events, tx, message);
  });
  events.background.on_message(std::string(kDeliver), [&events](Transaction& tx, const Message& message) {
    return noted(tx, message, deliver(events, tx, message), events.clock.now());
  });
}

}  // namespace orrery::events
