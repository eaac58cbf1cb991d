// A transaction's scan: what the snapshot holds, with the transaction's own writes laid over it.
#pragma once

#include "store/store.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::store {

// One own write; nullopt: erased.
using Write = std::pair<std::string, std::optional<std::string>>;

inline bool in_range(std::string_view key, const KeyRange& range) {
  return key >= range.begin && (range.end.empty() || key < range.end);
}

// `writes` are those of the range, in ascending order of keys, whatever the direction. Returns `base` when there are
// none.
std::unique_ptr<Cursor> overlay(std::unique_ptr<Cursor> base, std::vector<Write> writes, Direction direction);

}  // namespace orrery::store
