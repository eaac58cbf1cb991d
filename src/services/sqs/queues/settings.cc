// GetQueueAttributes and SetQueueAttributes.
#include "services/sqs/messages/arrivals.h"
#include "services/sqs/operations.h"
#include "services/sqs/queues/attributes.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

namespace Names = QueueAttributeName;

std::span<const std::string_view> all_names() {
  const auto& members = wire::shape_for<GetQueueAttributesRequest>().members;
  return std::ranges::find(members, std::string_view("AttributeNames"), &wire::Member::name)
      ->shape->element->enum_values;
}

Attributes described(const Queue& queue, const Counts& counts) {
  Attributes out = queue.attributes;
  const auto put = [&](std::string_view name, std::string value) { out[std::string(name)] = std::move(value); };
  put(Names::QueueArn, queue.arn());
  put(Names::CreatedTimestamp, std::to_string(epoch_ms(queue.created) / 1000));
  put(Names::LastModifiedTimestamp, std::to_string(epoch_ms(queue.modified) / 1000));
  put(Names::ApproximateNumberOfMessages, std::to_string(counts.visible));
  put(Names::ApproximateNumberOfMessagesNotVisible, std::to_string(counts.in_flight));
  put(Names::ApproximateNumberOfMessagesDelayed, std::to_string(counts.delayed));
  return out;
}

}  // namespace

Result<GetQueueAttributesResult> get_queue_attributes(Sqs& sqs, Call& call, Reader& reader,
                                                      const GetQueueAttributesRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, reader, input.QueueUrl));
  GetQueueAttributesResult output;
  if (!input.AttributeNames || input.AttributeNames->empty()) return output;
  for (const std::string& name : *input.AttributeNames) {
    if (std::ranges::find(all_names(), std::string_view(name)) == all_names().end()) {
      return fail(errors::InvalidAttributeName("Unknown Attribute " + name + "."));
    }
  }
  const auto shelf = TRY(sqs.shelves->of(sqs.store, *queue, call.now));
  Attributes attributes = described(*queue, shelf->counts(*queue, call.now));
  const bool all = std::ranges::find(*input.AttributeNames, Names::All) != input.AttributeNames->end();
  if (!all) {
    std::erase_if(attributes, [&](const auto& one) {
      return std::ranges::find(*input.AttributeNames, one.first) == input.AttributeNames->end();
    });
  }
  if (!attributes.empty()) output.Attributes = std::move(attributes);
  return output;
}

Result<wire::Empty> set_queue_attributes(Sqs& sqs, Call& call, Transaction& tx,
                                         const SetQueueAttributesRequest& input) {
  Queue queue = *TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  if (input.Attributes.empty()) return fail(missing_parameter("Attribute.Name"));
  if (input.Attributes.contains(std::string(Names::FifoQueue))) {
    return fail(errors::InvalidAttributeName("Unknown Attribute FifoQueue."));
  }
  TRY(apply_attributes(sqs, call, tx, queue, input.Attributes, queue.attributes));
  queue.modified = call.now;
  const std::int64_t retention = queue.retention_s;
  interpret(queue);
  TRY(put_queue(tx, queue));
  // The sweep looks when the first message goes now.
  if (retention != queue.retention_s) {
    TRY(arm_sweep(sqs, tx, queue, TRY(sqs.shelves->of(sqs.store, queue, call.now)), call.now));
  }
  return wire::Empty{};
}

}  // namespace orrery::sqs
