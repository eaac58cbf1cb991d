// DeleteMessage and ChangeMessageVisibility: what becomes of a message that somebody has.
#include "services/sqs/messages/arrivals.h"
#include "services/sqs/messages/checks.h"
#include "services/sqs/messages/handle.h"
#include "services/sqs/metrics.h"
#include "services/sqs/operations.h"

namespace orrery::sqs {
namespace {

constexpr std::string_view kHandle = "ReceiptHandle";

Result<Handle> read_handle(const Queue& queue, const std::string& text) {
  if (text.empty()) return fail(missing_parameter(kHandle));
  const auto handle = parse_handle(text);
  if (!handle || handle->queue != queue.number) {
    return fail(
        errors::ReceiptHandleIsInvalid("The input receipt handle \"" + text + "\" is not a valid receipt handle."));
  }
  return *handle;
}

Error handle_expired(const std::string& text) {
  return invalid_parameter(text, kHandle, "The receipt handle has expired.");
}

// True: it was there. "If you receive a message more than once … you must provide the most recently received
// ReceiptHandle": with an older one a standard queue answers the same and keeps the message. In a FIFO queue a handle
// ends with its visibility timeout.
Result<bool> erase_message(Sqs& sqs, const Call& call, Transaction& tx, const Queue& queue, const std::string& text) {
  const Handle handle = TRY(read_handle(queue, text));
  const std::string key = state_key(queue.number, handle.number);
  const auto bytes = TRY(tx.get(key));
  if (!bytes) return false;
  const State state = TRY(decode_state(*bytes));
  const bool latest = state.receipt == handle.receipt;
  if (queue.fifo && (!latest || state.visible <= call.now)) return fail(handle_expired(text));
  if (!latest) return false;
  TRY(tx.erase(key));
  TRY(tx.erase(content_key(queue.number, handle.number)));
  const auto shelf = TRY(sqs.shelves->of(sqs.store, queue, call.now));
  tx.on_commit([shelf, number = handle.number] { shelf->remove(number); });
  return true;
}

Result<> count_deleted(Sqs& sqs, const Call& call, Transaction& tx, const QueuePtr& queue, std::size_t number) {
  if (sqs.metrics == nullptr || number == 0) return {};
  const auto shelf = TRY(sqs.shelves->of(sqs.store, *queue, call.now));
  tx.on_commit([&sqs, queue, number, shelf, now = call.now] {
    publish(sqs, *queue, "NumberOfMessagesDeleted", static_cast<double>(number));
    publish_counts(sqs, *queue, *shelf, now);
  });
  return {};
}

Result<> change_visibility(Sqs& sqs, const Call& call, Transaction& tx, const Queue& queue, const std::string& text,
                           std::int64_t timeout_s) {
  const Handle handle = TRY(read_handle(queue, text));
  TRY(check_range(timeout_s, "VisibilityTimeout", 0, kMostVisibility_s,
                  "VisibilityTimeout must be an integer between 0 and 43200."));
  const std::string key = state_key(queue.number, handle.number);
  const auto bytes = TRY(tx.get(key));
  if (!bytes) {
    return fail(
        invalid_parameter(text, kHandle, "Message does not exist or is not available for visibility timeout change."));
  }
  State state = TRY(decode_state(*bytes));
  const bool latest = state.receipt == handle.receipt;
  if (queue.fifo && (!latest || state.visible <= call.now)) return fail(handle_expired(text));
  if (!latest || state.visible <= call.now) {
    return fail(errors::MessageNotInflight("The message referred to isn't in flight."));
  }
  state.visible = call.now + std::chrono::seconds(timeout_s);
  TRY(tx.put(key, encode(state)));
  const auto shelf = TRY(sqs.shelves->of(sqs.store, queue, call.now));
  if (timeout_s > 0) TRY(arm_due(sqs, tx, queue, shelf, state.visible));
  tx.on_commit([shelf, number = handle.number, visible = state.visible, now = call.now] {
    shelf->change(number, visible, now);
  });
  return {};
}

// Runs `each` for every entry; one that fails leaves nothing behind.
template <class Entry, class Each>
Result<> each_entry(Transaction& tx, const std::vector<Entry>& entries, std::vector<BatchResultErrorEntry>& failed,
                    Each each) {
  for (const Entry& entry : entries) {
    const Result<> done = tx.nested([&] { return each(entry); });
    if (done) continue;
    if (done.error().kind != Error::Kind::Api) return fail(done.error());
    failed.push_back(failed_entry(entry.Id, done.error()));
  }
  return {};
}

}  // namespace

BatchResultErrorEntry failed_entry(const std::string& id, const Error& error) {
  BatchResultErrorEntry entry;
  entry.Id = id;
  entry.SenderFault = error.status < 500;
  entry.Code = error.code;
  entry.Message = error.message;
  return entry;
}

Result<wire::Empty> delete_message(Sqs& sqs, Call& call, Transaction& tx, const DeleteMessageRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  const bool was_there = TRY(erase_message(sqs, call, tx, *queue, input.ReceiptHandle));
  TRY(count_deleted(sqs, call, tx, queue, was_there ? 1 : 0));
  return wire::Empty{};
}

Result<DeleteMessageBatchResult> delete_message_batch(Sqs& sqs, Call& call, Transaction& tx,
                                                      const DeleteMessageBatchRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  TRY(check_batch(input.Entries, "DeleteMessageBatchRequestEntry"));
  DeleteMessageBatchResult output;
  std::size_t deleted = 0;
  TRY(each_entry(tx, input.Entries, output.Failed, [&](const DeleteMessageBatchRequestEntry& entry) -> Result<> {
    if (TRY(erase_message(sqs, call, tx, *queue, entry.ReceiptHandle))) ++deleted;
    output.Successful.emplace_back().Id = entry.Id;
    return {};
  }));
  TRY(count_deleted(sqs, call, tx, queue, deleted));
  return output;
}

Result<wire::Empty> change_message_visibility(Sqs& sqs, Call& call, Transaction& tx,
                                              const ChangeMessageVisibilityRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  TRY(change_visibility(sqs, call, tx, *queue, input.ReceiptHandle, input.VisibilityTimeout));
  return wire::Empty{};
}

Result<ChangeMessageVisibilityBatchResult> change_message_visibility_batch(
    Sqs& sqs, Call& call, Transaction& tx, const ChangeMessageVisibilityBatchRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  TRY(check_batch(input.Entries, "ChangeMessageVisibilityBatchRequestEntry"));
  ChangeMessageVisibilityBatchResult output;
  const auto change = [&](const ChangeMessageVisibilityBatchRequestEntry& entry) -> Result<> {
    if (!entry.VisibilityTimeout) return fail(missing_parameter("VisibilityTimeout"));
    TRY(change_visibility(sqs, call, tx, *queue, entry.ReceiptHandle, *entry.VisibilityTimeout));
    output.Successful.emplace_back().Id = entry.Id;
    return {};
  };
  TRY(each_entry(tx, input.Entries, output.Failed, change));
  return output;
}

}  // namespace orrery::sqs
