// One attempt of a transaction on RocksDB's pessimistic TransactionDB.
#pragma once

#include "store/rocksdb/hot_rows.h"
#include "store/store.h"

#include <memory>

#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>

namespace orrery::store {

// Point reads take a lock, held until the end. The first attempt takes shared ones, so that many may read the same row
// (a table's description) at once; two that read and then write one row (a counter) end in a deadlock that RocksDB
// finds at once, and the loser reruns with exclusive locks, which cannot meet that fate again.
enum class ReadLock : unsigned char { Shared, Exclusive };

class RocksTransaction final : public Transaction {
 public:
  // `reused`: a finished transaction whose memory is taken over, or nullptr.
  RocksTransaction(rocksdb::TransactionDB& db, HotRows& hot, ReadLock read_lock,
                   std::unique_ptr<rocksdb::Transaction> reused);
  RocksTransaction(const RocksTransaction&) = delete;
  RocksTransaction& operator=(const RocksTransaction&) = delete;

  Result<std::optional<std::string>> get(std::string_view key) override;
  Result<std::optional<std::string>> get_unvalidated(std::string_view key) override;
  std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction) override;
  Result<> put(std::string_view key, std::string_view value) override;
  Result<> erase(std::string_view key) override;
  void begin_nested() override { tx_->SetSavePoint(); }
  Result<> end_nested(bool keep) override;

  // True once a call answered with a conflict: the attempt is lost, whatever the body made of it.
  bool lost() const { return lost_; }
  bool has_writes() const;
  // The raw status: the store looks at I/O errors.
  using Transaction::run_commit_hooks;
  rocksdb::Status commit();
  // Rolls back what is not committed and gives the memory up for the next transaction.
  std::unique_ptr<rocksdb::Transaction> finish();

 private:
  Result<> check(const rocksdb::Status& status);
  Result<std::optional<std::string>> get_hot(std::string_view key);
  Result<std::optional<std::string>> read(const rocksdb::Status& status, std::optional<std::string> value);
  std::vector<std::pair<std::string, std::optional<std::string>>> own_writes(const KeyRange& range);

  rocksdb::TransactionDB& db_;
  HotRows& hot_;
  ReadLock read_lock_;
  std::unique_ptr<rocksdb::Transaction> tx_;
  rocksdb::ReadOptions options_;  // with the snapshot, from the first scan on
  bool lost_ = false;
  std::vector<std::string> hot_written_;  // keys of hot rows that this transaction changes
};

}  // namespace orrery::store
