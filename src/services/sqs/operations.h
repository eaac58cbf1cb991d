// The functions behind the rows of sqs.cc.
#pragma once

#include "services/sqs/queues/address.h"
#include "shapes/sqs.h"

namespace orrery::sqs {

// queues/
Result<CreateQueueResult> create_queue(Sqs& sqs, Call& call, Transaction& tx, const CreateQueueRequest& input);
Result<wire::Empty> delete_queue(Sqs& sqs, Call& call, Transaction& tx, const DeleteQueueRequest& input);
Result<GetQueueUrlResult> get_queue_url(Sqs& sqs, Call& call, Reader& reader, const GetQueueUrlRequest& input);
Result<ListQueuesResult> list_queues(Call& call, Reader& reader, const ListQueuesRequest& input);
Result<GetQueueAttributesResult> get_queue_attributes(Sqs& sqs, Call& call, Reader& reader,
                                                      const GetQueueAttributesRequest& input);
Result<wire::Empty> set_queue_attributes(Sqs& sqs, Call& call, Transaction& tx, const SetQueueAttributesRequest& input);
Result<ListDeadLetterSourceQueuesResult> list_dead_letter_source_queues(Sqs& sqs, Call& call, Reader& reader,
                                                                        const ListDeadLetterSourceQueuesRequest& input);
Result<wire::Empty> purge_queue(Sqs& sqs, Call& call, Transaction& tx, const PurgeQueueRequest& input);
Result<wire::Empty> tag_queue(Sqs& sqs, Call& call, Transaction& tx, const TagQueueRequest& input);
Result<wire::Empty> untag_queue(Sqs& sqs, Call& call, Transaction& tx, const UntagQueueRequest& input);
Result<ListQueueTagsResult> list_queue_tags(Sqs& sqs, Call& call, Reader& reader, const ListQueueTagsRequest& input);
Result<wire::Empty> add_permission(Sqs& sqs, Call& call, Transaction& tx, const AddPermissionRequest& input);
Result<wire::Empty> remove_permission(Sqs& sqs, Call& call, Transaction& tx, const RemovePermissionRequest& input);

// messages/
Result<SendMessageResult> send_message(Sqs& sqs, Call& call, Transaction& tx, const SendMessageRequest& input);
Result<SendMessageBatchResult> send_message_batch(Sqs& sqs, Call& call, Transaction& tx,
                                                  const SendMessageBatchRequest& input);
void receive_message(Sqs& sqs, Call& call, const ReceiveMessageRequest& input,
                     std::function<void(Result<ReceiveMessageResult>)> done);
// For other services, within their transactions: answers at once.
Result<ReceiveMessageResult> receive_now(Sqs& sqs, Call& call, Transaction& tx, const ReceiveMessageRequest& input);
Result<wire::Empty> delete_message(Sqs& sqs, Call& call, Transaction& tx, const DeleteMessageRequest& input);
Result<DeleteMessageBatchResult> delete_message_batch(Sqs& sqs, Call& call, Transaction& tx,
                                                      const DeleteMessageBatchRequest& input);
Result<wire::Empty> change_message_visibility(Sqs& sqs, Call& call, Transaction& tx,
                                              const ChangeMessageVisibilityRequest& input);
Result<ChangeMessageVisibilityBatchResult> change_message_visibility_batch(
    Sqs& sqs, Call& call, Transaction& tx, const ChangeMessageVisibilityBatchRequest& input);

// moving/
Result<StartMessageMoveTaskResult> start_message_move_task(Sqs& sqs, Call& call, Transaction& tx,
                                                           const StartMessageMoveTaskRequest& input);
Result<CancelMessageMoveTaskResult> cancel_message_move_task(Sqs& sqs, Call& call, Transaction& tx,
                                                             const CancelMessageMoveTaskRequest& input);
Result<ListMessageMoveTasksResult> list_message_move_tasks(Sqs& sqs, Call& call, Reader& reader,
                                                           const ListMessageMoveTasksRequest& input);
void register_moving(Sqs& sqs);

// What a batch says of an entry that failed.
BatchResultErrorEntry failed_entry(const std::string& id, const Error& error);

// The queue of a request, and its shelf. Errors: InvalidAddress, QueueDoesNotExist.
Result<QueuePtr> asked_queue(Sqs& sqs, const Call& call, Reader& reader, const std::string& url);

}  // namespace orrery::sqs
