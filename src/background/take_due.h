// Reads the rows of a queue whose time has come.
#pragma once

#include "background/agenda.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace orrery::background {

struct Row {
  std::string key, value;
};

// How many rows the worker takes at once: enough to make the snapshot cheap, few enough that no queue waits for long.
inline constexpr std::size_t kBatch = 64;

// At most `limit` rows due at `now`, in order, that `accept` takes; the others are passed over until they are filed
// anew. When the store fails, it is logged, the queue pauses for a second, and the answer is empty.
std::vector<Row> take_due(Store& store, const Clock& clock, Agenda& agenda, Queue& queue, Instant now,
                          std::size_t limit, const std::function<bool(const Row&)>& accept);

// How many of the first rows are due at the same instant, `most` at most; `rows` is not empty.
std::size_t of_one_instant(const Queue& queue, std::span<const Row> rows, std::size_t most);

}  // namespace orrery::background
