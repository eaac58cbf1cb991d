#include "blob/gzip.h"
#include "services/logs/chunks/event_walk.h"
#include "services/logs/exports/exports.h"
#include "services/logs/operations.h"
#include "services/record.h"

#include <algorithm>
#include <optional>

namespace orrery::logs {
namespace {

constexpr std::size_t kFileBytes = std::size_t{4} << 20;  // compressed

// Of how an export ends, when not by an error of this machine.
struct Ended {
  std::string_view code;
  std::string message;
};

class Job {
 public:
  Job(Logs& logs, ExportRecord record) : logs_(logs), record_(std::move(record)), reader_(logs.store.snapshot()) {}

  Result<Ended> run() {
    const auto group = TRY(get_group(*reader_, record_.account, record_.region, *record_.task.logGroupName));
    if (!group) return Ended{ExportTaskStatusCode::FAILED, "The log group does not exist any more."};
    const auto cursor = reader_->scan(prefix_range(streams_prefix(group->number)));
    while (cursor->next()) {
      const StreamRecord stream = TRY(decode_stream(cursor->value()));
      if (!stream.name.starts_with(record_.stream_prefix)) continue;
      const Result<> written = write_stream(*group, stream);
      if (cancelled_) return Ended{ExportTaskStatusCode::CANCELLED, "The export task was cancelled."};
      if (written) continue;
      if (written.error().kind != Error::Kind::Api) return fail(written.error());
      return Ended{ExportTaskStatusCode::FAILED, written.error().code + ": " + written.error().message};
    }
    TRY(cursor->status());
    return Ended{ExportTaskStatusCode::COMPLETED, "Completed successfully"};
  }

 private:
  Result<> write_stream(const GroupRecord& group, const StreamRecord& stream) {
    const std::int64_t from = std::max(*record_.task.from, oldest_kept_ms(group, logs_.clock.now()));
    WalkRange range;
    range.group = group.number;
    range.stream = stream.number;
    range.begin.timestamp_ms = from;
    range.end.timestamp_ms = *record_.task.to + 1;
    EventWalk walk(*reader_, std::move(range));
    EventWalk::Step step = TRY(walk.next());
    for (std::size_t number = 0; step != EventWalk::Step::End; ++number) {
      GzipWriter file;
      for (; step != EventWalk::Step::End && file.size() < kFileBytes; step = TRY(walk.next())) {
        if (logs_.stopping) return fail(internal_error("the server stops"));
        if (step == EventWalk::Step::Paused) continue;
        const StoredEvent& event = walk.event();
        std::string line = iso8601_millis(instant_from_ms(event.place.timestamp_ms)) + " ";
        file.write(line.append(event.message).append("\n"));
      }
      TRY(still_wanted());
      if (cancelled_) return {};
      TRY(put_file(stream.name, number, file.finish()));
    }
    return {};
  }

  // Slashes in a stream's name would make folders: they become dashes.
  Result<> put_file(const std::string& stream, std::size_t number, std::string_view content) {
    std::string folder = stream;
    std::ranges::replace(folder, '/', '-');
    std::string digits = std::to_string(number);
    digits.insert(0, 6 - std::min<std::size_t>(digits.size(), 6), '0');
    const std::string key = *record_.task.destinationPrefix + "/" + *record_.task.taskId + "/" + folder + "/" + digits;
    return logs_.store.transact([&](Transaction& tx) -> Result<> {
      TRY(put_object(logs_, tx, record_, key + ".gz", content, "application/x-gzip"));
      return {};
    });
  }

  Result<> still_wanted() {
    const auto bytes =
        TRY(logs_.store.snapshot()->get(export_key(record_.account, record_.region, *record_.task.taskId)));
    cancelled_ = !bytes || TRY(decode_export(*bytes)).task.status->code == ExportTaskStatusCode::PENDING_CANCEL;
    return {};
  }

  Logs& logs_;
  const ExportRecord record_;
  const std::unique_ptr<Reader> reader_;
  bool cancelled_ = false;
};

// Nothing when the task has ended already.
Result<std::optional<ExportRecord>> begin(Logs& logs, const std::string& key) {
  return logs.store.transact([&](Transaction& tx) -> Result<std::optional<ExportRecord>> {
    const auto bytes = TRY(tx.get(key));
    if (!bytes) return std::optional<ExportRecord>();
    ExportRecord record = TRY(decode_export(*bytes));
    if (!record.active()) return std::optional<ExportRecord>();
    if (record.task.status->code == ExportTaskStatusCode::PENDING) {
      record.task.status->code = ExportTaskStatusCode::RUNNING;
      record.task.status->message = "Started successfully";
      TRY(put_export(tx, record));
    }
    return std::optional(std::move(record));
  });
}

}  // namespace

Result<> run_export(Logs& logs, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  const auto text = [&](const char* name) { return find_string(document, name).value_or(""); };
  const std::string key = export_key(text("account"), text("region"), text("id"));
  auto record = TRY(begin(logs, key));
  if (!record) return {};
  const Ended ended = TRY(Job(logs, *std::move(record)).run());
  return logs.store.transact([&](Transaction& tx) -> Result<> {
    const auto bytes = TRY(tx.get(key));
    if (!bytes) return {};
    ExportRecord last = TRY(decode_export(*bytes));
    last.task.status->code = ended.code;
    last.task.status->message = ended.message;
    last.task.executionInfo->completionTime = epoch_ms(logs.clock.now());
    return put_export(tx, last);
  });
}

}  // namespace orrery::logs
