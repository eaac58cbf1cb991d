#include "services/events/delivery/delivery.h"

#include "base/arn.h"
#include "base/encode.h"
#include "services/events/archives/archiving.h"
#include "services/events/delivery/dead_letters.h"
#include "services/events/delivery/input.h"
#include "services/events/delivery/kinds.h"
#include "services/events/delivery/parcel.h"
#include "services/events/delivery/quoted.h"
#include "services/events/destinations/invoking.h"
#include "services/events/metrics.h"
#include "services/events/rules/reporting.h"
#include "services/events/rules/scheduling.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::events {
namespace {

std::string derived_uuid(std::string_view from) {
  const auto digest = sha256(from);
  std::string bytes(view(digest).substr(0, 16));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x50);  // version 5's place: derived from a name (RFC 9562)
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
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

std::string envelope_text(const Envelope& envelope) {
  std::string text = "{";
  text.reserve(400 + envelope.detail.size());
  append_member(text, "version", "0");
  append_member(text, "id", envelope.id);
  append_member(text, "detail-type", envelope.detail_type);
  append_member(text, "source", envelope.source);
  append_member(text, "account", envelope.account);
  append_member(text, "time", envelope.time);
  append_member(text, "region", envelope.region);
  text.append(",\"resources\":[");
  for (std::size_t i = 0; i < envelope.resources.size(); ++i) {
    if (i > 0) text.push_back(',');
    append_quoted(text, envelope.resources[i]);
  }
  text.append("],\"detail\":").append(envelope.detail).push_back('}');
  return text;
}

std::string scheduled_event(const RuleRecord& rule, Instant tick) {
  Envelope envelope;
  envelope.id = derived_uuid(rule.arn + "|" + iso8601_seconds(tick));
  envelope.detail_type = "Scheduled Event";
  envelope.source = "aws.events";
  envelope.account = rule.bus.account;
  envelope.region = rule.bus.region;
  envelope.time = iso8601_seconds(tick);
  envelope.resources = {rule.arn};
  return envelope_text(envelope);
}

std::vector<Mailing> mailings_of(const RuleRecord& rule, const std::vector<Target>& targets) {
  std::vector<Mailing> out;
  out.reserve(targets.size());
  for (const Target& target : targets) {
    Mailing mailing;
    mailing.kind = goes_outside(target.Arn) ? kInvoke : kDeliver;
    mailing.target_id = target.Id;
    mailing.to_bus = parse_bus_arn(target.Arn).has_value();
    mailing.head = encode_record(json::object{{"rule", rule.arn},
                                              {"name", rule.name},
                                              {"account", rule.bus.account},
                                              {"region", rule.bus.region},
                                              {"bus", rule.bus.name},
                                              {"target", wire::to_document(wire::shape_for<Target>(), &target)}});
    mailing.head.pop_back();  // the rest of the object follows
    out.push_back(std::move(mailing));
  }
  return out;
}

// What open_parcel() reads.
Result<> post_to_targets(Events& events, Transaction& tx, const RuleRecord& rule, const std::vector<Mailing>& mailings,
                         const Occurrence& occurrence) {
  for (const Mailing& mailing : mailings) {
    if (occurrence.came == Came::FromBus && mailing.to_bus) continue;
    Message message;
    message.kind = mailing.kind;
    message.id.reserve(rule.arn.size() + occurrence.occasion.size() + mailing.target_id.size() + 2);
    message.id.append(rule.arn).append("|").append(occurrence.occasion).append("|").append(mailing.target_id);
    message.due = occurrence.ingested;
    message.payload.reserve(mailing.head.size() + 2 * occurrence.event.size());
    message.payload = mailing.head;
    append_member(message.payload, "event", occurrence.event);
    if (!occurrence.trace_id.empty()) append_member(message.payload, "trace_id", occurrence.trace_id);
    message.payload.append(",\"ingested_ms\":").append(std::to_string(epoch_ms(occurrence.ingested))).push_back('}');
    TRY(events.background.post(tx, message));
  }
  return {};
}

// "Retry policy": an event is tried until it is too old or was tried too often, then dropped
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html).
Result<Delivered> deliver(Events& events, Transaction& tx, const Message& message) {
  const Parcel parcel = TRY(open_parcel(message));
  const Limits limits = limits_of(parcel.target);
  Delivered delivered;
  delivered.summary = "rule " + parcel.rule.name + " -> " + shown_target(parcel.target.Arn) + ": ";
  if (too_old(message, limits, events.clock.now())) {
    count_attempt_with(tx, events, parcel, message.attempts, Attempted::Expired);
    TRY(bury(events, tx, parcel, {{}, {}, "MaximumEventAgeInSeconds", std::max(0, message.attempts - 1)}));
    delivered.ok = false;
    delivered.summary += "dropped, older than " + std::to_string(limits.age.count()) + " s after " +
                         std::to_string(message.attempts) + " attempts";
    return delivered;
  }
  const Result<> answer = hand_over(events, tx, parcel);
  if (answer) {
    count_attempt_with(tx, events, parcel, message.attempts, Attempted::Taken);
    delivered.summary += "queued";
    return delivered;
  }
  const Error& error = answer.error();
  // Whatever else went wrong is rolled back, and the message put off with the background's back-off.
  if (error.kind == Error::Kind::Conflict) return fail(error);
  if (!permanent(error) && message.attempts < limits.retries) {
    count_attempt(events, parcel, message.attempts, Attempted::PutOff);
    return fail(error);
  }
  delivered.ok = false;
  delivered.summary += "dropped, " + error.code + ": " + error.message;
  const LastWord last{error.code, error.message, permanent(error) ? "" : "MaximumRetryAttempts", message.attempts};
  delivered.instead = [&events, parcel, last](Transaction& after) -> Result<> {
    count_attempt_with(after, events, parcel, last.retries, Attempted::Refused);
    return bury(events, after, parcel, last);
  };
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
  events.background.on_message(std::string(kInvoke), kInvocations,
                               [&events](const Message& message, std::function<void(Delivered)> done) {
                                 invoke(events, message, std::move(done));
                               });
  events.background.on_message(std::string(kAuthorize), kAuthorizations,
                               [&events](const Message& message, std::function<void(Delivered)> done) {
                                 authorize(events, message, std::move(done));
                               });
}

}  // namespace orrery::events
