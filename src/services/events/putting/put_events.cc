#include "base/arn.h"
#include "services/events/delivery/delivery.h"
#include "services/events/operations.h"
#include "services/events/putting/routing.h"

#include <optional>

namespace orrery::events {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;  // of all entries of a request
constexpr std::size_t kMostDetailTypeBytes = 128;

// docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-event-size
std::size_t size_of(const PutEventsRequestEntry& entry) {
  std::size_t size = entry.Time ? 14 : 0;
  size += entry.Source ? entry.Source->size() : 0;
  size += entry.DetailType ? entry.DetailType->size() : 0;
  size += entry.Detail ? entry.Detail->size() : 0;
  if (entry.Resources) {
    for (const auto& resource : *entry.Resources) size += resource.size();
  }
  return size;
}

PutEventsResultEntry refused(std::string code, std::string message) {
  PutEventsResultEntry entry;
  entry.ErrorCode = std::move(code);
  entry.ErrorMessage = std::move(message);
  return entry;
}

bool lacks(const std::optional<std::string>& member) { return !member || member->empty(); }

std::string_view what_lacks(const PutEventsRequestEntry& entry) {
  if (lacks(entry.Source)) return "Source";
  if (lacks(entry.DetailType)) return "DetailType";
  return lacks(entry.Detail) ? "Detail" : "";
}

std::string missing(std::string_view name) {
  return "Parameter " + std::string(name) + " is not valid. Reason: " + std::string(name) + " is a required argument.";
}

// "If you submit a request in which none of the entries have each of these properties, EventBridge fails the entire
// request" (PutEventsRequestEntry).
Result<> check_request(const PutEventsRequest& input) {
  std::size_t bytes = 0;
  bool any = input.Entries.empty();
  for (const auto& entry : input.Entries) {
    bytes += size_of(entry);
    any = any || what_lacks(entry).empty();
  }
  if (bytes > kMostBytes) return fail(not_valid("Total size of the entries in the request is over the limit."));
  if (!any) return fail(not_valid(missing(what_lacks(input.Entries[0]))));
  if (input.EndpointId) return fail(not_valid("EndpointId is not supported: Orrery has no global endpoints."));
  return {};
}

// Nobody but a service acts on behalf of something.
bool from_service(const Call& call) { return !call.source_arn.empty(); }

std::optional<PutEventsResultEntry> why_refused(const Call& call, const PutEventsRequestEntry& entry) {
  if (const auto name = what_lacks(entry); !name.empty()) return refused("InvalidArgument", missing(name));
  if (entry.DetailType->size() > kMostDetailTypeBytes) {
    return refused("InvalidArgument",
                   "Parameter DetailType is not valid. Reason: DetailType is longer than 128 characters.");
  }
  if (entry.Source->starts_with("aws.") && !from_service(call)) {
    return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  return std::nullopt;
}

Envelope envelope_of(const Call& call, const PutEventsRequestEntry& entry) {
  Envelope envelope;
  envelope.id = call.random->uuid();
  envelope.detail_type = *entry.DetailType;
  envelope.source = *entry.Source;
  envelope.account = call.account;
  envelope.region = call.region;
  envelope.time = iso8601_seconds(entry.Time.value_or(call.now));
  if (entry.Resources) envelope.resources = *entry.Resources;
  envelope.detail = *entry.Detail;
  return envelope;
}

// A rule hands over an event that another bus has taken.
bool from_rule(const Call& call) { return parse_rule_arn(call.source_arn).has_value(); }

constexpr std::size_t kRoomBytes = 2048;  // of most events, parsed
constexpr std::size_t kMostDepth = 128;

// null: it is no JSON.
json::value parse_in(const json::storage_ptr& room, std::string_view text) {
  json::parse_options options;
  options.max_depth = kMostDepth;
  json::error_code failed;
  json::value out = json::parse(text, failed, room, options);
  return failed ? json::value() : out;
}

// What patterns see.
json::value document_of(const json::storage_ptr& room, const Envelope& envelope, json::value detail) {
  json::object out(room);
  out.reserve(9);
  out.emplace("version", "0");
  out.emplace("id", envelope.id);
  out.emplace("detail-type", envelope.detail_type);
  out.emplace("source", envelope.source);
  out.emplace("account", envelope.account);
  out.emplace("time", envelope.time);
  out.emplace("region", envelope.region);
  out.emplace("resources", json::array(envelope.resources.begin(), envelope.resources.end(), room));
  out.emplace("detail", std::move(detail));
  return json::value(std::move(out));
}

// The event, or why there is none.
struct Taken {
  std::optional<PutEventsResultEntry> refusal;
  Incoming event;
};

Taken take(const Call& call, const PutEventsRequestEntry& entry) {
  Taken taken;
  taken.event.ingested = call.now;
  taken.event.trace_id = entry.TraceHeader.value_or(call.trace_id);
  if (from_rule(call)) {
    // The detail is the event as it was: its id, its account and its time are those of its origin.
    taken.event.came = Came::FromBus;
    taken.event.text = *entry.Detail;
    if (auto document = parse_json(taken.event.text)) taken.event.document = *std::move(document);
    taken.event.id = find_string(taken.event.document, "id").value_or("");
    return taken;
  }
  taken.refusal = why_refused(call, entry);
  if (taken.refusal) return taken;
  // What is parsed goes as a whole, with the event.
  const auto room = json::make_shared_resource<json::monotonic_resource>(kRoomBytes);
  json::value detail = parse_in(room, *entry.Detail);
  if (!detail.is_object()) {
    taken.refusal = refused("MalformedDetail", "Detail is malformed.");
    return taken;
  }
  Envelope envelope = envelope_of(call, entry);
  std::string text = envelope_text(envelope);
  // Made with its document: one that is assigned would be copied into other memory.
  json::value document = document_of(room, envelope, std::move(detail));
  return {std::nullopt,
          {std::move(envelope.id), std::move(text), std::move(document), taken.event.ingested, Came::Direct,
           std::move(taken.event.trace_id)}};
}

// The entries of a request mostly name the same bus: it is looked up once for those that follow each other.
class Destination {
 public:
  Result<std::shared_ptr<const BusRoutes>> of(Events& events, Transaction& tx, const BusName& bus) {
    if (routes_ == nullptr || bus.name != bus_.name || bus.account != bus_.account || bus.region != bus_.region) {
      routes_ = TRY(events.routes->of(tx, bus));
      bus_ = bus;
    }
    return routes_;
  }

 private:
  BusName bus_;
  std::shared_ptr<const BusRoutes> routes_;
};

}  // namespace

Result<PutEventsResponse> put_events(Events& events, Call& call, Transaction& tx, const PutEventsRequest& input) {
  TRY(check_request(input));
  PutEventsResponse output;
  output.Entries.emplace();
  std::int64_t failed = 0;
  Destination destination;
  Matched matched;
  for (const auto& entry : input.Entries) {
    const BusName bus = bus_of(call, entry.EventBusName);
    Taken taken = take(call, entry);
    if (!taken.refusal) {
      bool there = bus.region == call.region;
      if (there) there = TRY(route(events, tx, TRY(destination.of(events, tx, bus)), taken.event, matched));
      if (!there) {
        taken.refusal = refused("ResourceNotFoundException", "Event bus " + bus.name + " does not exist.");
      }
    }
    if (taken.refusal) {
      output.Entries->push_back(*std::move(taken.refusal));
      ++failed;
      continue;
    }
    output.Entries->emplace_back().EventId = taken.event.id;
  }
  count_matched(tx, events, std::move(matched));
  output.FailedEntryCount = failed;
  return output;
}

}  // namespace orrery::events
