// The embedded engine: RocksDB (DESIGN.md section 5).
#include "base/log.h"
#include "store/retry.h"
#include "store/rocksdb/hot_rows.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/reads.h"
#include "store/rocksdb/status.h"
#include "store/rocksdb/sync_thread.h"
#include "store/rocksdb/transaction.h"
#include "store/store.h"

#include <filesystem>
#include <limits>
#include <mutex>

#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/transaction_db.h>
#include <unistd.h>

namespace orrery {
namespace store {
namespace {

// More than this in memory is written out at a clean close, so that the next opening has little log to replay.
constexpr std::uint64_t kReplayAtMost = 2 << 20;
// Each opening begins a new log file; the old ones go with the next write-out.
constexpr std::size_t kLogsAtMost = 8;

// A few finished transactions, kept for their memory.
class Spares {
 public:
  std::unique_ptr<rocksdb::Transaction> take() {
    const std::lock_guard lock(mutex_);
    if (spares_.empty()) return nullptr;
    std::unique_ptr<rocksdb::Transaction> spare = std::move(spares_.back());
    spares_.pop_back();
    return spare;
  }
  void give(std::unique_ptr<rocksdb::Transaction> spare) {
    const std::lock_guard lock(mutex_);
    if (spares_.size() < 4) spares_.push_back(std::move(spare));
  }
  void clear() { spares_.clear(); }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<rocksdb::Transaction>> spares_;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::TransactionDB> db, Durability durability)
      : db_(std::move(db)), durability_(durability), sync_(engine(), db_->GetLatestSequenceNumber()) {}
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;
  ~RocksStore() override;

  std::unique_ptr<Reader> snapshot() override { return read_rocksdb(*db_, hot_); }
  Sequence committed() const override { return db_->GetLatestSequenceNumber(); }
  Sequence durable() const override { return durability_ == Durability::Full ? sync_.durable() : committed(); }
  void on_durable(Sequence sequence, std::function<void(Result<>)> done) override;
  Result<> checkpoint(const std::string& path) override;

 protected:
  Result<> run_transaction(const std::function<Result<>(Transaction&)>& body, Sequence* committed) override;

 private:
  SyncThread::Engine engine();
  bool has_much_to_replay();
  Result<> attempt(RocksTransaction& tx, const std::function<Result<>(Transaction&)>& body, Sequence* committed);

