#include "services/sqs/queues/tagging.h"

#include "services/sqs/operations.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

// 128 and 256 characters of up to four bytes each.
constexpr std::size_t kMostKeyBytes = 512, kMostValueBytes = 1024;

}  // namespace

Result<> put_tags(Transaction& tx, const Queue& queue, const TagMap& tags) {
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > kMostKeyBytes || value.size() > kMostValueBytes) {
      return fail(api_error("InvalidParameterValue",
                            "Tag keys must be between 1 and 128 characters in length, tag values at most 256."));
    }
    if (key.starts_with("aws:")) {
      return fail(api_error("InvalidParameterValue", "Tag keys must not start with the reserved prefix aws:."));
    }
  }
  if (TRY(add_tags(tx, queue.arn(), tags)).size() > kMaxTags) {
    return fail(api_error("InvalidParameterValue", "Too many tags added for queue " + queue.name + "."));
  }
  return {};
}

Result<wire::Empty> tag_queue(Sqs& sqs, Call& call, Transaction& tx, const TagQueueRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  if (input.Tags.empty()) return fail(missing_parameter("Tags"));
  TRY(put_tags(tx, *queue, input.Tags));
  return wire::Empty{};
}

Result<wire::Empty> untag_queue(Sqs& sqs, Call& call, Transaction& tx, const UntagQueueRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  if (input.TagKeys.empty()) {
    return fail(api_error("InvalidParameterValue", "Tag keys can't be null or empty."));
  }
  TRY(remove_tags(tx, queue->arn(), input.TagKeys));
  return wire::Empty{};
}

Result<ListQueueTagsResult> list_queue_tags(Sqs& sqs, Call& call, Reader& reader, const ListQueueTagsRequest& input) {
  const QueuePtr queue = TRY(asked_queue(sqs, call, reader, input.QueueUrl));
  ListQueueTagsResult output;
  TagMap tags = TRY(get_tags(reader, queue->arn()));
  if (!tags.empty()) output.Tags = std::move(tags);
  return output;
}

}  // namespace orrery::sqs
