// Message move tasks: a dead-letter queue's messages go back to where they came from, or elsewhere.
//
//   QueueMoveTask  text(account) text(region) text(source queue) text(task id) -> record
#pragma once

#include "services/sqs/queues/records.h"

namespace orrery::sqs {

struct MoveTask {
  QueueName source;
  std::string id;  // begins with the time: they sort as they began
  std::string status;
  std::string destination;         // ARN; empty: where each message came from
  std::int64_t most_a_second = 0;  // 0: as fast as it goes
  std::int64_t moved = 0, to_move = 0;
  Instant started;
  std::string reason;  // of a failure

  bool active() const { return status == "RUNNING"; }
};

std::string move_tasks_prefix(const QueueName& source);
Result<std::optional<MoveTask>> get_task(Reader& reader, const QueueName& source, const std::string& id);
Result<> put_task(Transaction& tx, const MoveTask& task);
// Of a source, in order.
Result<std::vector<MoveTask>> tasks_of(Reader& reader, const QueueName& source);
Result<> erase_task(Transaction& tx, const MoveTask& task);

std::string task_handle(const MoveTask& task);
struct TaskName {
  QueueName source;
  std::string id;
};
std::optional<TaskName> parse_task_handle(std::string_view handle);

}  // namespace orrery::sqs
