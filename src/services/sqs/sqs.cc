#include "services/sqs/sqs.h"

#include "services/sqs/cleanup.h"
#include "services/sqs/moving/tasks.h"
#include "services/sqs/operations.h"
#include "services/sqs/shelf/long_polls.h"
#include "services/sqs/shelf/shelf.h"

namespace orrery::sqs {
namespace {

using Accesses = Result<std::vector<Access>>;

Result<> check_there(Reader& reader, const QueueName& name) {
  const std::string key = queue_key(name);
  const auto bytes = TRY(reader.get(key));
  if (bytes && !TRY(decode_queue(key, *bytes)).deleted_at) return {};
  return fail(errors::QueueDoesNotExist("The specified queue does not exist."));
}

// Actions and resources are those of docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html.
constexpr auto queue_of = [](const Call& call, Reader& reader, const auto& input) -> Accesses {
  const QueueName name = TRY(parse_url(call, input.QueueUrl));
  // A service is let in by the queue's policy alone: where there is no queue, that is what it is told.
  if (call.principal->kind == auth::Principal::Kind::Service) TRY(check_there(reader, name));
  return std::vector<Access>{{{}, name.arn(), {}}};
};
// "Cross-account permissions don't apply to the following actions"
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html).
Result<> check_own(const Call& call, const std::string& account, const std::string& resource) {
  if (account == call.account) return {};
  return fail(api_error("AccessDenied", "Access to the resource " + resource + " is denied.", 403));
}
constexpr auto own_queue = [](const Call& call, const auto& input) -> Accesses {
  const QueueName name = TRY(parse_url(call, input.QueueUrl));
  TRY(check_own(call, name.account, input.QueueUrl));
  return std::vector<Access>{{{}, name.arn(), {}}};
};
// What is no queue's ARN is refused by the operation.
Result<> check_own_source(const Call& call, const std::string& arn) {
  const auto name = parse_queue_arn(arn);
  return name ? check_own(call, name->account, arn) : Result<>();
}
constexpr auto new_queue = [](const Call& call, const CreateQueueRequest& input) {
  const std::string arn = QueueName{call.account, call.region, input.QueueName}.arn();
  std::vector<Access> accesses{{{}, arn, {}}};
  if (input.tags && !input.tags->empty()) accesses.push_back({"sqs:TagQueue", arn, {}});
  return accesses;
};
constexpr auto named_queue = [](const Call& call, const GetQueueUrlRequest& input) {
  return QueueName{input.QueueOwnerAWSAccountId.value_or(call.account), call.region, input.QueueName}.arn();
};
constexpr auto every_queue = [](const Call& call, const ListQueuesRequest&) {
  return QueueName{call.account, call.region, "*"}.arn();
};
// Messages go where they came from, unless the request says where.
constexpr auto moved_queues = [](const Call& call, Reader& reader,
                                 const StartMessageMoveTaskRequest& input) -> Accesses {
  TRY(check_own_source(call, input.SourceArn));
  std::vector<Access> accesses{{{}, input.SourceArn, {}}};
  for (const char* action : {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}) {
    accesses.push_back({action, input.SourceArn, {}});
  }
  std::vector<std::string> destinations;
  if (input.DestinationArn) {
    destinations.push_back(*input.DestinationArn);
  } else if (const auto source = parse_queue_arn(input.SourceArn)) {
    destinations = TRY(dead_letter_sources(reader, *source));
  }
  for (const std::string& arn : destinations) accesses.push_back({"sqs:SendMessage", arn, {}});
  return accesses;
};
constexpr auto source_of = [](const Call& call, const ListMessageMoveTasksRequest& input) -> Accesses {
  TRY(check_own_source(call, input.SourceArn));
  return std::vector<Access>{{{}, input.SourceArn, {}}};
};
constexpr auto task_source = [](const Call& call, const CancelMessageMoveTaskRequest& input) {
  const auto task = parse_task_handle(input.TaskHandle);
  return task ? task->source.arn() : QueueName{call.account, call.region, "*"}.arn();
};

// Waits where the client can, and answers other services at once, within their transactions.
constexpr Operation receive_row() {
  Operation row = waiting<receive_message, queue_of>("ReceiveMessage", "sqs:ReceiveMessage");
  row.transact = &internal::run_within<receive_now, Transaction>;
  return row;
}

constexpr Operation kOperations[] = {
    transacting<add_permission, own_queue>("AddPermission", "sqs:AddPermission"),
    transacting<cancel_message_move_task, task_source>("CancelMessageMoveTask", "sqs:CancelMessageMoveTask"),
    transacting<change_message_visibility, queue_of>("ChangeMessageVisibility", "sqs:ChangeMessageVisibility"),
    transacting<change_message_visibility_batch, queue_of>("ChangeMessageVisibilityBatch",
                                                           "sqs:ChangeMessageVisibility"),
    transacting<create_queue, new_queue>("CreateQueue", "sqs:CreateQueue"),
    transacting<delete_message, queue_of>("DeleteMessage", "sqs:DeleteMessage"),
    transacting<delete_message_batch, queue_of>("DeleteMessageBatch", "sqs:DeleteMessage"),
    transacting<delete_queue, own_queue>("DeleteQueue", "sqs:DeleteQueue"),
    reading<get_queue_attributes, queue_of>("GetQueueAttributes", "sqs:GetQueueAttributes"),
    reading<get_queue_url, named_queue>("GetQueueUrl", "sqs:GetQueueUrl"),
    reading<list_dead_letter_source_queues, queue_of>("ListDeadLetterSourceQueues", "sqs:ListDeadLetterSourceQueues"),
    reading<list_message_move_tasks, source_of>("ListMessageMoveTasks", "sqs:ListMessageMoveTasks"),
    reading<list_queue_tags, own_queue>("ListQueueTags", "sqs:ListQueueTags"),
    reading<list_queues, every_queue>("ListQueues", "sqs:ListQueues"),
    transacting<purge_queue, queue_of>("PurgeQueue", "sqs:PurgeQueue"),
    receive_row(),
    transacting<remove_permission, own_queue>("RemovePermission", "sqs:RemovePermission"),
    transacting<send_message, queue_of>("SendMessage", "sqs:SendMessage"),
    transacting<send_message_batch, queue_of>("SendMessageBatch", "sqs:SendMessage"),
    transacting<set_queue_attributes, own_queue>("SetQueueAttributes", "sqs:SetQueueAttributes"),
    transacting<start_message_move_task, moved_queues>("StartMessageMoveTask", "sqs:StartMessageMoveTask"),
    transacting<tag_queue, own_queue>("TagQueue", "sqs:TagQueue"),
    transacting<untag_queue, own_queue>("UntagQueue", "sqs:UntagQueue"),
};

Result<std::optional<std::string>> policy_of_queue(void* self, Reader& reader, std::string_view arn) {
  const auto name = parse_queue_arn(arn);
  if (!name) return std::optional<std::string>();
  const QueuePtr queue = TRY(find_queue(*static_cast<Sqs*>(self), reader, *name));
  if (queue == nullptr) return std::optional<std::string>();
  std::string policy = queue->attribute(QueueAttributeName::Policy);
  return policy.empty() ? std::nullopt : std::optional(std::move(policy));
}

}  // namespace

Service sqs_service(Sqs& sqs) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &sqs;
  service.resource_policy = &policy_of_queue;
  return service;
}

void register_background(Sqs& sqs) {
  register_cleanup(sqs);
  register_moving(sqs);
}

void stop(Sqs& sqs) { sqs.polls->stop(); }

}  // namespace orrery::sqs
