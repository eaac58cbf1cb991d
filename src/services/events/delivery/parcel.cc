#include "services/events/delivery/parcel.h"

#include "services/record.h"

#include <algorithm>

namespace orrery::events {
namespace {

// The documented default retry policy (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html).
constexpr std::int64_t kMostRetries = 185;
constexpr std::int64_t kMostAge_s = std::int64_t{24} * 3600;

}  // namespace

// Messages from before there were buses of one's own do not name one.
Result<Parcel> open_parcel(const Message& message) {
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
  parcel.tries = find_int(document, "tries").value_or(0);
  parcel.renewed = find_bool(document, "renewed").value_or(false);
  if (const auto place = find_int(document, "place_ms")) parcel.place = instant_from_ms(*place);
  return parcel;
}

std::string pack(const Parcel& parcel) {
  json::object document{
      {"rule", parcel.rule.arn},       {"name", parcel.rule.name},
      {"account", parcel.bus.account}, {"region", parcel.bus.region},
      {"bus", parcel.bus.name},        {"ingested_ms", epoch_ms(parcel.rule.ingested)},
      {"event", parcel.event},         {"target", wire::to_document(wire::shape_for<Target>(), &parcel.target)}};
  if (!parcel.trace_id.empty()) document["trace_id"] = parcel.trace_id;
  if (parcel.tries > 0) document["tries"] = parcel.tries;
  if (parcel.renewed) document["renewed"] = true;
  if (parcel.place) document["place_ms"] = epoch_ms(*parcel.place);
  return encode_record(std::move(document));
}

Limits limits_of(const Target& target) {
  Limits limits{kMostRetries, std::chrono::seconds(kMostAge_s)};
  if (!target.RetryPolicy) return limits;
  limits.retries = target.RetryPolicy->MaximumRetryAttempts.value_or(limits.retries);
  limits.age = std::chrono::seconds(target.RetryPolicy->MaximumEventAgeInSeconds.value_or(limits.age.count()));
  return limits;
}

bool too_old(const Message& message, const Limits& limits, Instant at) {
  return std::max(message.due, at) - message.created > limits.age;
}

// See "retry policy" of the page above. NotFound and InvalidParameter are SNS's.
bool permanent(const Error& error) {
  static constexpr std::string_view kCodes[] = {"AccessDenied",
                                                "AccessDeniedException",
                                                "ResourceNotFoundException",
                                                "NotImplemented",
                                                "InvalidRequestContentException",
                                                "InvalidParameterValueException",
                                                "ValidationException",
                                                "RequestTooLargeException",
                                                "AWS.SimpleQueueService.NonExistentQueue",
                                                "InvalidAddress",
                                                "InvalidMessageContents",
                                                "InvalidParameterValue",
                                                "MissingParameter",
                                                "NotFound",
                                                "InvalidParameter"};
  return error.kind == Error::Kind::Api && std::ranges::find(kCodes, error.code) != std::end(kCodes);
}

}  // namespace orrery::events
