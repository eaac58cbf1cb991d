#include "services/sqs/moving/tasks.h"

#include "base/encode.h"
#include "services/record.h"
#include "services/sqs/queues/address.h"
#include "store/key.h"

namespace orrery::sqs {
namespace {

std::string key_of(const QueueName& source, std::string_view id) {
  return KeyWriter(KeyKind::QueueMoveTask).text(source.account).text(source.region).text(source.name).text(id).take();
}

Result<MoveTask> decode(std::string_view key, std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  KeyReader reader(key);
  MoveTask task;
  task.source.account = reader.text();
  task.source.region = reader.text();
  task.source.name = reader.text();
  task.id = reader.text();
  task.status = text_of(document, "status");
  task.destination = text_of(document, "destination");
  task.reason = text_of(document, "reason");
  task.most_a_second = find_int(document, "rate").value_or(0);
  task.moved = find_int(document, "moved").value_or(0);
  task.to_move = find_int(document, "to_move").value_or(0);
  task.started = instant_from_ms(find_int(document, "started").value_or(0));
  return task;
}

}  // namespace

std::string move_tasks_prefix(const QueueName& source) {
  return KeyWriter(KeyKind::QueueMoveTask).text(source.account).text(source.region).text(source.name).take();
}

Result<std::optional<MoveTask>> get_task(Reader& reader, const QueueName& source, const std::string& id) {
  const std::string key = key_of(source, id);
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return std::optional<MoveTask>();
  return std::optional<MoveTask>(TRY(decode(key, *bytes)));
}

Result<> put_task(Transaction& tx, const MoveTask& task) {
  return put_record(tx, key_of(task.source, task.id),
                    json::object{{"status", task.status},
                                 {"destination", task.destination},
                                 {"reason", task.reason},
                                 {"rate", task.most_a_second},
                                 {"moved", task.moved},
                                 {"to_move", task.to_move},
                                 {"started", epoch_ms(task.started)}});
}

Result<std::vector<MoveTask>> tasks_of(Reader& reader, const QueueName& source) {
  std::vector<MoveTask> out;
  const auto cursor = reader.scan(prefix_range(move_tasks_prefix(source)));
  while (cursor->next()) out.push_back(TRY(decode(cursor->key(), cursor->value())));
  TRY(cursor->status());
  return out;
}

Result<> erase_task(Transaction& tx, const MoveTask& task) { return tx.erase(key_of(task.source, task.id)); }

std::string task_handle(const MoveTask& task) {
  return base64(json::serialize(json::object{{"taskId", task.id}, {"sourceArn", task.source.arn()}}));
}

std::optional<TaskName> parse_task_handle(std::string_view handle) {
  const auto text = unbase64(handle);
  const auto document = text ? parse_json(*text) : Result<json::value>(json::value(nullptr));
  if (!document) return std::nullopt;
  const auto source = parse_queue_arn(find_string(*document, "sourceArn").value_or(""));
  const auto id = find_string(*document, "taskId");
  if (!source || !id) return std::nullopt;
  return TaskName{*source, std::string(*id)};
}

}  // namespace orrery::sqs
