#include "store/rocksdb/options.h"

#include "base/log.h"
#include "store/kinds.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

namespace orrery::store {

namespace {

constexpr std::size_t kMiB = 1 << 20;

// RocksDB's warnings become lines of our log instead of a file that nobody reads.
class EngineLog final : public rocksdb::Logger {
 public:
  EngineLog() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (length > 0) log::warning("storage engine", {{"message", line.data()}});
  }
};

// RocksDB's own recovery looks at the disk every five seconds and, meanwhile, forbids ours
// (SyncThread::Engine::resume).
class NoOwnRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

// Where the last row like this one went into memory is where the next one goes: rows of a batch come in order, each
// beside the one before. Alike are those of one kind; of timers, those that are due in the same quarter of a second
// (each tick erases one row and writes another, elsewhere).
class InsertionHints final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "orrery.InsertionHints"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    const bool timer = static_cast<KeyKind>(key[0]) == KeyKind::Timer;
    return {key.data(), timer ? std::min<std::size_t>(key.size(), 8) : 1};
  }
  bool InDomain(const rocksdb::Slice& key) const override { return !key.empty(); }
};

rocksdb::BlockBasedTableOptions table_options() {
  rocksdb::BlockBasedTableOptions table;
  // Grows with use up to this; what does not fit is in the page cache of the operating system, one pread away.
  table.block_cache = rocksdb::NewLRUCache(32 * kMiB, 4);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  // Index and filters are in blocks of their own, of which those in use are in memory: as a whole, those of a few
  // million rows would not fit, and each look for a row that is not there would read a megabyte.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 4096;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return table;
}

}  // namespace

rocksdb::Options engine_options(Durability durability) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.info_log = std::make_shared<EngineLog>();
  options.listeners.push_back(std::make_shared<NoOwnRecovery>());

  // Memory, and the time to open after a crash: about this much log is replayed, at 5 us a row. A clean close leaves
  // less.
  options.write_buffer_size = 8 * kMiB;
  options.arena_block_size = 256 << 10;
  options.max_write_buffer_number = 3;
  options.max_write_buffer_size_to_maintain = 1;  // no history of flushed ones; conflicts are found in files as well
  options.max_total_wal_size = 16 * kMiB;
  options.avoid_flush_during_recovery = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options()));
  options.target_file_size_base = 64 * kMiB;
  options.max_bytes_for_level_base = 128 * kMiB;
  options.level_compaction_dynamic_level_bytes = true;
  options.max_open_files = 512;
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.memtable_insert_with_hint_prefix_extractor = std::make_shared<InsertionHints>();
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  const std::vector<rocksdb::CompressionType> supported = rocksdb::GetSupportedCompressions();
  const bool lz4 = std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
  options.compression = lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;

  // Nothing runs while nobody asks for anything.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1 * kMiB;

  // Full: a commit stays in the log's buffer until someone waits for it; one write and one sync then serve all who
  // wait. Relaxed: each commit is handed to the operating system before it is acknowledged.
  options.manual_wal_flush = durability == Durability::Full;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

rocksdb::TransactionDBOptions transaction_db_options() {
  rocksdb::TransactionDBOptions options;
  // Transactions never span a wait: who holds a lock for longer than this is stuck behind the disk.
  options.transaction_lock_timeout = 200;
  options.default_lock_timeout = 200;
  return options;
}

}  // namespace orrery::store

// Debian's RocksDB is not instrumented: the sanitizer does not see the atomics by which its threads hand data to each
// other, and takes the handing over for a race.
#if defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_suppressions();  // NOLINT: the sanitizer's name for it
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }
#endif
