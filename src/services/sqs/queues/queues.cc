// CreateQueue, DeleteQueue, PurgeQueue, GetQueueUrl, ListQueues, ListDeadLetterSourceQueues.
#include "services/paging.h"
#include "services/sqs/cleanup.h"
#include "services/sqs/operations.h"
#include "services/sqs/queues/attributes.h"
#include "services/sqs/queues/tagging.h"
#include "services/sqs/shelf/shelf.h"
#include "services/tags.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

constexpr std::int64_t kMostListed = 1000;
constexpr std::string_view kFifo = ".fifo";

Result<> check_name(std::string_view name, bool fifo) {
  const std::string_view stem = fifo && name.ends_with(kFifo) ? name.substr(0, name.size() - kFifo.size()) : name;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const bool good = !stem.empty() && name.size() <= 80 && std::ranges::all_of(stem, allowed);
  if (good && fifo == (stem.size() < name.size())) return {};
  return fail(api_error("InvalidParameterValue",
                        fifo ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
                               "underscores, must end with .fifo suffix and be 1 to 80 in length."
                             : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"));
}

Result<std::uint64_t> next_number(Transaction& tx) {
  std::uint64_t last = 0;
  if (const auto bytes = TRY(tx.get(queue_counter_key()))) last = KeyReader("." + *bytes).u64();
  TRY(tx.put(queue_counter_key(), KeyWriter(KeyKind::Meta).u64(last + 1).take().substr(1)));
  return last + 1;
}

// Walks over the queues of a key range in order; `each` says whether it takes one, of at most `most`.
template <class Each>
Result<std::optional<std::string>> page_of(Reader& reader, const std::string& prefix,
                                           const std::optional<std::string>& token, std::int64_t most, Each each) {
  KeyRange range = prefix_range(prefix);
  if (token) {
    const auto position = page_position(*token);
    if (!position || !position->starts_with(prefix)) {
      return fail(invalid_parameter(*token, "NextToken", "Invalid or expired next token."));
    }
    range.begin = *position;
  }
  const auto cursor = reader.scan(range);
  std::int64_t taken = 0;
  while (cursor->next()) {
    const Queue queue = TRY(decode_queue(cursor->key(), cursor->value()));
    if (queue.deleted_at) continue;
    if (taken == most) return std::optional(page_token(cursor->key()));
    if (each(queue)) ++taken;
  }
  TRY(cursor->status());
  return std::optional<std::string>();
}

Result<> check_page(const std::optional<std::int64_t>& most) {
  if (!most || (*most >= 1 && *most <= kMostListed)) return {};
  return fail(
      invalid_parameter(std::to_string(*most), "MaxResults", "MaxResults must be an integer between 1 and 1000."));
}

}  // namespace

Result<QueuePtr> asked_queue(Sqs& sqs, const Call& call, Reader& reader, const std::string& url) {
  return existing_queue(sqs, reader, TRY(parse_url(call, url)));
}

Result<CreateQueueResult> create_queue(Sqs& sqs, Call& call, Transaction& tx, const CreateQueueRequest& input) {
  const Attributes given = input.Attributes.value_or(Attributes());
  const auto wants = given.find(std::string(QueueAttributeName::FifoQueue));
  const bool fifo = wants != given.end() && wants->second == "true";
  TRY(check_name(input.QueueName, fifo));
  // "If you don't provide this attribute, Amazon SQS creates a standard queue": false is no value of a standard
  // queue's.
  if (wants != given.end() && !fifo) {
    return fail(wants->second == "false" ? errors::InvalidAttributeName("Unknown Attribute FifoQueue.")
                                         : errors::InvalidAttributeValue("Invalid value for the parameter FifoQueue."));
  }
  Queue queue;
  static_cast<QueueName&>(queue) = {call.account, call.region, input.QueueName};
  CreateQueueResult output;
  output.QueueUrl = url_of(call, queue);
  Attributes asked;
  TRY(apply_attributes(sqs, call, tx, queue, given, asked));
  if (fifo) asked[std::string(QueueAttributeName::FifoQueue)] = "true";
  if (const auto bytes = TRY(tx.get(queue_key(queue)))) {
    const Queue known = TRY(decode_queue(queue_key(queue), *bytes));
    if (!known.deleted_at) {
      const auto other = first_difference(asked, known.attributes);
      if (!other) return output;
      return fail(errors::QueueNameExists(
          "A queue already exists with the same name and a different value for attribute " + *other));
    }
    if (call.now >= *known.deleted_at && call.now - *known.deleted_at < kRest) {
      return fail(errors::QueueDeletedRecently(
          "You must wait 60 seconds after deleting a queue before you can create another with the same name."));
    }
  }
  queue.attributes = default_attributes(fifo);
  if (asked.contains(std::string(QueueAttributeName::KmsMasterKeyId)) &&
      !asked.contains(std::string(QueueAttributeName::KmsDataKeyReusePeriodSeconds))) {
    asked[std::string(QueueAttributeName::KmsDataKeyReusePeriodSeconds)] = "300";
  }
  for (auto& [name, value] : asked) queue.attributes[name] = value;
  queue.number = TRY(next_number(tx));
  queue.created = queue.modified = call.now;
  if (input.tags) TRY(put_tags(tx, queue, *input.tags));
  TRY(put_queue(tx, queue));
  return output;
}

Result<wire::Empty> delete_queue(Sqs& sqs, Call& call, Transaction& tx, const DeleteQueueRequest& input) {
  Queue queue = *TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  queue.deleted_at = call.now;
  TRY(put_queue(tx, queue));
  TRY(erase_tags(tx, queue.arn()));
  TRY(clear_messages(sqs, tx, queue, std::nullopt, call.now));
  // Who waits is told that there is no queue.
  tx.on_commit([&sqs, number = queue.number, arn = queue.arn()] {
    sqs.shelves->drop(number);
    sqs.wakes.wake(arn);
  });
  return wire::Empty{};
}

Result<wire::Empty> purge_queue(Sqs& sqs, Call& call, Transaction& tx, const PurgeQueueRequest& input) {
  Queue queue = *TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  if (queue.purged_at && call.now >= *queue.purged_at && call.now - *queue.purged_at < kRest) {
    return fail(errors::PurgeQueueInProgress("Only one PurgeQueue operation on " + queue.name +
                                             " is allowed every 60 seconds."));
  }
  const auto shelf = TRY(sqs.shelves->of(sqs.store, queue, call.now));
  queue.purged_at = call.now;
  queue.purged_below = shelf->next_number();
  TRY(put_queue(tx, queue));
  TRY(clear_messages(sqs, tx, queue, queue.purged_below, call.now));
  tx.on_commit([shelf, bound = queue.purged_below] { shelf->remove_below(bound); });
  return wire::Empty{};
}

Result<GetQueueUrlResult> get_queue_url(Sqs& sqs, Call& call, Reader& reader, const GetQueueUrlRequest& input) {
  const QueuePtr queue = TRY(
      existing_queue(sqs, reader, {input.QueueOwnerAWSAccountId.value_or(call.account), call.region, input.QueueName}));
  GetQueueUrlResult output;
  output.QueueUrl = url_of(call, *queue);
  return output;
}

// Without MaxResults there is one page of 1,000 and no token.
Result<ListQueuesResult> list_queues(Call& call, Reader& reader, const ListQueuesRequest& input) {
  TRY(check_page(input.MaxResults));
  const std::string prefix = input.QueueNamePrefix.value_or("");
  // A name's key ends with a terminator: names that begin so begin with the same bytes.
  const std::string keys = queues_prefix(call.account, call.region) + prefix;
  ListQueuesResult output;
  std::vector<std::string> urls;
  auto next =
      TRY(page_of(reader, keys, input.NextToken, input.MaxResults.value_or(kMostListed), [&](const Queue& queue) {
        urls.push_back(url_of(call, queue));
        return true;
      }));
  if (!urls.empty()) output.QueueUrls = std::move(urls);
  if (input.MaxResults) output.NextToken = std::move(next);
  return output;
}

Result<ListDeadLetterSourceQueuesResult> list_dead_letter_source_queues(
    Sqs& sqs, Call& call, Reader& reader, const ListDeadLetterSourceQueuesRequest& input) {
  TRY(check_page(input.MaxResults));
  const QueuePtr target = TRY(asked_queue(sqs, call, reader, input.QueueUrl));
  ListDeadLetterSourceQueuesResult output;
  auto next = TRY(page_of(reader, queues_prefix(target->account, target->region), input.NextToken,
                          input.MaxResults.value_or(kMostListed), [&](const Queue& queue) {
                            if (!queue.redrive || queue.redrive->target != target->arn()) return false;
                            output.queueUrls.push_back(url_of(call, queue));
                            return true;
                          }));
  if (input.MaxResults) output.NextToken = std::move(next);
  return output;
}

}  // namespace orrery::sqs
