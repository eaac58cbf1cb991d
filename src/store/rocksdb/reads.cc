#include "store/rocksdb/reads.h"

#include "store/rocksdb/status.h"

#include <algorithm>

namespace orrery::store {

namespace {

class RocksCursor final : public Cursor {
 public:
  RocksCursor(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, const KeyRange& range, Direction direction)
      : range_(range), begin_(range_.begin), end_(range_.end), direction_(direction) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    // The bounds keep RocksDB from stepping over what was erased beyond the range.
    if (!range_.begin.empty()) options.iterate_lower_bound = &begin_;
    if (!range_.end.empty()) options.iterate_upper_bound = &end_;
    iterator_.reset(db.NewIterator(options));
  }

  bool next() override {
    if (!started_) {
      started_ = true;
      // RocksDB does not want an upper bound below the lower one.
      if (!range_.end.empty() && range_.end <= range_.begin) return false;
      direction_ == Direction::Forward ? iterator_->SeekToFirst() : iterator_->SeekToLast();
    } else if (iterator_->Valid()) {
      direction_ == Direction::Forward ? iterator_->Next() : iterator_->Prev();
    }
    return iterator_->Valid();
  }
  std::string_view key() const override { return iterator_->key().ToStringView(); }
  std::string_view value() const override { return iterator_->value().ToStringView(); }
  Result<> status() const override {
    const rocksdb::Status status = iterator_->status();
    if (!status.ok()) return fail(to_error(status));
    return {};
  }

 private:
  KeyRange range_;
  rocksdb::Slice begin_;
  rocksdb::Slice end_;
  Direction direction_;
  bool started_ = false;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class SnapshotReader final : public Reader {
 public:
  SnapshotReader(rocksdb::DB& db, HotRows& hot) : db_(db), hot_(hot), snapshot_(db.GetSnapshot()) {
    options_.snapshot = snapshot_;
  }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;
  ~SnapshotReader() override { db_.ReleaseSnapshot(snapshot_); }

  Result<std::optional<std::string>> get(std::string_view key) override {
    if (!HotRows::keeps(key)) return read(key);
    const std::uint64_t sequence = snapshot_->GetSequenceNumber();
    if (auto known = hot_.find(key, sequence)) return *std::move(known);
    auto row = TRY(read(key));
    hot_.remember(key, row, sequence, [&] { return db_.GetLatestSequenceNumber(); });
    return row;
  }

  Result<std::vector<std::optional<std::string>>> multi_get(std::span<const std::string> keys) override {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_.MultiGet(options_, db_.DefaultColumnFamily(), keys.size(), slices.data(), found.data(), statuses.data());
    std::vector<std::optional<std::string>> values(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) {
        values[i] = found[i].ToString();
      } else if (!statuses[i].IsNotFound()) {
        return fail(to_error(statuses[i]));
      }
    }
    return values;
  }

  std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction) override {
    return scan_rocksdb(db_, snapshot_, range, direction);
  }

 private:
  Result<std::optional<std::string>> read(std::string_view key) {
    std::optional<std::string> value(std::in_place);
    const rocksdb::Status status = db_.Get(options_, key, &*value);
    if (status.ok()) return value;
    if (status.IsNotFound()) return std::optional<std::string>();
    return fail(to_error(status));
  }

  rocksdb::DB& db_;
  HotRows& hot_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

}  // namespace

std::unique_ptr<Cursor> scan_rocksdb(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, const KeyRange& range,
                                     Direction direction) {
  return std::make_unique<RocksCursor>(db, snapshot, range, direction);
}

std::unique_ptr<Reader> read_rocksdb(rocksdb::DB& db, HotRows& hot) {
  return std::make_unique<SnapshotReader>(db, hot);
}

}  // namespace orrery::store
