#include "services/cloudtrail/cloudtrail.h"

#include "base/arn.h"
#include "base/log.h"
#include "services/cloudtrail/events.h"
#include "services/paging.h"
#include "shapes/cloudtrail.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::cloudtrail {
namespace {

constexpr std::int64_t kPageMost = 50;

constexpr auto everything = [](const Call&, const LookupEventsRequest&) -> std::string { return "*"; };

bool matches(const StoredEvent& event, const LookupAttribute& attribute) {
  const std::string& key = attribute.AttributeKey;
  const std::string& value = attribute.AttributeValue;
  if (key == "EventId") return event.id == value;
  if (key == "EventName") return event.name == value;
  if (key == "ReadOnly") return value == (event.read_only ? "true" : "false");
  if (key == "Username") return event.user == value;
  if (key == "EventSource") return event.source == value;
  if (key == "AccessKeyId") return event.access_key == value;
  const bool by_type = key == "ResourceType";
  return std::ranges::any_of(event.resources,
                             [&](const auto& resource) { return (by_type ? resource.type : resource.name) == value; });
}

Event shown(const StoredEvent& event) {
  Event out;
  out.EventId = event.id;
  out.EventName = event.name;
  out.ReadOnly = event.read_only ? "true" : "false";
  if (!event.access_key.empty()) out.AccessKeyId = event.access_key;
  out.EventTime = event.at;
  out.EventSource = event.source;
  if (!event.user.empty()) out.Username = event.user;
  out.Resources.emplace();
  for (const auto& resource : event.resources) out.Resources->push_back({resource.type, resource.name});
  out.CloudTrailEvent = event.json;
  return out;
}

Result<> check(const Call& call, const LookupEventsRequest& input) {
  if (input.StartTime && input.EndTime && *input.StartTime > *input.EndTime) {
    return fail(errors::InvalidTimeRangeException("A time range is not valid: the start time is after the end time."));
  }
  if (input.StartTime && *input.StartTime > call.now) {
    return fail(errors::InvalidTimeRangeException("A time range is not valid: the start time is in the future."));
  }
  if (input.LookupAttributes && input.LookupAttributes->size() > 1) {
    return fail(errors::InvalidLookupAttributesException("You can only specify one attribute for lookup."));
  }
  return {};
}

// Newest first. A page ends where it is full, and says at which key the next one begins.
Result<LookupEventsResponse> lookup_events(Call& call, Reader& reader, const LookupEventsRequest& input) {
  TRY(check(call, input));
  LookupEventsResponse output;
  output.Events.emplace();
  if (input.EventCategory) return output;  // "insight": there are none
  const std::string prefix = events_prefix(call.account, call.region);
  KeyRange range = prefix_range(prefix);
  if (input.NextToken) {
    const auto position = page_position(*input.NextToken);
    if (!position || !position->starts_with(prefix)) {
      return fail(errors::InvalidNextTokenException("The token is not valid."));
    }
    range.end = *position + '\0';
  }
  const auto most = static_cast<std::size_t>(input.MaxResults.value_or(kPageMost));
  const auto cursor = reader.scan(range, Direction::Reverse);
  while (cursor->next()) {
    const StoredEvent event = TRY(decode_event(cursor->value()));
    if (call.now - event.at > kKept || (input.StartTime && event.at < *input.StartTime)) break;
    if (event.at > call.now || (input.EndTime && event.at > *input.EndTime)) continue;
    if (input.LookupAttributes && !input.LookupAttributes->empty() &&
        !matches(event, input.LookupAttributes->front())) {
      continue;
    }
    if (output.Events->size() == most) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    output.Events->push_back(shown(event));
  }
  TRY(cursor->status());
  return output;
}

constexpr Operation kOperations[] = {
    reading<lookup_events, everything>("LookupEvents", "cloudtrail:LookupEvents"),
};

}  // namespace

Service cloudtrail_service() {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  return service;
}

void CloudTrail::answered(const Answered& answered) {
  if (!is_management(answered)) return;
  const auto recipients = recipients_of(answered);
  const std::string shared = recipients.size() > 1 ? random_.uuid() : "";
  for (const auto& recipient : recipients) record(make_event(answered, random_.uuid(), recipient, shared), recipient);
}

void CloudTrail::record(const StoredEvent& event, const Recipient& recipient) {
  const std::string key = event_key(recipient, event, store_.committed());
  const Result<> written = store_.transact([&](Transaction& tx) { return tx.put(key, encode_event(event)); });
  if (!written) return log::warning("an event was not recorded", {{"reason", written.error().message}});
  history_.added(recipient, key, event.at);
}

}  // namespace orrery::cloudtrail
