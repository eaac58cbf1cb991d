// Reading from RocksDB: snapshots and cursors.
#pragma once

#include "store/rocksdb/hot_rows.h"
#include "store/store.h"

#include <memory>

#include <rocksdb/db.h>

namespace orrery::store {

// Walks `range` as the snapshot shows it; the cursor may outlive the snapshot. `snapshot` nullptr: the newest state.
std::unique_ptr<Cursor> scan_rocksdb(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, const KeyRange& range,
                                     Direction direction);

std::unique_ptr<Reader> read_rocksdb(rocksdb::DB& db, HotRows& hot);

}  // namespace orrery::store
