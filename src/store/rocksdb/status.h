// RocksDB's statuses in our terms.
#pragma once

#include "base/error.h"

#include <rocksdb/status.h>

namespace orrery::store {

inline bool is_conflict(const rocksdb::Status& status) {
  return status.IsBusy() || status.IsTimedOut() || status.IsTryAgain() || status.IsExpired();
}

// Of a status that is not ok.
inline Error to_error(const rocksdb::Status& status) {
  if (is_conflict(status)) return conflict();
  if (status.IsNoSpace()) return internal_error("the disk that holds the data directory is full: " + status.ToString());
  return internal_error("the store failed: " + status.ToString());
}

}  // namespace orrery::store
