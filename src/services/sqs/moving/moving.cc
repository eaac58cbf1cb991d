#include "base/encode.h"
#include "services/record.h"
#include "services/sqs/messages/arrivals.h"
#include "services/sqs/messages/checks.h"
#include "services/sqs/moving/tasks.h"
#include "services/sqs/operations.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

constexpr std::string_view kMove = "sqs.move";
constexpr std::size_t kStep = 100;      // messages of one transaction, where there is no limit a second
constexpr std::size_t kMostTasks = 10;  // remembered of one source

Error no_resource() {
  return errors::ResourceNotFoundException(
      "The resource that you specified for the SourceArn parameter doesn't exist.");
}

Result<QueuePtr> source_queue(Sqs& sqs, Reader& reader, const std::string& arn) {
  const auto name = parse_queue_arn(arn);
  if (!name) return fail(invalid_parameter(arn, "SourceArn", "The specified ARN is not valid."));
  QueuePtr queue = TRY(find_queue(sqs, reader, *name));
  if (queue == nullptr) return fail(no_resource());
  return queue;
}

// A UUID that follows from the task and the place in it.
std::string id_of(const MoveTask& task) {
  std::string text = hex(md5(task.id + "|" + std::to_string(task.moved)));
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

Result<> post_step(Sqs& sqs, Transaction& tx, const MoveTask& task, Instant now) {
  orrery::Message message;
  message.kind = kMove;
  message.id = task.id;
  message.due = message.created = now;
  message.payload = encode_record(json::object{{"source", task.source.arn()}, {"task", task.id}});
  return sqs.background.post(tx, message);
}

// One step of a task, within one transaction.
class Mover {
 public:
  Mover(Sqs& sqs, Transaction& tx, MoveTask& task, Instant now) : sqs_(sqs), tx_(tx), task_(task), now_(now) {}

  // False: there is nothing left to be moved.
  Result<bool> move_some() {
    const QueuePtr source = TRY(find_queue(sqs_, tx_, task_.source));
    if (source == nullptr) return stop("AWS.SimpleQueueService.NonExistentQueue");
    const auto shelf = TRY(sqs_.shelves->of(sqs_.store, *source, now_));
    const std::size_t most = task_.most_a_second == 0 ? kStep : static_cast<std::size_t>(task_.most_a_second);
    for (std::size_t left = most; left > 0;) {
      const auto claim = shelf->claim(left, *source, now_);
      if (claim == nullptr) return false;
      for (std::size_t i = 0; i < claim->slots().size(); ++i) {
        if (!TRY(move_one(*source, claim->slots()[i]))) return false;
        tx_.on_commit([claim, i] { claim->gone(i); });
        --left;
      }
    }
    return true;
  }

 private:
  Result<bool> stop(std::string reason) {
    task_.status = "FAILED";
    task_.reason = std::move(reason);
    return false;
  }

  // False: the task has failed.
  Result<bool> move_one(const Queue& source, const Slot& slot) {
    const std::string key = content_key(source.number, slot.number);
    const auto bytes = TRY(tx_.get(state_key(source.number, slot.number)));
    const auto stored = TRY(tx_.get_unvalidated(key));
    if (!bytes || !stored) return true;
    Content content = TRY(decode_content(*stored));
    const auto name = parse_queue_arn(task_.destination.empty() ? content.came_from : task_.destination);
    if (!name) return stop("CouldNotDetermineMessageSource");
    const QueuePtr target = TRY(find_queue(sqs_, tx_, *name));
    if (target == nullptr || target->fifo != source.fifo) return stop("AWS.SimpleQueueService.NonExistentQueue");
    // "Redriven messages are considered new messages with a new messageID and enqueueTime".
    content.id = id_of(task_);
    content.came_from.clear();
    State state;
    state.sent = now_;
    state.visible = now_;
    state.group = slot.group;
    Arrivals arrivals(sqs_, tx_, target, TRY(sqs_.shelves->of(sqs_.store, *target, now_)), 1);
    TRY(arrivals.add(content, state));
    TRY(arrivals.finish(now_));
    TRY(tx_.erase(key));
    TRY(tx_.erase(state_key(source.number, slot.number)));
    ++task_.moved;
    return true;
  }

  Sqs& sqs_;
  Transaction& tx_;
  MoveTask& task_;
  const Instant now_;
};

Result<Delivered> move_step(Sqs& sqs, Transaction& tx, const orrery::Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto source = parse_queue_arn(find_string(document, "source").value_or(""));
  Delivered delivered;
  auto task = TRY(get_task(tx, source.value_or(QueueName()), text_of(document, "task")));
  if (!task || !task->active()) return delivered;
  const Instant now = sqs.clock.now();
  const bool more = TRY(Mover(sqs, tx, *task, now).move_some());
  if (!more && task->active()) task->status = "COMPLETED";
  TRY(put_task(tx, *task));
  delivered.ok = task->status != "FAILED";
  delivered.summary = "queue " + task->source.name + ": " + std::to_string(task->moved) + " messages moved";
  if (more) {
    delivered.retry_at = now + (task->most_a_second == 0 ? Millis(0) : Millis(1000));
    delivered.payload = message.payload;
  } else {
    delivered.summary += ", " + task->status + (task->reason.empty() ? "" : " " + task->reason);
  }
  return delivered;
}

}  // namespace

