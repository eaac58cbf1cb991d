#include "background/take_due.h"

#include "base/log.h"

#include <algorithm>

namespace orrery::background {
namespace {

Result<std::vector<Row>> scan_due(Store& store, const Queue& queue, const KeyRange& range, Instant now,
                                  std::size_t limit, const std::function<bool(const Row&)>& accept,
                                  std::optional<std::string>& next) {
  std::vector<Row> rows;
  const std::unique_ptr<Reader> reader = store.snapshot();
  const std::unique_ptr<Cursor> cursor = reader->scan(range);
  while (cursor->next()) {
    if (rows.size() == limit || queue.due_of(cursor->key()) > now) {
      next = cursor->key();
      return rows;
    }
    Row row{std::string(cursor->key()), std::string(cursor->value())};
    if (accept(row)) rows.push_back(std::move(row));
  }
  TRY(cursor->status());
  return rows;
}

}  // namespace

std::vector<Row> take_due(Store& store, const Clock& clock, Agenda& agenda, Queue& queue, Instant now,
                          std::size_t limit, const std::function<bool(const Row&)>& accept) {
  KeyRange range;
  {
    const std::lock_guard lock(agenda.mutex);
    range = queue.begin_scan();
  }
  std::optional<std::string> next;
  Result<std::vector<Row>> rows = scan_due(store, queue, range, now, limit, accept, next);
  const std::lock_guard lock(agenda.mutex);
  if (!rows) {
    log::error("background work cannot be read, trying again in a second", {{"error", rows.error().message}});
    queue.paused_until_us = clock.monotonic_us() + 1'000'000;
    return {};
  }
  queue.paused_until_us = 0;
  queue.finish_scan(next);
  return *std::move(rows);
}

std::size_t of_one_instant(const Queue& queue, std::span<const Row> rows, std::size_t most) {
  const Instant due = queue.due_of(rows.front().key);
  std::size_t count = 1;
  while (count < std::min(rows.size(), most) && queue.due_of(rows[count].key) == due) ++count;
  return count;
}

}  // namespace orrery::background
