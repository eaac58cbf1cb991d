#include "store/rocksdb/transaction.h"

#include "store/overlay_cursor.h"
#include "store/rocksdb/reads.h"
#include "store/rocksdb/status.h"

#include <rocksdb/utilities/write_batch_with_index.h>

namespace orrery::store {

namespace {

rocksdb::TransactionOptions transaction_options() {
  rocksdb::TransactionOptions options;
  options.deadlock_detect = true;
  return options;
}

}  // namespace

RocksTransaction::RocksTransaction(rocksdb::TransactionDB& db, HotRows& hot, ReadLock read_lock,
                                   std::unique_ptr<rocksdb::Transaction> reused)
    : db_(db),
      hot_(hot),
      read_lock_(read_lock),
      tx_(db.BeginTransaction(rocksdb::WriteOptions(), transaction_options(), reused.release())) {}

Result<> RocksTransaction::check(const rocksdb::Status& status) {
  if (status.ok()) return {};
  if (is_conflict(status)) lost_ = true;
  return fail(to_error(status));
}

Result<std::optional<std::string>> RocksTransaction::get(std::string_view key) {
  if (HotRows::keeps(key)) return get_hot(key);
  std::optional<std::string> value(std::in_place);
  // With a snapshot (after a scan) this also fails when the key has changed since: reads and scans agree.
  const rocksdb::Status status = tx_->GetForUpdate(options_, key, &*value, read_lock_ == ReadLock::Exclusive);
  return read(status, std::move(value));
}

Result<std::optional<std::string>> RocksTransaction::read(const rocksdb::Status& status,
                                                          std::optional<std::string> value) {
  if (status.IsNotFound()) return std::optional<std::string>();
  TRY(check(status));
  return value;
}

// The lock as for any row; the row itself from memory, unless this transaction may have written it.
Result<std::optional<std::string>> RocksTransaction::get_hot(std::string_view key) {
  std::string* const only_lock = nullptr;
  const rocksdb::Status locked = tx_->GetForUpdate(options_, key, only_lock, read_lock_ == ReadLock::Exclusive);
  if (!locked.IsNotFound()) TRY(check(locked));
  if (hot_written_.empty()) {
    if (auto known = hot_.find(key)) return *std::move(known);
  }
  std::optional<std::string> value(std::in_place);
  const rocksdb::Status status = tx_->Get(options_, key, &*value);
  auto row = TRY(read(status, std::move(value)));
  if (hot_written_.empty()) hot_.remember(key, row, db_.GetLatestSequenceNumber());
  return row;
}

Result<std::optional<std::string>> RocksTransaction::get_unvalidated(std::string_view key) {
  std::optional<std::string> value(std::in_place);
  const rocksdb::Status status = tx_->Get(options_, key, &*value);
  return read(status, std::move(value));
}

std::unique_ptr<Cursor> RocksTransaction::scan(const KeyRange& range, Direction direction) {
  // What was read before is locked, hence the same in the snapshot.
  if (options_.snapshot == nullptr) {
    tx_->SetSnapshot();
    options_.snapshot = tx_->GetSnapshot();
  }
  return overlay(scan_rocksdb(*db_.GetBaseDB(), options_.snapshot, range, direction), own_writes(range), direction);
}

std::vector<Write> RocksTransaction::own_writes(const KeyRange& range) {
  std::vector<Write> writes;
  if (!has_writes()) return writes;
  const std::unique_ptr<rocksdb::WBWIIterator> own(tx_->GetWriteBatch()->NewIterator());
  for (own->Seek(range.begin); own->Valid(); own->Next()) {
    const rocksdb::WriteEntry entry = own->Entry();
    std::string key = entry.key.ToString();
    if (!in_range(key, range)) break;
    std::optional<std::string> value;
    if (entry.type == rocksdb::kPutRecord) value = entry.value.ToString();
    writes.emplace_back(std::move(key), std::move(value));
  }
  return writes;
}

Result<> RocksTransaction::put(std::string_view key, std::string_view value) {
  if (HotRows::keeps(key)) hot_written_.emplace_back(key);
  return check(tx_->Put(key, value));
}

Result<> RocksTransaction::erase(std::string_view key) {
  if (HotRows::keeps(key)) hot_written_.emplace_back(key);
  return check(tx_->Delete(rocksdb::Slice(key)));
}

Result<> RocksTransaction::end_nested(bool keep) {
  if (keep) return check(tx_->PopSavePoint());
  TRY(check(tx_->RollbackToSavePoint()));
  options_.snapshot = tx_->GetSnapshot();  // one that was taken since is gone
  return {};
}

rocksdb::Status RocksTransaction::commit() {
  if (hot_written_.empty()) return tx_->Commit();
  const HotRows::Change change(hot_, hot_written_);  // the locks are held until Commit() gives them up
  return tx_->Commit();
}

bool RocksTransaction::has_writes() const { return tx_->GetNumPuts() + tx_->GetNumDeletes() > 0; }

std::unique_ptr<rocksdb::Transaction> RocksTransaction::finish() {
  if (tx_->GetState() == rocksdb::Transaction::STARTED) (void)tx_->Rollback();
  return std::move(tx_);
}

}  // namespace orrery::store
