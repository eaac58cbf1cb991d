#include "services/sequencer.h"

#include "store/key.h"

#include <algorithm>

namespace orrery {
namespace {

// u64(last place) u64(its time): where the sequencer goes on after a restart. After a byte that KeyReader skips.
std::string encode(char kind, std::uint64_t place, Instant at) {
  return KeyWriter(static_cast<KeyKind>(kind)).u64(place).u64(static_cast<std::uint64_t>(epoch_ms(at))).take();
}

}  // namespace

Result<Places> Sequencer::take(Transaction& tx, const std::string& counter_key, std::uint64_t count, Instant now) {
  bool known = false;
  {
    const std::lock_guard lock(mutex_);
    known = last_.contains(counter_key);
  }
  if (!known) {
    Last last;
    // Nobody of this process has been given a place since, or it would be known.
    if (const auto bytes = TRY(tx.get_unvalidated(counter_key)); bytes && !bytes->empty()) {
      KeyReader reader(*bytes);
      last.place = reader.u64();
      last.at = instant_from_ms(static_cast<std::int64_t>(reader.u64()));
    }
    const std::lock_guard lock(mutex_);
    last_.try_emplace(counter_key, last);
  }
  TRY(tx.put(counter_key, encode(counter_key.front(), 0, now)));  // takes the lock
  Places places;
  std::uint64_t place = 0;
  {
    const std::lock_guard lock(mutex_);
    Last& last = last_[counter_key];
    places.first = last.place + 1;
    last.place += count;
    if (count > 0) last.at = std::max(last.at, now);
    places.at = last.at;
    place = last.place;
  }
  TRY(tx.put(counter_key, encode(counter_key.front(), place, places.at)));
  return places;
}

}  // namespace orrery