  std::unique_ptr<rocksdb::TransactionDB> db_;
  Durability durability_;
  HotRows hot_;
  Spares spares_;
  SyncThread sync_;
};

SyncThread::Engine RocksStore::engine() {
  const auto result = [](const rocksdb::Status& status) -> Result<> {
    if (!status.ok()) return fail(to_error(status));
    return {};
  };
  return {.committed = [this] { return db_->GetLatestSequenceNumber(); },
          .sync = [this, result] { return result(db_->FlushWAL(true)); },
          // Writes the memory tables to synced files and begins a new log: nothing depends on the broken one. (Asked of
          // the root: TransactionDB does not pass it on.)
          .resume = [this, result] { return result(db_->GetRootDB()->Resume()); }};
}

RocksStore::~RocksStore() {
  rocksdb::Status status = db_->FlushWAL(true);
  if (status.ok() && has_much_to_replay()) status = db_->Flush(rocksdb::FlushOptions());
  if (!status.ok()) log::error("the store could not be written out while closing", {{"cause", status.ToString()}});
  spares_.clear();
}

bool RocksStore::has_much_to_replay() {
  std::uint64_t unflushed = 0;
  rocksdb::VectorLogPtr logs;
  (void)db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &unflushed);
  (void)db_->GetSortedWalFiles(logs);
  return unflushed > kReplayAtMost || logs.size() > kLogsAtMost;
}

Result<> RocksStore::run_transaction(const std::function<Result<>(Transaction&)>& body, Sequence* committed) {
  return retry_conflicts([&](int nth) {
    RocksTransaction tx(*db_, hot_, nth == 0 ? ReadLock::Shared : ReadLock::Exclusive, spares_.take());
    Result<> outcome = attempt(tx, body, committed);
    spares_.give(tx.finish());
    if (outcome) tx.run_commit_hooks();  // its locks are released: they may open a transaction
    return outcome;
  });
}

Result<> RocksStore::attempt(RocksTransaction& tx, const std::function<Result<>(Transaction&)>& body,
                             Sequence* committed) {
  Result<> outcome = body(tx);
  // A body that met a conflict and went on decided on grounds that may not hold.
  if (tx.lost()) return fail(conflict());
  if (!outcome || !tx.has_writes()) return outcome;
  const rocksdb::Status status = tx.commit();
  if (!status.ok()) {
    const Error error = to_error(status);
    if (error.kind == Error::Kind::Internal) sync_.report_failure(error);
    return fail(error);
  }
  // Not less than this commit's own: a little late is as good for whoever waits.
  if (committed != nullptr) *committed = db_->GetLatestSequenceNumber();
  return {};
}

void RocksStore::on_durable(Sequence sequence, std::function<void(Result<>)> done) {
  if (durability_ == Durability::Relaxed) {
    done({});
  } else {
    sync_.on_durable(sequence, std::move(done));
  }
}

Result<> RocksStore::checkpoint(const std::string& path) {
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(path);
  if (!status.ok()) return fail(internal_error("cannot save the store to " + path + ": " + status.ToString()));
  return {};
}

Error opening_error(const std::string& path, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("/LOCK:") != std::string::npos && text.find("lock") != std::string::npos &&
      text.find("ermission denied") == std::string::npos) {
    return internal_error("the data directory " + path +
                          " is in use by another process: stop that one first, or give " +
                          "this one a directory of its own");
  }
  if (status.IsCorruption()) {
    return internal_error("the data in " + path + " is damaged (" + text + "): restore a snapshot of it");
  }
  if (status.IsNoSpace()) return internal_error("the disk that holds " + path + " is full: " + text);
  return internal_error("cannot open the data directory " + path + ": " + text);
}

// Not TransactionDB::Open: that prepares for two-phase commit, which we do not use. It would flush at each opening,
// write two more files, keep log files for longer, and keep flushed memory tables (48 MiB of them) as history.
rocksdb::Status open_engine(const std::string& path, Durability durability,
                            std::unique_ptr<rocksdb::TransactionDB>& opened) {
  const rocksdb::Options options = engine_options(durability);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status =
      rocksdb::DB::Open(options, path, {{rocksdb::kDefaultColumnFamilyName, options}}, &handles, &db);
  if (!status.ok()) return status;
  rocksdb::TransactionDB* wrapped = nullptr;
  status = rocksdb::TransactionDB::WrapDB(db, transaction_db_options(), {}, handles, &wrapped);
  if (!status.ok()) return status;  // who owns `db` now is not said: better lost than deleted twice
  // The default column family has a handle of the database's own; ours is not needed.
  for (rocksdb::ColumnFamilyHandle* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  opened.reset(wrapped);
  return status;
}

Result<> prepare_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(internal_error("cannot create the data directory " + path + ": " + error.message()));
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    const std::string why = std::generic_category().message(errno);
    return fail(internal_error("the data directory " + path + " is not writable: " + why));
  }
  return {};
}

}  // namespace
}  // namespace store

Result<std::unique_ptr<Store>> open_rocksdb(const std::string& path, Durability durability) {
  TRY(store::prepare_folder(path));
  std::unique_ptr<rocksdb::TransactionDB> db;
  const rocksdb::Status status = store::open_engine(path, durability, db);
  if (!status.ok()) return fail(store::opening_error(path, status));
  return std::unique_ptr<Store>(std::make_unique<store::RocksStore>(std::move(db), durability));
}

}  // namespace orrery
