#include "background/records.h"

#include <algorithm>
#include <tuple>

namespace orrery::background {

void Records::add(Phase phase, Ran ran) {
  const std::lock_guard lock(mutex_);
  if (collecting_) {
    collected_.push_back({phase, ran});
    if (collected_.size() > kCollected) collected_.pop_front();
  }
  recent_.push_back(std::move(ran));
  if (recent_.size() > kRecent) recent_.pop_front();
}

void Records::begin_collecting() {
  const std::lock_guard lock(mutex_);
  collecting_ = true;
  collected_.clear();
}

std::vector<Ran> Records::end_collecting() {
  std::deque<Entry> entries;
  {
    const std::lock_guard lock(mutex_);
    collecting_ = false;
    entries.swap(collected_);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.ran.at, a.phase, a.ran.kind, a.ran.id) < std::tie(b.ran.at, b.phase, b.ran.kind, b.ran.id);
  });
  std::vector<Ran> ran;
  ran.reserve(entries.size());
  for (Entry& entry : entries) ran.push_back(std::move(entry.ran));
  return ran;
}

std::vector<Ran> Records::recent(std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  const std::size_t count = std::min(limit, recent_.size());
  return {recent_.end() - static_cast<std::ptrdiff_t>(count), recent_.end()};
}

}  // namespace orrery::background
