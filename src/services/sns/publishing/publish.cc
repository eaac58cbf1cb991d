// Publish and PublishBatch: what is accepted is one message of the outbox, committed with the answer; the worker gives
// it to the subscriptions (delivery/fanout.cc).
#include "base/encode.h"
#include "services/record.h"
#include "services/sns/delivery/fanout.h"
#include "services/sns/metrics.h"
#include "services/sns/operations.h"
#include "services/sns/publishing/message.h"
#include "services/sns/topics/attributes.h"

#include <algorithm>
#include <set>

namespace orrery::sns {
namespace {

constexpr std::size_t kMostEntries = 10;
constexpr std::size_t kMostEntryId = 80;
// "within the 5 minute minimum deduplication interval"
constexpr Millis kDeduplication = std::chrono::minutes(5);

struct Accepted {
  std::string id;
  std::optional<std::string> sequence;
};

// "20 digits": each is greater than the one before.
std::string sequence_text(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return "1" + std::string(19 - std::min<std::size_t>(19, digits.size()), '0') + digits;
}

Result<std::uint64_t> next_sequence(Transaction& tx, const TopicName& topic) {
  const std::string key = sequence_key(topic, "");
  const auto document = TRY(get_record(tx, key));
  const auto next = static_cast<std::uint64_t>(document ? find_int(*document, "last").value_or(0) : 0) + 1;
  TRY(put_record(tx, key, json::object{{"last", static_cast<std::int64_t>(next)}}));
  return next;
}

std::string deduplication_of(const Draft& draft) {
  return draft.deduplication ? *draft.deduplication : hex(view(sha256(draft.message)));
}

// What the same message was answered within the interval.
Result<std::optional<Accepted>> accepted_before(Transaction& tx, const std::string& key, Instant now) {
  const auto document = TRY(get_record(tx, key));
  if (!document || instant_from_ms(find_int(*document, "until_ms").value_or(0)) <= now) {
    return std::optional<Accepted>();
  }
  return std::optional(Accepted{text_of(*document, "id"), text_of(*document, "sequence")});
}

Result<> remember(Sns& sns, Transaction& tx, const std::string& key, const Accepted& accepted, Instant now) {
  const Instant until = now + kDeduplication;
  TRY(put_record(
      tx, key,
      json::object{{"id", accepted.id}, {"sequence", accepted.sequence.value_or("")}, {"until_ms", epoch_ms(until)}}));
  Timer timer;
  timer.kind = kDuplicateTimer;
  timer.id = hex(key);
  timer.due = until;
  return sns.background.arm(tx, timer);
}

// `draft` has passed its checks.
Result<Accepted> accept(Sns& sns, Call& call, Transaction& tx, const TopicRecord& topic, const Draft& draft) {
  Published published;
  std::string duplicate;
  if (topic.name.fifo()) {
    published.deduplication = deduplication_of(draft);
    // The scope: the topic, or the message group.
    const bool by_group = topic.attribute("FifoThroughputScope") == "MessageGroup";
    duplicate = duplicate_key(topic.name, (by_group ? *draft.group + "\n" : "") + published.deduplication);
    if (auto before = TRY(accepted_before(tx, duplicate, call.now))) return *std::move(before);
  }
  published.id = call.random->uuid();
  published.subject = draft.subject;
  published.message = draft.message;
  published.structured = draft.structure && *draft.structure == "json";
  if (draft.attributes) published.attributes = *draft.attributes;
  published.at = call.now;
  published.group = draft.group.value_or("");
  published.trace_id = call.trace_id;

  Accepted accepted{published.id, std::nullopt};
  std::uint64_t sequence = 0;
  if (topic.name.fifo()) {
    sequence = TRY(next_sequence(tx, topic.name));
    published.sequence = sequence_text(sequence);
    accepted.sequence = published.sequence;
    TRY(remember(sns, tx, duplicate, accepted, call.now));
  }
  TRY(post_published(sns, tx, topic.name, published, sequence));
  count_published(tx, sns, topic.name, call.now, size_of(draft));
  return accepted;
}

Result<> check_one(const Draft& draft, const TopicRecord& topic) {
  TRY(check_content(draft));
  TRY(check_attributes(draft.attributes));
  if (size_of(draft) > most_message_bytes(topic)) return fail(invalid_parameter("Message too long"));
  TRY(check_ordering(draft, topic));
  return check_structure(draft);
}

// "The Id of a batch entry in a batch request doesn't abide by the specification": 1 to 80 letters, digits, - and _.
bool is_entry_id(const std::string& id) {
  return !id.empty() && id.size() <= kMostEntryId && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<> check_batch(const std::vector<PublishBatchRequestEntry>& entries) {
  if (entries.empty()) {
    return fail(errors::EmptyBatchRequestException("The batch request doesn't contain any entries."));
  }
  if (entries.size() > kMostEntries) {
    return fail(
        errors::TooManyEntriesInBatchRequestException("The batch request contains more entries than permissible."));
  }
  std::set<std::string> ids;
  for (const auto& entry : entries) {
    if (!is_entry_id(entry.Id)) {
      return fail(errors::InvalidBatchEntryIdException(
          "The Id of a batch entry in a batch request doesn't abide by the specification."));
    }
    if (!ids.insert(entry.Id).second) {
      return fail(
          errors::BatchEntryIdsNotDistinctException("Two or more batch entries in the request have the same Id."));
    }
  }
  return {};
}

// What makes the whole request fail, whichever entry it is of.
Result<> check_all(const std::vector<PublishBatchRequestEntry>& entries, const TopicRecord& topic) {
  std::int64_t total = 0;
  for (const auto& entry : entries) {
    const Draft draft = draft_of(entry);
    TRY(check_attributes(draft.attributes));
    TRY(check_structure(draft));
    TRY(check_ordering(draft, topic));
    total += size_of(draft);
  }
  if (total <= most_message_bytes(topic)) return {};
  return fail(
      errors::BatchRequestTooLongException("The length of all the messages put together is more than the limit."));
}

}  // namespace

Result<PublishResponse> publish(Sns& sns, Call& call, Transaction& tx, const PublishInput& input) {
  if (input.PhoneNumber) return fail(not_here("Orrery sends no text messages: publish to a topic."));
  if (!input.TopicArn && !input.TargetArn) {
    return fail(invalid_parameter("TopicArn or TargetArn Reason: no value for required parameter"));
  }
  const std::string& arn = input.TopicArn ? *input.TopicArn : *input.TargetArn;
  if (arn.find(":endpoint/") != std::string::npos) {
    return fail(not_here("Orrery has no mobile push notifications: publish to a topic."));
  }
  const Draft draft = draft_of(input);
  TRY(check_content(draft));
  const TopicRecord topic = TRY(existing_topic(tx, call, arn));
  TRY(check_one(draft, topic));
  Accepted accepted = TRY(accept(sns, call, tx, topic, draft));
  PublishResponse output;
  output.MessageId = std::move(accepted.id);
  output.SequenceNumber = std::move(accepted.sequence);
  return output;
}

Result<PublishBatchResponse> publish_batch(Sns& sns, Call& call, Transaction& tx, const PublishBatchInput& input) {
  TRY(check_batch(input.PublishBatchRequestEntries));
  const TopicRecord topic = TRY(existing_topic(tx, call, input.TopicArn));
  TRY(check_all(input.PublishBatchRequestEntries, topic));
  PublishBatchResponse output;
  output.Successful.emplace();
  output.Failed.emplace();
  for (const auto& entry : input.PublishBatchRequestEntries) {
    const Draft draft = draft_of(entry);
    if (const Result<> good = check_one(draft, topic); !good) {
      BatchResultErrorEntry failed;
      failed.Id = entry.Id;
      failed.Code = good.error().code;
      failed.Message = good.error().message;
      failed.SenderFault = true;
      output.Failed->push_back(std::move(failed));
      continue;
    }
    Accepted accepted = TRY(accept(sns, call, tx, topic, draft));
    PublishBatchResultEntry done;
    done.Id = entry.Id;
    done.MessageId = std::move(accepted.id);
    done.SequenceNumber = std::move(accepted.sequence);
    output.Successful->push_back(std::move(done));
  }
  return output;
}

}  // namespace orrery::sns
