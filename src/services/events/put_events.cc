#include "pattern/pattern.h"
#include "services/events/delivery.h"
#include "services/events/operations.h"

#include <optional>

namespace orrery::events {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} * 1024;  // of all entries of a request

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

PutEventsResultEntry missing(const std::string& name) {
  return refused("InvalidArgument",
                 "Parameter " + name + " is not valid. Reason: " + name + " is a required argument.");
}

std::optional<PutEventsResultEntry> why_refused(const PutEventsRequestEntry& entry) {
  if (!entry.Source || entry.Source->empty()) return missing("Source");
  if (!entry.DetailType || entry.DetailType->empty()) return missing("DetailType");
  if (!entry.Detail || entry.Detail->empty()) return missing("Detail");
  if (entry.Source->starts_with("aws.")) {
    return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  const auto detail = parse_json(*entry.Detail);
  if (!detail || !detail->is_object()) return refused("MalformedDetail", "Detail is malformed.");
  if (const auto bus = check_bus(entry.EventBusName); !bus) return refused(bus.error().code, bus.error().message);
  return std::nullopt;
}

struct PatternRule {
  RuleRecord rule;
  orrery::pattern::Pattern pattern;
};

Result<std::vector<PatternRule>> pattern_rules(Reader& reader, const Call& call) {
  std::vector<PatternRule> rules;
  const auto cursor = reader.scan(prefix_range(rules_prefix(call.account, call.region)));
  while (cursor->next()) {
    RuleRecord rule = TRY(decode_rule(cursor->value()));
    if (rule.pattern.empty() || !rule.enabled()) continue;
    auto compiled = TRY(pattern::parse_pattern(rule.pattern));
    rules.push_back({std::move(rule), std::move(compiled)});
  }
  TRY(cursor->status());
  return rules;
}

Envelope envelope_of(const Call& call, const PutEventsRequestEntry& entry) {
  Envelope envelope;
  envelope.id = call.random->uuid();
  envelope.detail_type = *entry.DetailType;
  envelope.source = *entry.Source;
  envelope.account = call.account;
  envelope.region = call.region;
  envelope.time = entry.Time.value_or(call.now);
  if (entry.Resources) envelope.resources = *entry.Resources;
  envelope.detail = *entry.Detail;
  return envelope;
}

}  // namespace

Result<PutEventsResponse> put_events(Events& events, Call& call, Transaction& tx, const PutEventsRequest& input) {
  std::size_t bytes = 0;
  for (const auto& entry : input.Entries) bytes += size_of(entry);
  if (bytes > kMostBytes) {
    return fail(api_error("ValidationException", "Total size of the entries in the request is over the limit."));
  }
  if (input.EndpointId) {
    return fail(api_error("ValidationException", "EndpointId is not supported: Orrery has no global endpoints."));
  }
  const auto rules = TRY(pattern_rules(tx, call));
  PutEventsResponse output;
  output.Entries.emplace();
  std::int64_t failed = 0;
  for (const auto& entry : input.Entries) {
    if (auto why = why_refused(entry)) {
      output.Entries->push_back(*std::move(why));
      ++failed;
      continue;
    }
    const Envelope envelope = envelope_of(call, entry);
    const std::string text = to_text(envelope);
    const json::value document = TRY(parse_json(text));
    for (const PatternRule& candidate : rules) {
      if (!matches(candidate.pattern, document)) continue;
      TRY(post_to_targets(events, tx, candidate.rule, text, call.now, envelope.id));
    }
    PutEventsResultEntry accepted;
    accepted.EventId = envelope.id;
    output.Entries->push_back(std::move(accepted));
  }
  output.FailedEntryCount = failed;
  return output;
}

}  // namespace orrery::events
