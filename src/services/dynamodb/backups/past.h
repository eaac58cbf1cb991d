// A table as it was: its items now, with the changes since then undone (changes/log.h has what each change replaced).
//
// In bounded memory whatever the length of the log: the changed keys are gathered in slices of the space of keys, and
// the log is read once a slice.
#pragma once

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/tables/tables.h"

#include <functional>
#include <optional>

namespace orrery::dynamodb {

inline constexpr std::size_t kSliceBytes = std::size_t{48} * 1024 * 1024;

using TakeItem = std::function<Result<>(item::ItemView)>;
// Gives each item of the table as it was at `at`, in the order of the keys; every change that was made at `at` or
// before it counts. The reader must be one snapshot. An error of `take` ends the walk.
Result<> walk_items_at(Reader& reader, const Table& table, Instant at, const TakeItem& take,
                       std::size_t slice_bytes = kSliceBytes);
// As it is.
Result<> walk_items(Reader& reader, const Table& table, const TakeItem& take);

// What became of one key over a span of time.
struct NetChange {
  std::optional<item::Item> old, next;  // before the first change and after the last
  Instant at;                           // of the last
};
using TakeChange = std::function<Result<>(const NetChange&)>;
// Gives each key that was changed at `from` or later and before `to`, in the order of the keys; one that is the same
// afterwards as before is left out.
Result<> walk_changes(Reader& reader, const Table& table, Instant from, Instant to, const TakeChange& take,
                      std::size_t slice_bytes = kSliceBytes);

}  // namespace orrery::dynamodb
