// The data of the in-memory engine: every key with its recent versions, so that snapshots stay as they were taken.
#pragma once

#include "store/overlay_cursor.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::store {

// Thread-safe.
class Versions {
 public:
  using Writes = std::map<std::string, std::optional<std::string>, std::less<>>;

  struct Found {
    std::optional<std::string> value;
    Sequence sequence = 0;  // of the commit that wrote it; 0: never written
  };

  // What a transaction saw of a key; the commit fails unless it is still so.
  struct Expectation {
    std::string key;
    Sequence at_most = 0;  // the newest version's sequence
  };

  Sequence newest() const;
  // Takes a snapshot of the newest commit and keeps its versions alive; close it with the same number.
  Sequence open_snapshot();
  void close_snapshot(Sequence snapshot);

  Found find(std::string_view key, Sequence snapshot) const;
  // The first live entry at or after `from` and before `end` (forward), or the last one before `from` and at or after
  // `begin` (reverse). An empty bound is none.
  std::optional<std::pair<std::string, std::string>> first_in(std::string_view from, bool inclusive,
                                                              std::string_view end, Sequence snapshot) const;
  std::optional<std::pair<std::string, std::string>> last_in(std::string_view begin, std::string_view before,
                                                             Sequence snapshot) const;
  // The sequence of the commit, or nullopt: an expectation was not met. The caller still holds its snapshot.
  std::optional<Sequence> commit(const Writes& writes, const std::vector<Expectation>& expectations);

 private:
  struct Version {
    Sequence sequence;
    std::optional<std::string> value;
  };
  using Chain = std::vector<Version>;  // oldest first

  static const Version* visible(const Chain& chain, Sequence snapshot);
  void prune(Chain& chain, Sequence oldest) const;

  mutable std::shared_mutex mutex_;
  std::map<std::string, Chain, std::less<>> chains_;
  std::multiset<Sequence> snapshots_;
  Sequence newest_ = 0;
};

}  // namespace orrery::store
