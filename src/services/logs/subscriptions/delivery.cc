// Events on their way to subscribers: rows of the outbox, written with the events themselves.
#include "base/arn.h"
#include "base/encode.h"
#include "blob/gzip.h"
#include "services/logs/patterns/filter_pattern.h"
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
  std::string id;         // of the message
  Instant now;
};

Result<> post(Logs& logs, Transaction& tx, const Batch& batch, const std::string& function,
              std::span<const json::value> events) {
  json::object document = batch.document;
  document["logEvents"] = json::array(events.begin(), events.end());
  std::string payload = awslogs_event(document);
  if (payload.size() > kMostPayload && events.size() > 1) {
    const std::size_t half = events.size() / 2;
    TRY(post(logs, tx, batch, function, events.first(half)));
    return post(logs, tx, batch, function, events.subspan(half));
  }
  const json::value* first = find(events.front(), "id");
  Message message;
  message.kind = kDeliverMessage;
  message.id = batch.id + "|" + std::string(first->get_string());
  message.due = message.created = batch.now;
  message.payload = encode_record(json::object{{"function", function},
                                               {"group", batch.document.at("logGroup")},
                                               {"account", batch.document.at("owner")},
                                               {"payload", std::move(payload)}});
  return logs.background.post(tx, message);
}

bool permanent(const Error& error) {
  static constexpr std::string_view kCodes[] = {"AccessDenied",
                                                "AccessDeniedException",
                                                "ResourceNotFoundException",
                                                "NotImplemented",
                                                "InvalidRequestContentException",
                                                "InvalidParameterValueException",
                                                "RequestTooLargeException"};
  return error.kind == Error::Kind::Api && std::ranges::find(kCodes, error.code) != std::end(kCodes);
}

bool denied(const Result<json::value>& answer) {
  return !answer && answer.error().kind == Error::Kind::Api && answer.error().code.starts_with("AccessDenied");
}

}  // namespace

std::string event_id(const GroupRecord& group, std::uint64_t stream, Position position) {
  return "3" + padded(static_cast<std::uint64_t>(position.timestamp_ms), 15) + padded(group.number, 10) +
         padded(stream, 15) + padded(position.counter, 15);
}

std::string awslogs_event(const json::object& document) {
  GzipWriter zipped;
  zipped.write(json::serialize(document));
  return json::serialize(json::object{{"awslogs", json::object{{"data", base64(zipped.finish())}}}});
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
    Batch batch;
    batch.document = {{"messageType", "DATA_MESSAGE"},
                      {"owner", group.account},
                      {"logGroup", group.name},
                      {"logStream", stream.name},
                      {"subscriptionFilters", json::array{json::value(*filter.filterName)}}};
    batch.id = *filter.filterName;
    batch.now = now;
    TRY(post(logs, tx, batch, *filter.destinationArn, matching));
  }
  return cursor->status();
}

Result<Delivered> deliver_events(Logs& logs, Transaction& tx, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto text = [&](const char* name) { return std::string(find_string(document, name).value_or("")); };
  const std::string function = text("function");
  const auto parts = Arn::parse(function);
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = "logs.amazonaws.com";
  caller.account = text("account");
  caller.region = parts ? parts->region : "";
  caller.source_arn = make_arn("logs", caller.region, caller.account, "log-group:" + text("group") + ":*");
  const json::object input{{"FunctionName", function}, {"InvokeArgs", base64(text("payload"))}};
  auto answer = logs.dispatcher.dispatch(tx, caller, "lambda", "InvokeAsync", input);
  if (denied(answer)) {  // permissions may name the Region's own service, as they once had to
    caller.principal.arn = "logs." + caller.region + ".amazonaws.com";
    answer = logs.dispatcher.dispatch(tx, caller, "lambda", "InvokeAsync", input);
  }
  Delivered delivered;
  delivered.summary = "log group " + text("group") + " -> " + function + ": ";
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
