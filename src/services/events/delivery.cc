#include "services/events/delivery.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/events/input.h"
#include "services/events/scheduling.h"
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

bool exhausted(const Message& message, const Target& target) {
  std::int64_t retries = kMostRetries;
  std::int64_t age_s = kMostAge_s;
  if (target.RetryPolicy) {
    retries = target.RetryPolicy->MaximumRetryAttempts.value_or(retries);
    age_s = target.RetryPolicy->MaximumEventAgeInSeconds.value_or(age_s);
  }
  return message.attempts >= retries || message.due - message.created >= std::chrono::seconds(age_s);
}

std::string function_name(const std::string& target_arn) {
  const auto arn = Arn::parse(target_arn);
  constexpr std::string_view kPrefix = "function:";
  return arn && arn->resource.starts_with(kPrefix) ? arn->resource.substr(kPrefix.size()) : target_arn;
}

}  // namespace

std::string to_text(const Envelope& envelope) {
  json::array resources;
  for (const auto& resource : envelope.resources) resources.emplace_back(resource);
  std::string text = json::serialize(json::object{{"version", "0"},
                                                  {"id", envelope.id},
                                                  {"detail-type", envelope.detail_type},
                                                  {"source", envelope.source},
                                                  {"account", envelope.account},
                                                  {"time", iso8601_seconds(envelope.time)},
                                                  {"region", envelope.region},
                                                  {"resources", std::move(resources)}});
  text.back() = ',';
  return text + "\"detail\":" + envelope.detail + "}";
}

std::string scheduled_event(const RuleRecord& rule, Instant tick) {
  Envelope envelope;
  envelope.id = derived_uuid(rule.arn + "|" + iso8601_seconds(tick));
  envelope.detail_type = "Scheduled Event";
  envelope.source = "aws.events";
  envelope.account = rule.account;
  envelope.region = rule.region;
  envelope.time = tick;
  envelope.resources = {rule.arn};
  return to_text(envelope);
}

Result<> post_to_targets(Events& events, Transaction& tx, const RuleRecord& rule, const std::string& event,
                         Instant ingested, const std::string& occasion) {
  for (const Target& target : TRY(targets_of(tx, rule))) {
    Message message;
    message.kind = kDeliver;
    message.id = rule.arn + "|" + occasion + "|" + target.Id;
    message.due = ingested;
    message.payload = encode_record(json::object{{"rule", rule.arn},
                                                 {"name", rule.name},
                                                 {"account", rule.account},
                                                 {"region", rule.region},
                                                 {"ingested_ms", epoch_ms(ingested)},
                                                 {"event", event},
                                                 {"target", wire::to_document(wire::shape_for<Target>(), &target)}});
    TRY(events.background.post(tx, message));
  }
  return {};
}

Result<Delivered> deliver(Events& events, Transaction& tx, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  Target target;
  if (const json::value* given = find(document, "target")) {
    TRY(wire::from_document(wire::shape_for<Target>(), *given, &target, false));
  }
  RuleFacts rule;
  rule.arn = find_string(document, "rule").value_or("");
  rule.name = find_string(document, "name").value_or("");
  rule.ingested = instant_from_ms(find_int(document, "ingested_ms").value_or(0));
  const std::string payload = TRY(input_for(target, rule, find_string(document, "event").value_or("{}")));

  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = "events.amazonaws.com";
  caller.account = find_string(document, "account").value_or("");
  caller.region = find_string(document, "region").value_or("");
  caller.source_arn = rule.arn;
  const auto answer = events.dispatcher.dispatch(
      tx, caller, "lambda", "InvokeAsync", json::object{{"FunctionName", target.Arn}, {"InvokeArgs", base64(payload)}});

  Delivered delivered;
  delivered.summary = "rule " + rule.name + " -> " + function_name(target.Arn) + ": ";
  if (answer) {
    delivered.summary += "queued";
    return delivered;
  }
  const Error& error = answer.error();
  // Whatever else went wrong is rolled back, and the message put off with the background's back-off.
  if (error.kind == Error::Kind::Conflict) return fail(error);
  if (!permanent(error) && !exhausted(message, target)) return fail(error);
  delivered.ok = false;
  delivered.summary += "dropped, " + error.code + ": " + error.message;
  return delivered;
}

void register_background(Events& events) {
  events.background.on_timer(std::string(kRuleTimer),
                             [&events](Transaction& tx, const Timer& timer) { return on_tick(events, tx, timer); });
  events.background.on_message(std::string(kDeliver), [&events](Transaction& tx, const Message& message) {
    return deliver(events, tx, message);
  });
}

}  // namespace orrery::events