Result<StartMessageMoveTaskResult> start_message_move_task(Sqs& sqs, Call& call, Transaction& tx,
                                                           const StartMessageMoveTaskRequest& input) {
  TRY(check_range(input.MaxNumberOfMessagesPerSecond, "MaxNumberOfMessagesPerSecond", 1, 500,
                  "Must be between 1 and 500, if provided."));
  const QueuePtr source = TRY(source_queue(sqs, tx, input.SourceArn));
  if (TRY(dead_letter_sources(tx, *source)).empty()) {
    return fail(api_error("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."));
  }
  if (input.DestinationArn) {
    const auto name = parse_queue_arn(*input.DestinationArn);
    const QueuePtr target = name ? TRY(find_queue(sqs, tx, *name)) : QueuePtr();
    if (target == nullptr) {
      return fail(errors::ResourceNotFoundException(
          "The resource that you specified for the DestinationArn parameter doesn't exist."));
    }
    if (target->arn() == source->arn()) {
      return fail(api_error("InvalidParameterValue", "Source queue arn and destination queue arn cannot be the same."));
    }
    if (target->fifo != source->fifo) {
      return fail(api_error("InvalidParameterValue", "Source queue and destination queue must be of the same type."));
    }
  }
  auto tasks = TRY(tasks_of(tx, *source));
  if (std::ranges::any_of(tasks, &MoveTask::active)) {
    return fail(errors::UnsupportedOperation(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time."));
  }
  for (std::size_t i = 0; i + kMostTasks <= tasks.size(); ++i) TRY(erase_task(tx, tasks[i]));
  MoveTask task;
  task.source = *source;
  std::string began = std::to_string(epoch_ms(call.now));
  task.id = began.insert(0, 16 - std::min<std::size_t>(16, began.size()), '0') + "-" + call.random->uuid();
  task.status = "RUNNING";
  task.destination = input.DestinationArn.value_or("");
  task.most_a_second = input.MaxNumberOfMessagesPerSecond.value_or(0);
  task.started = call.now;
  const auto shelf = TRY(sqs.shelves->of(sqs.store, *source, call.now));
  task.to_move = static_cast<std::int64_t>(shelf->counts(*source, call.now).visible);
  TRY(put_task(tx, task));
  TRY(post_step(sqs, tx, task, call.now));
  StartMessageMoveTaskResult output;
  output.TaskHandle = task_handle(task);
  return output;
}

Result<CancelMessageMoveTaskResult> cancel_message_move_task(Sqs& /*sqs*/, Call& call, Transaction& tx,
                                                             const CancelMessageMoveTaskRequest& input) {
  const auto name = parse_task_handle(input.TaskHandle);
  if (!name) return fail(invalid_parameter(input.TaskHandle, "TaskHandle", "The specified task handle is not valid."));
  if (name->source.account != call.account) return fail(errors::ResourceNotFoundException("Task does not exist."));
  auto task = TRY(get_task(tx, name->source, name->id));
  if (!task) return fail(errors::ResourceNotFoundException("Task does not exist."));
  if (!task->active()) {
    return fail(errors::UnsupportedOperation("Only active tasks can be cancelled: the task is " + task->status + "."));
  }
  task->status = "CANCELLED";
  TRY(put_task(tx, *task));
  CancelMessageMoveTaskResult output;
  output.ApproximateNumberOfMessagesMoved = task->moved;
  return output;
}

Result<ListMessageMoveTasksResult> list_message_move_tasks(Sqs& sqs, Call& /*call*/, Reader& reader,
                                                           const ListMessageMoveTasksRequest& input) {
  TRY(check_range(input.MaxResults, "MaxResults", 1, 10, "Must be between 1 and 10, if provided."));
  const QueuePtr source = TRY(source_queue(sqs, reader, input.SourceArn));
  auto tasks = TRY(tasks_of(reader, *source));
  std::ranges::reverse(tasks);  // "the most recent message movement tasks (up to 10)"
  ListMessageMoveTasksResult output;
  auto& results = output.Results.emplace();
  for (const MoveTask& task : tasks) {
    if (static_cast<std::int64_t>(results.size()) == input.MaxResults.value_or(1)) break;
    ListMessageMoveTasksResultEntry& entry = results.emplace_back();
    if (task.active()) entry.TaskHandle = task_handle(task);
    entry.Status = task.status;
    entry.SourceArn = task.source.arn();
    if (!task.destination.empty()) entry.DestinationArn = task.destination;
    if (task.most_a_second != 0) entry.MaxNumberOfMessagesPerSecond = task.most_a_second;
    entry.ApproximateNumberOfMessagesMoved = task.moved;
    entry.ApproximateNumberOfMessagesToMove = task.to_move;
    if (!task.reason.empty()) entry.FailureReason = task.reason;
    entry.StartedTimestamp = epoch_ms(task.started);
  }
  return output;
}

void register_moving(Sqs& sqs) {
  sqs.background.on_message(std::string(kMove), [&sqs](Transaction& tx, const orrery::Message& message) {
    return move_step(sqs, tx, message);
  });
}

}  // namespace orrery::sqs
