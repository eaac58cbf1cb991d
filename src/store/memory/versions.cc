#include "store/memory/versions.h"

#include <algorithm>
#include <mutex>

namespace orrery::store {

Sequence Versions::newest() const {
  const std::shared_lock lock(mutex_);
  return newest_;
}

Sequence Versions::open_snapshot() {
  const std::lock_guard lock(mutex_);
  snapshots_.insert(newest_);
  return newest_;
}

void Versions::close_snapshot(Sequence snapshot) {
  const std::lock_guard lock(mutex_);
  snapshots_.erase(snapshots_.find(snapshot));
}

const Versions::Version* Versions::visible(const Chain& chain, Sequence snapshot) {
  for (auto version = chain.rbegin(); version != chain.rend(); ++version) {
    if (version->sequence <= snapshot) return &*version;
  }
  return nullptr;
}

Versions::Found Versions::find(std::string_view key, Sequence snapshot) const {
  const std::shared_lock lock(mutex_);
  const auto chain = chains_.find(key);
  if (chain == chains_.end()) return {};
  const Version* version = visible(chain->second, snapshot);
  return version == nullptr ? Found{} : Found{version->value, version->sequence};
}

std::optional<std::pair<std::string, std::string>> Versions::first_in(std::string_view from, bool inclusive,
                                                                      std::string_view end, Sequence snapshot) const {
  const std::shared_lock lock(mutex_);
  for (auto it = inclusive ? chains_.lower_bound(from) : chains_.upper_bound(from); it != chains_.end(); ++it) {
    if (!end.empty() && it->first >= end) break;
    const Version* version = visible(it->second, snapshot);
    if (version != nullptr && version->value) return std::pair(it->first, *version->value);
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, std::string>> Versions::last_in(std::string_view begin, std::string_view before,
                                                                     Sequence snapshot) const {
  const std::shared_lock lock(mutex_);
  auto it = before.empty() ? chains_.end() : chains_.lower_bound(before);
  while (it != chains_.begin()) {
    --it;
    if (it->first < begin) break;
    const Version* version = visible(it->second, snapshot);
    if (version != nullptr && version->value) return std::pair(it->first, *version->value);
  }
  return std::nullopt;
}

// Drops the versions that no snapshot can see: all older than the one that the oldest snapshot sees.
void Versions::prune(Chain& chain, Sequence oldest) const {
  const Version* seen = visible(chain, oldest);
  if (seen != nullptr) chain.erase(chain.begin(), chain.begin() + (seen - chain.data()));
}

std::optional<Sequence> Versions::commit(const Writes& writes, const std::vector<Expectation>& expectations) {
  const std::lock_guard lock(mutex_);
  for (const Expectation& expected : expectations) {
    const auto chain = chains_.find(expected.key);
    const Sequence now = chain == chains_.end() ? 0 : chain->second.back().sequence;
    if (now > expected.at_most) return std::nullopt;
  }
  ++newest_;
  // The committer's own snapshot is among them and has seen all that it wants.
  const bool alone = snapshots_.size() <= 1;
  const Sequence oldest = alone ? newest_ : *snapshots_.begin();
  for (const auto& [key, value] : writes) {
    Chain& chain = chains_[key];
    chain.push_back({newest_, value});
    prune(chain, oldest);
    // An erased key leaves its tombstone while a transaction that is under way could have read the key.
    if (alone && !value) chains_.erase(key);
  }
  return newest_;
}

}  // namespace orrery::store
