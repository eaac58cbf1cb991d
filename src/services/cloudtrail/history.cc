#include "services/cloudtrail/history.h"

#include "base/log.h"
#include "store/key.h"

#include <vector>

namespace orrery::cloudtrail {
namespace {

constexpr std::uint64_t kEvery = 256;
constexpr std::size_t kGoneAtOnce = 1000;

Instant time_of(std::string_view key) {
  KeyReader parts(key);
  parts.text();
  parts.text();
  return instant_from_ms(static_cast<std::int64_t>(parts.u64()));
}

Result<std::int64_t> count_of(Store& store, const std::string& prefix) {
  std::int64_t count = 0;
  const auto reader = store.snapshot();
  const auto cursor = reader->scan(prefix_range(prefix));
  while (cursor->next()) ++count;
  TRY(cursor->status());
  return count;
}

}  // namespace

void History::added(const Recipient& recipient, const std::string& key, Instant at) {
  const std::string prefix = events_prefix(recipient.account, recipient.region);
  Extent* extent = nullptr;
  {
    const std::lock_guard lock(mutex_);
    extent = &extents_[prefix];
    if (extent->count) ++*extent->count;
    if (key < extent->begin) extent->begin = key;  // the clock was turned back
    if (extent->added++ % kEvery != 0 || extent->trimmed) return;
    extent->trimmed = true;
  }
  const Result<> done = trim(*extent, prefix, at);
  if (!done) log::warning("old events are not removed", {{"reason", done.error().message}});
  const std::lock_guard lock(mutex_);
  extent->trimmed = false;
}

Result<> History::trim(Extent& extent, const std::string& prefix, Instant now) {
  KeyRange range = prefix_range(prefix);
  std::optional<std::int64_t> count;
  {
    const std::lock_guard lock(mutex_);
    count = extent.count;
    if (!extent.begin.empty()) range.begin = extent.begin;
  }
  if (!count) count = TRY(count_of(store_, prefix));
  std::vector<std::string> gone;
  TRY(store_.transact([&](Transaction& tx) -> Result<> {
    gone.clear();
    const auto cursor = tx.scan(range);
    while (gone.size() < kGoneAtOnce && cursor->next()) {
      const bool too_many = *count - static_cast<std::int64_t>(gone.size()) > kMostEvents;
      if (!too_many && now - time_of(cursor->key()) <= kKept) break;
      gone.emplace_back(cursor->key());
    }
    TRY(cursor->status());
    for (const std::string& key : gone) TRY(tx.erase(key));
    return {};
  }));
  const std::lock_guard lock(mutex_);
  extent.count = extent.count.value_or(*count) - static_cast<std::int64_t>(gone.size());
  if (!gone.empty() && extent.begin <= gone.back()) extent.begin = gone.back() + '\0';
  return {};
}

}  // namespace orrery::cloudtrail
