#include "base/encode.h"
#include "services/sqs/messages/arrivals.h"
#include "services/sqs/messages/checks.h"
#include "services/sqs/messages/digest.h"
#include "services/sqs/metrics.h"
#include "services/sqs/operations.h"

namespace orrery::sqs {
namespace {

// "the deduplication interval": five minutes.
constexpr Millis kDeduplication = std::chrono::minutes(5);
constexpr std::size_t kForgottenAtOnce = 4;

std::string sender_of(const Call& call) {
  return call.principal->user_id.empty() ? call.principal->arn : call.principal->user_id;
}

class Sender {
 public:
  Sender(Sqs& sqs, const Call& call, Transaction& tx, QueuePtr queue, std::shared_ptr<Shelf> shelf, std::size_t count)
      : sqs_(sqs),
        call_(call),
        tx_(tx),
        queue_(std::move(queue)),
        shelf_(std::move(shelf)),
        arrivals_(sqs, tx, queue_, shelf_, count) {}

  template <class Output>
  Result<> send(const Sending& sending, Output& output) {
    Content content;
    content.id = call_.random->uuid();
    content.body = sending.body;
    content.body_md5 = md5_hex(sending.body);
    content.sender = sender_of(call_);
    content.trace_header = call_.trace_id;
    if (sending.attributes) content.attributes = *sending.attributes;
    if (sending.group) content.group = *sending.group;
    if (!content.attributes.empty()) output.MD5OfMessageAttributes = md5_of(content.attributes);
    if (sending.system_attributes && !sending.system_attributes->empty()) {
      output.MD5OfMessageSystemAttributes = md5_of(*sending.system_attributes);
      content.trace_header = sending.system_attributes->begin()->second.StringValue.value_or("");
    }
    output.MD5OfMessageBody = content.body_md5;
    if (queue_->fifo && TRY(is_duplicate(sending, content))) {
      output.MessageId = content.id;
      output.SequenceNumber = content.sequence;
      return {};
    }
    State state;
    state.sent = call_.now;
    state.visible = call_.now + std::chrono::seconds(sending.delay_s.value_or(queue_->delay_s));
    state.group = queue_->fifo ? content.group : std::string();
    TRY(arrivals_.add(content, state));
    if (queue_->fifo) TRY(remember(content));
    output.MessageId = content.id;
    if (queue_->fifo) output.SequenceNumber = content.sequence;
    bytes_.push_back(static_cast<double>(bytes_of(sending)));
    return {};
  }

  Result<> finish() {
    if (queue_->fifo) TRY(forget_some());
    TRY(arrivals_.finish(call_.now));
    if (sqs_.metrics == nullptr || bytes_.empty()) return {};
    tx_.on_commit([&sqs = sqs_, queue = queue_, shelf = shelf_, bytes = std::move(bytes_), now = call_.now] {
      publish(sqs, *queue, "NumberOfMessagesSent", static_cast<double>(bytes.size()));
      for (const double size : bytes) publish(sqs, *queue, "SentMessageSize", size, "Bytes");
      publish_counts(sqs, *queue, *shelf, now);
    });
    return {};
  }

 private:
  std::string key_of(const Content& content) const {
    if (!queue_->deduplicates_by_group) return duplicate_key(queue_->number, content.duplicate_id);
    return duplicate_key(queue_->number, content.group + '\n' + content.duplicate_id);
  }

  // The content then gets the first one's id and sequence number.
  Result<bool> is_duplicate(const Sending& sending, Content& content) {
    content.duplicate_id = sending.duplicate_id ? *sending.duplicate_id : hex(view(sha256(sending.body)));
    const auto bytes = TRY(tx_.get(key_of(content)));
    if (!bytes) return false;
    const Duplicate known = TRY(decode_duplicate(*bytes));
    if (known.until <= call_.now) return false;
    content.id = known.id;
    content.sequence = known.sequence;
    return true;
  }

  Result<> remember(const Content& content) {
    Duplicate duplicate;
    duplicate.until = call_.now + kDeduplication;
    duplicate.id = content.id;
    duplicate.sequence = content.sequence;
    const std::string key = key_of(content);
    TRY(tx_.put(key, encode(duplicate)));
    tx_.on_commit([shelf = shelf_, key, until = duplicate.until] { shelf->remember_duplicate(until, key); });
    return {};
  }

  // Ids whose time is over go a few at a time, with those that come.
  Result<> forget_some() {
    auto old = shelf_->take_old_duplicates(call_.now, kForgottenAtOnce);
    for (const std::string& key : old) {
      const auto bytes = TRY(tx_.get(key));
      if (bytes && TRY(decode_duplicate(*bytes)).until <= call_.now) TRY(tx_.erase(key));
    }
    return {};
  }

  Sqs& sqs_;
  const Call& call_;
  Transaction& tx_;
  const QueuePtr queue_;
  const std::shared_ptr<Shelf> shelf_;
  Arrivals arrivals_;
  std::vector<double> bytes_;
};

}  // namespace

Result<SendMessageResult> send_message(Sqs& sqs, Call& call, Transaction& tx, const SendMessageRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  const Sending sending = Sending::of(input);
  TRY(check_sending(sending, *queue));
  Sender sender(sqs, call, tx, queue, TRY(sqs.shelves->of(sqs.store, *queue, call.now)), 1);
  SendMessageResult output;
  TRY(sender.send(sending, output));
  TRY(sender.finish());
  return output;
}

Result<SendMessageBatchResult> send_message_batch(Sqs& sqs, Call& call, Transaction& tx,
                                                  const SendMessageBatchRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  TRY(check_batch(input.Entries, "SendMessageBatchRequestEntry"));
  std::size_t bytes = 0;
  for (const auto& entry : input.Entries) bytes += bytes_of(Sending::of(entry));
  if (bytes > kMostMessageBytes) {
    return fail(errors::BatchRequestTooLong("Batch requests cannot be longer than " +
                                            std::to_string(kMostMessageBytes) + " bytes. You have sent " +
                                            std::to_string(bytes) + " bytes."));
  }
  Sender sender(sqs, call, tx, queue, TRY(sqs.shelves->of(sqs.store, *queue, call.now)), input.Entries.size());
  SendMessageBatchResult output;
  for (const auto& entry : input.Entries) {
    const Sending sending = Sending::of(entry);
    if (const auto checked = check_sending(sending, *queue); !checked) {
      output.Failed.push_back(failed_entry(entry.Id, checked.error()));
      continue;
    }
    SendMessageBatchResultEntry& sent = output.Successful.emplace_back();
    sent.Id = entry.Id;
    TRY(sender.send(sending, sent));
  }
  TRY(sender.finish());
  return output;
}

}  // namespace orrery::sqs
