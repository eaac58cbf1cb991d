// Rows that nearly every request reads and few ever write (a table's description, a bucket's record), kept in memory in
// front of RocksDB: finding one in a file costs 5 us, here a tenth of that.
//
// Never wrong: a row is forgotten before the commit that changes it, by a transaction that holds its exclusive lock,
// and remembered only as what is the newest.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace orrery::store {

class HotRows {
 public:
  using Row = std::optional<std::string>;  // nullopt: there is no such row

  static bool keeps(std::string_view key);  // by its kind

  // nullopt: not remembered. With the row's lock: the newest.
  std::optional<Row> find(std::string_view key) const;
  // As the snapshot of that sequence shows it.
  std::optional<Row> find(std::string_view key, std::uint64_t snapshot) const;

  // What was read with the row's lock; `newest`: the engine's sequence, asked after the read.
  void remember(std::string_view key, const Row& row, std::uint64_t newest);
  // What was read from a snapshot. Remembered only when nothing was committed since it was taken; `newest` asks the
  // engine.
  template <class Newest>
  void remember(std::string_view key, const Row& row, std::uint64_t snapshot, Newest newest) {
    const std::unique_lock lock(mutex_);
    if (changing_ == 0 && newest() == snapshot) insert(key, row, snapshot);
  }

  // Around the commit that changes these rows.
  class Change {
   public:
    Change(HotRows& rows, std::span<const std::string> keys);
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change();

   private:
    HotRows& rows_;
  };

 private:
  struct Known {
    Row row;
    std::uint64_t since;  // a sequence at which it was the newest already
  };
  void insert(std::string_view key, const Row& row, std::uint64_t since);

  mutable std::shared_mutex mutex_;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> known_;
  std::size_t bytes_ = 0;
  int changing_ = 0;  // commits under way that change rows kept here
};

}  // namespace orrery::store
