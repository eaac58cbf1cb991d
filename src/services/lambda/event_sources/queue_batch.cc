#include "services/lambda/event_sources/queue_batch.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kUnwindowedAtOnce = 10;  // of a FIFO queue, and without a batching window

json::object attributes_of(const json::value& message) {
  json::object out;
  const json::value* given = find(message, "MessageAttributes");
  if (given == nullptr || !given->is_object()) return out;
  for (const auto& [name, value] : given->get_object()) {
    json::object one;
    if (const json::value* text = find(value, "StringValue")) one["stringValue"] = *text;
    if (const json::value* bytes = find(value, "BinaryValue")) one["binaryValue"] = *bytes;
    one["stringListValues"] = json::array();
    one["binaryListValues"] = json::array();
    one["dataType"] = find_string(value, "DataType").value_or("");
    out[name] = std::move(one);
  }
  return out;
}

}  // namespace

QueuedMessage queued_message(const Mapping& mapping, const json::value& message, Instant now) {
  QueuedMessage out;
  out.id = text_of(message, "MessageId");
  out.handle = text_of(message, "ReceiptHandle");
  out.received = now;
  const json::value* system = find(message, "Attributes");
  if (system != nullptr) out.trace_header = text_of(*system, "AWSTraceHeader");
  if (system != nullptr && mapping.source().ends_with(".fifo")) out.group = text_of(*system, "MessageGroupId");
  const std::string body = text_of(message, "Body");
  json::object document{{"messageId", out.id}, {"receiptHandle", out.handle}, {"body", body}};
  document["attributes"] = system == nullptr ? json::value(json::object()) : *system;
  document["messageAttributes"] = attributes_of(message);
  document["md5OfBody"] = text_of(message, "MD5OfBody");
  if (const auto digest = find_string(message, "MD5OfMessageAttributes")) document["md5OfMessageAttributes"] = *digest;
  document["eventSource"] = "aws:sqs";
  document["eventSourceARN"] = mapping.source();
  document["awsRegion"] = mapping.region;
  if (mapping.configuration.FilterCriteria) {
    json::object filtered = document;
    const auto parsed = parse_json(body);
    if (parsed && (parsed->is_object() || parsed->is_array())) filtered["body"] = *parsed;
    out.filtered = std::move(filtered);
  }
  out.bytes = json::serialize(document).size() + 1;
  out.document = std::move(document);
  return out;
}

std::vector<QueuedMessage> next_batch(std::vector<QueuedMessage>& held, std::size_t most, std::size_t most_bytes,
                                      const std::multiset<std::string>& flying) {
  std::vector<QueuedMessage> batch, rest;
  std::size_t bytes = 0;
  bool full = false;
  for (QueuedMessage& message : held) {
    const bool waits = !message.group.empty() && flying.contains(message.group);
    // Once one has no place, none behind it has: it may be of the same group.
    full = full || (!waits && !batch.empty() && (batch.size() >= most || bytes + message.bytes > most_bytes));
    if (waits || full) {
      rest.push_back(std::move(message));
      continue;
    }
    bytes += message.bytes;
    batch.push_back(std::move(message));
  }
  held = std::move(rest);
  return batch;
}

std::string queue_event(const std::vector<QueuedMessage>& batch) {
  json::array records;
  for (const QueuedMessage& message : batch) records.push_back(message.document);
  return json::serialize(json::object{{"Records", std::move(records)}});
}

bool QueueVerdict::all_done() const {
  return std::ranges::all_of(done, [](bool one) { return one; });
}

QueueVerdict queue_verdict(const functions::Outcome& outcome, const std::vector<QueuedMessage>& batch,
                           bool reports_item_failures) {
  using Kind = functions::Outcome::Kind;
  QueueVerdict verdict;
  verdict.done.assign(batch.size(), false);
  verdict.ran = outcome.kind != Kind::Throttled && outcome.kind != Kind::Denied && outcome.kind != Kind::Internal;
  if (outcome.kind != Kind::Ok) return verdict;
  const auto answer = reports_item_failures ? parse_json(outcome.payload) : Result<json::value>(json::value(nullptr));
  const json::value* failures = answer ? find(*answer, "batchItemFailures") : nullptr;
  std::vector<bool> done(batch.size(), true);
  if (failures != nullptr && !failures->is_null()) {
    if (!failures->is_array()) return verdict;
    for (const json::value& failure : failures->get_array()) {
      const std::string id = text_of(failure, "itemIdentifier");
      const auto found = std::ranges::find(batch, id, &QueuedMessage::id);
      if (id.empty() || found == batch.end()) return verdict;
      done[static_cast<std::size_t>(found - batch.begin())] = false;
    }
  }
  verdict.done = std::move(done);
  return verdict;
}

Result<> check_queue_settings(const EventSourceMappingConfiguration& wanted, bool fifo) {
  const std::int64_t size = wanted.BatchSize.value_or(kUnwindowedAtOnce);
  const std::int64_t window_s = wanted.MaximumBatchingWindowInSeconds.value_or(0);
  if (fifo && window_s > 0) return invalid_mapping("Batching window is not supported for FIFO queues.");
  if (fifo && size > kUnwindowedAtOnce) return invalid_mapping("Batch size must be at most 10 for FIFO queues.");
  if (size > kUnwindowedAtOnce && window_s == 0) {
    return invalid_mapping(
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  }
  const auto unsupported = [](bool given, const char* name) -> Result<> {
    if (!given) return {};
    return invalid_mapping("Unsupported " + std::string(name) + " parameter for given event source mapping type.");
  };
  TRY(unsupported(wanted.StartingPosition.has_value(), "StartingPosition"));
  TRY(unsupported(wanted.ParallelizationFactor.has_value(), "ParallelizationFactor"));
  TRY(unsupported(wanted.MaximumRecordAgeInSeconds.has_value(), "MaximumRecordAgeInSeconds"));
  TRY(unsupported(wanted.MaximumRetryAttempts.has_value(), "MaximumRetryAttempts"));
  TRY(unsupported(wanted.BisectBatchOnFunctionError.has_value(), "BisectBatchOnFunctionError"));
  TRY(unsupported(wanted.TumblingWindowInSeconds.has_value(), "TumblingWindowInSeconds"));
  const auto& to = wanted.DestinationConfig;
  const bool destined =
      to && ((to->OnFailure && to->OnFailure->Destination) || (to->OnSuccess && to->OnSuccess->Destination));
  return unsupported(destined, "DestinationConfig");
}

}  // namespace orrery::lambda
