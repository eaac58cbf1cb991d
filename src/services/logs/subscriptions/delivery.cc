// Events on their way to subscribers: rows of the outbox, written with the events themselves.
#include "base/encode.h"
#include "blob/gzip.h"
#include "services/logs/patterns/filter_pattern.h"
#include "services/logs/subscriptions/destinations.h"
#include "services/logs/subscriptions/subscriptions.h"
#include "services/record.h"

#include <algorithm>
#include <span>

namespace orrery::logs {
namespace {

// Lambda takes events of 256 KiB at most from the services of this path.
constexpr std::size_t kMostPayload = 262'144;
// "CloudWatch Logs … retries for up to 24 hours".
constexpr std::int64_t kMostAge_ms = 24LL * 3600 * 1000;

std::string padded(std::uint64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

struct Batch {
  json::object document;  // without its events
  const SubscriptionFilter& filter;
  std::string stream;
  Instant now;
};

Result<> post(Logs& logs, Transaction& tx, const Batch& batch, std::span<const json::value> events) {
  json::object document = batch.document;
  document["logEvents"] = json::array(events.begin(), events.end());
  std::string data = zipped_document(document);
  if (data.size() > kMostPayload && events.size() > 1) {
    const std::size_t half = events.size() / 2;
    TRY(post(logs, tx, batch, events.first(half)));
    return post(logs, tx, batch, events.subspan(half));
  }
  const std::string first = text_of(events.front(), "id");
  Message message;
  message.kind = kDeliverMessage;
  message.id = *batch.filter.filterName + "|" + first;
  message.due = message.created = batch.now;
  message.payload = encode_record(json::object{{"function", *batch.filter.destinationArn},
                                               {"role", batch.filter.roleArn.value_or("")},
                                               {"key", partition_key(batch.filter, batch.stream, first)},
                                               {"group", batch.document.at("logGroup")},
                                               {"account", batch.document.at("owner")},
                                               {"data", std::move(data)}});
  return logs.background.post(tx, message);
}

// Messages from before there were streams have the function's whole payload.
std::string data_in(const json::value& message) {
  if (const auto data = find_string(message, "data")) return std::string(*data);
  const auto payload = parse_json(text_of(message, "payload"));
  const json::value* logs = payload ? find(*payload, "awslogs") : nullptr;
  return logs == nullptr ? std::string() : text_of(*logs, "data");
}

bool permanent(const Error& error) {
  static constexpr std::string_view kCodes[] = {"AccessDenied",
                                                "AccessDeniedException",
                                                "ResourceNotFoundException",
                                                "NotImplemented",
                                                "InvalidRequestContentException",
                                                "InvalidParameterValueException",
                                                "InvalidArgumentException",
                                                "RequestTooLargeException"};
  return error.kind == Error::Kind::Api && std::ranges::find(kCodes, error.code) != std::end(kCodes);
}

}  // namespace

std::string event_id(const GroupRecord& group, std::uint64_t stream, Position position) {
  return "3" + padded(static_cast<std::uint64_t>(position.timestamp_ms), 15) + padded(group.number, 10) +
         padded(stream, 15) + padded(position.counter, 15);
}

std::string zipped_document(const json::object& document) {
  GzipWriter zipped;
  zipped.write(json::serialize(document));
  return base64(zipped.finish());
}

Result<> post_to_subscribers(Logs& logs, Transaction& tx, const GroupRecord& group, const StreamRecord& stream,
                             const std::vector<Arrived>& events, Instant now) {
  const auto cursor = tx.scan(prefix_range(subscriptions_prefix(group.number)));
  while (cursor->next()) {
    const auto filter = TRY(decode_shape<SubscriptionFilter>(cursor->value()));
    const auto pattern = FilterPattern::parse(filter.filterPattern.value_or(""));
    if (!pattern) continue;
    std::vector<json::value> matching;
    for (const Arrived& event : events) {
      if (!pattern->matches(event.message)) continue;
      matching.push_back(json::object{{"id", event_id(group, stream.number, event.position)},
                                      {"timestamp", event.position.timestamp_ms},
                                      {"message", event.message}});
    }
    if (matching.empty()) continue;
    const Batch batch{{{"messageType", "DATA_MESSAGE"},
                       {"owner", group.account},
                       {"logGroup", group.name},
                       {"logStream", stream.name},
                       {"subscriptionFilters", json::array{json::value(*filter.filterName)}}},
                      filter,
                      stream.name,
                      now};
    TRY(post(logs, tx, batch, matching));
  }
  return cursor->status();
}

Result<Delivered> deliver_events(Logs& logs, Transaction& tx, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto text = [&](const char* name) { return std::string(find_string(document, name).value_or("")); };
  const Subscriber subscriber{text("function"), text("role"), text("account"), text("group"), text("key")};
  Delivered delivered;
  delivered.summary = "log group " + subscriber.group + " -> " + subscriber.destination_arn + ": ";
  const Result<> answer = hand_over(logs, tx, subscriber, data_in(document));
  if (answer) {
    delivered.summary += "queued";
    return delivered;
  }
  const Error& error = answer.error();
  const bool old = message.due - message.created >= Millis(kMostAge_ms);
  if (error.kind == Error::Kind::Conflict || (!permanent(error) && !old)) return fail(error);
  delivered.ok = false;
  delivered.summary += "dropped, " + error.code + ": " + error.message;
  return delivered;
}

}  // namespace orrery::logs
