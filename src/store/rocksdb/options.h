// How RocksDB is tuned, and why.
#pragma once

#include "store/store.h"

#include <rocksdb/options.h>
#include <rocksdb/utilities/transaction_db.h>

namespace orrery::store {

rocksdb::Options engine_options(Durability durability);
rocksdb::TransactionDBOptions transaction_db_options();

}  // namespace orrery::store
